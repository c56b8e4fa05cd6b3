#include <reel/nn/module_list.h>
#include <reel/nn/sequential.h>

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
