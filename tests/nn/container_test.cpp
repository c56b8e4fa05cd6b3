#include <reel/nn/activation.h>
#include <reel/nn/linear.h>
#include <reel/nn/module_dict.h>
#include <reel/nn/module_list.h>
#include <reel/nn/parameter_dict.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>

#include <cmath>

#include "tests/nn/modules.h"

using namespace reel;

namespace {

Tensor double_value(const Tensor& x) { return full(x.sizes(), 2 * x.to_vector()[0]); }
Tensor add_value(const Tensor& x, double value) {
  return full(x.sizes(), x.to_vector()[0] + value);
}

}  // namespace

TEST_CASE("a sequence calls modules and functions in order", "[nn]") {
  nn::Sequential sequence(
      Affine(2, 3), double_value, [](const Tensor& x) { return add_value(x, 1); },
      nn::Functional(add_value, 10.0));
  CHECK(sequence(full({1, 2}, 4.0)).to_vector() == std::vector<double>(3, 21));
  CHECK(sequence->size() == 4);
  CHECK(sequence->named_parameters().keys() == std::vector<std::string>{"0.weight", "0.bias"});
}

TEST_CASE("a sequence grows, is indexed and walked", "[nn]") {
  nn::Sequential sequence;
  CHECK(sequence(full({1}, 3.0)).to_vector()[0] == 3);
  sequence->push_back(Affine(2, 2));
  sequence->push_back("last", std::make_shared<AffineImpl>(2, 1));
  CHECK(sequence->named_children().keys() == std::vector<std::string>{"0", "last"});
  CHECK(sequence->at<AffineImpl>(1).options.out == 1);
  CHECK((*sequence)[1]->as<Affine>() != nullptr);
  size_t count = 0;
  for (const nn::AnyModule& module : *sequence) count += module.ptr() == sequence->ptr(count);
  CHECK(count == 2);
  nn::Sequential more(Affine(1, 1));
  more->extend(*sequence);
  CHECK(more->size() == 3);
}

TEST_CASE("containers of containers", "[nn]") {
  nn::Sequential encoder(Affine(2, 3)), decoder(Affine(3, 2));
  nn::Sequential both(encoder, decoder);
  CHECK(both->size() == 2);
  CHECK((*both)[1] == decoder.ptr());
  CHECK(nn::Sequential(encoder).ptr() == encoder.ptr());
  nn::ModuleList inner(Affine(1, 1)), outer(inner, Affine(2, 2));
  CHECK(outer->size() == 2);
  CHECK((*outer)[0] == inner.ptr());
}

TEST_CASE("containers say whether they are empty", "[nn]") {
  const auto check = [](const auto& container) {
    CHECK(container->empty());
    CHECK(container->is_empty());
  };
  check(nn::Sequential());
  check(nn::ModuleList());
  check(nn::ModuleDict());
  check(nn::ParameterList());
  check(nn::ParameterDict());
}

TEST_CASE("a list of modules is extended by vectors", "[nn]") {
  nn::ModuleList list(Affine(1, 1));
  list->extend(std::vector<std::shared_ptr<nn::Module>>{std::make_shared<AffineImpl>(2, 2)});
  list->extend(std::vector<Affine>{Affine(3, 3)});
  list->extend(*list);
  CHECK(list->size() == 6);
  CHECK(list->at<AffineImpl>(5).options.out == 3);
}

TEST_CASE("a sequence refuses what is not there", "[nn]") {
  nn::Sequential sequence(Affine(2, 2));
  CHECK_THROWS_MATCHES(sequence->ptr(1), ArgumentError,
                       ContainsMessage("sequential: index 1 of 1 modules; it must be below that."));
  CHECK_THROWS_MATCHES(sequence->at<BlockImpl>(0), ArgumentError,
                       ContainsMessage("any module: it holds Affine, not the Block asked for."));
  CHECK_THROWS_AS(sequence->push_back(Affine(nullptr)), ArgumentError);
  CHECK_THROWS_AS(nn::AnyModule().forward(ones({1})), ArgumentError);
  CHECK_THROWS_MATCHES(sequence(ones({1, 7})), ArgumentError, ContainsMessage("(in module 0)"));
}

TEST_CASE("a sequence prints its modules by name", "[nn]") {
  nn::Sequential sequence{{"affine", Affine(2, 3)}, {"double", double_value}};
  CHECK(to_string(*sequence) ==
        "Sequential(\n"
        "  (affine): Affine(2 -> 3)  # 9 parameters\n"
        "  (double): Functional()\n"
        ")  # 9 parameters");
}

TEST_CASE("a module list holds modules of any type", "[nn]") {
  nn::ModuleList list(Affine(2, 3), Block());
  list->push_back(std::make_shared<AffineImpl>(1, 1));
  CHECK(list->size() == 3);
  CHECK(list->named_children().keys() == std::vector<std::string>{"0", "1", "2"});
  CHECK(list->at<BlockImpl>(1).first->options.in == 3);
  size_t count = 0;
  for (const auto& module : *list) count += module->name() == "Affine";
  CHECK(count == 2);
  CHECK_THROWS_MATCHES(
      list->at<AffineImpl>(1), ArgumentError,
      ContainsMessage("module list: module 1 is a Block, not the Affine asked for."));
  CHECK_THROWS_AS(list->ptr(3), ArgumentError);
}

TEST_CASE("holders of containers are indexed as what they hold", "[nn]") {
  const nn::Sequential sequence(Affine(2, 3), Affine(3, 1));
  const nn::ModuleList list(Affine(2, 3), Block());
  for (size_t i = 0; i < 2; ++i) {
    CHECK(sequence[i] == sequence->ptr(i));
    CHECK(list[i] == list->ptr(i));
  }
  CHECK(sequence[0]->as<Affine>()->options.in == 2);
  CHECK(list[1]->as<Block>() != nullptr);
  CHECK_THROWS_AS(sequence[2], ArgumentError);
}

TEST_CASE("what is replaced in a sequence or removed from it is what runs", "[nn]") {
  nn::Sequential sequence(nn::Tanh(), nn::ReLU(), double_value);
  const Tensor x = full({1}, -1);
  CHECK(sequence(x).item<double>() == 0);
  const nn::Identity identity = sequence->replace_module("1", nn::Identity());
  CHECK(sequence[1] == identity.ptr());
  CHECK(sequence(x).item<double>() == Catch::Approx(2 * std::tanh(-1.0)));
  sequence->replace_module("0", [](const Tensor& y) { return add_value(y, 5); });
  CHECK(sequence(x).item<double>() == 8);

  sequence->unregister_module("1");
  CHECK(sequence->size() == 2);
  CHECK(sequence->named_children().keys() == std::vector<std::string>{"0", "2"});
  CHECK(sequence(x).item<double>() == 8);
  sequence->push_back(nn::ReLU());  // "2" is not free
  CHECK(sequence->named_children().keys() == std::vector<std::string>{"0", "2", "3"});
  CHECK(sequence->clone()->named_children().keys() == sequence->named_children().keys());
  // What follows a module now is what it may run together with.
  sequence->unregister_module("2");
  sequence->replace_module("3", nn::MaxPool1d(2));
  CHECK(sequence(full({1, 2}, -9)).to_vector() == std::vector<double>{-4});
  CHECK_THROWS_AS(sequence->replace_module("1", nn::ReLU()), ArgumentError);
  CHECK_THROWS_AS(sequence->replace_module("3", nn::AnyModule()), ArgumentError);
  CHECK_THROWS_AS(sequence->unregister_module("1"), ArgumentError);
}

TEST_CASE("a sequence takes a module whose type is forgotten for one of that type", "[nn]") {
  nn::Sequential sequence(Affine(2, 3), nn::ReLU());
  nn::Module& module = *sequence;
  module.replace_module("0", Affine(2, 4));
  CHECK(sequence->at<AffineImpl>(0).options.out == 4);
  CHECK(sequence(ones({1, 2})).sizes() == Shape{1, 4});
  CHECK_THROWS_MATCHES(module.replace_module("1", nn::Tanh()), ArgumentError,
                       ContainsMessage("replace_module: '1' of a Sequential is a ReLU, its "
                                       "replacement a Tanh; through a Module& they must be"));
  CHECK_THROWS_AS(module.replace_module("1", nn::ReLU(nullptr)), ArgumentError);
  CHECK(sequence->named_children()["1"]->as<nn::ReLU>() != nullptr);
}

TEST_CASE("a module list has what is replaced in it and removed from it", "[nn]") {
  nn::ModuleList list(Affine(1, 1), Affine(2, 2), Affine(3, 3));
  const Affine other = list->replace_module("1", Affine(4, 4));
  CHECK(list[1] == other.ptr());
  list->unregister_module("0");
  CHECK(list->size() == 2);
  CHECK(list[0] == other.ptr());
  list->push_back(Affine(5, 5));
  CHECK(list->named_children().keys() == std::vector<std::string>{"1", "2", "3"});
  CHECK(list->children() == std::vector<std::shared_ptr<nn::Module>>(list->begin(), list->end()));
  static_cast<nn::Module&>(*list).replace_module("3", Block());
  CHECK(list->ptr<BlockImpl>(2) != nullptr);
}

TEST_CASE("a module list that can not take a module keeps all that it has", "[nn]") {
  nn::ModuleList list(Affine(1, 1), Affine(2, 2), Affine(3, 3));
  const auto before = list->children();
  CHECK_THROWS_AS(list->insert(1, Affine(nullptr)), ArgumentError);
  CHECK_THROWS_AS(list->insert(1, list), ArgumentError);
  CHECK(list->size() == 3);
  CHECK(list->children() == before);
  list->insert(1, Affine(4, 4));
  CHECK(list->named_children().keys() == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(list->at<AffineImpl>(1).options.in == 4);
  CHECK(list[3] == before[2]);
}
