#include <reel/autograd/ops/elementwise.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include "tests/nn/modules.h"

using namespace reel;
using Catch::Matchers::Message;

namespace {

struct ScaledImpl : nn::Cloneable<ScaledImpl> {
  Tensor forward(const Tensor& x, double factor, bool negate = false) {
    return negate ? x * -factor : x * factor;
  }
};
REEL_MODULE(Scaled);

// A pair out of a tensor, and a tensor out of a pair.
struct SplitImpl : nn::Cloneable<SplitImpl> {
  std::pair<Tensor, int64_t> forward(Tensor x) { return {x, x.numel()}; }
};
struct JoinImpl : nn::Cloneable<JoinImpl> {
  Tensor forward(const std::pair<Tensor, int64_t>& pair) {
    return pair.first + static_cast<double>(pair.second);
  }
};
REEL_MODULE(Split);
REEL_MODULE(Join);

struct LengthImpl : nn::Module {
  size_t forward(const std::string& text) const { return text.size(); }
};

struct CountedImpl : nn::Cloneable<CountedImpl> {
  Tensor forward(const Tensor& x) {
    ++calls;
    return x;
  }
  int calls = 0;
};
REEL_MODULE(Counted);

double first(const Tensor& x) { return x.to_vector().at(0); }

}  // namespace

TEST_CASE("any value: holds what it is given", "[nn]") {
  const nn::AnyValue number(5), text(std::string("abc")), none;
  CHECK(number.get<int>() == 5);
  CHECK(number.try_get<double>() == nullptr);
  CHECK(number.type_info() == typeid(int));
  CHECK(text.get<std::string>() == "abc");
  CHECK(none.is_empty());
  CHECK_THROWS_MATCHES(number.get<std::string>(), ArgumentError,
                       ContainsMessage("any value: it is int, not the "));
  const Affine affine(2, 2);
  CHECK(nn::AnyValue(affine->weight).get<Tensor>().is_same(affine->weight));
  const nn::AnyValue copy = number;
  CHECK(copy.get<int>() == 5);
}

TEST_CASE("any module: calls a forward of several inputs with its own types", "[nn]") {
  nn::AnyModule any(Scaled{});
  CHECK(first(any.forward(full({1}, 2.0), 3.0)) == 6);
  CHECK(first(any.forward<Tensor>(full({1}, 2.0), 3.0, true)) == -6);
  CHECK_THROWS_MATCHES(
      any.forward(full({1}, 2.0), 3), ArgumentError,
      Message("any module: input 1 of Scaled is int, its forward takes double; the "
              "types must be the same."));
  CHECK_THROWS_MATCHES(any.forward(full({1}, 2.0)), ArgumentError,
                       ContainsMessage("any module: 1 input is given to Scaled, whose forward "
                                       "takes another number of them."));
  CHECK_THROWS_AS(any.forward<int64_t>(full({1}, 2.0), 3.0), ArgumentError);
  CHECK_FALSE(any.maps_tensors());
}

TEST_CASE("any module: results and inputs of any type", "[nn]") {
  nn::AnyModule length(std::make_shared<LengthImpl>());
  CHECK(length.forward<size_t>(std::string("four")) == 4);
  CHECK(length.type_info() == typeid(LengthImpl));
  nn::AnyModule split(Split{});
  CHECK(split.forward<std::pair<Tensor, int64_t>>(ones({3})).second == 3);
  CHECK(length.get<LengthImpl>().name() == "Length");
  CHECK(length.ptr<LengthImpl>() != nullptr);
  CHECK_THROWS_AS(length.get<Affine>(), ArgumentError);
  nn::AnyModule affine(Affine(2, 3));
  CHECK(affine.maps_tensors());
  CHECK(affine.get<Affine>().get() == &affine.get<AffineImpl>());
  CHECK(affine.forward<Tensor>(ones({1, 2})).sizes() == Shape{1, 3});
  CHECK_THROWS_AS(affine.forward(1.5), ArgumentError);
  CHECK_THROWS_AS(affine.forward(ones({1, 2}), ones({1})), ArgumentError);
  affine = Scaled();
  CHECK(affine.get<Scaled>()->name() == "Scaled");
}

TEST_CASE("any module: takes a module by value", "[nn]") {
  nn::AnyModule any(AffineImpl(2, 3));
  CHECK(any(ones({1, 2})).sizes() == Shape{1, 3});
  CHECK(any.get<AffineImpl>().parameters().size() == 2);
  nn::AnyModule empty;
  CHECK(empty.is_empty());
  CHECK(empty.type_info() == typeid(void));
}

TEST_CASE("a sequence takes what its first module takes, and hands results on", "[nn]") {
  nn::Sequential sequence(Scaled(), Split(), Join(), [](const Tensor& x) { return x * 2; });
  CHECK(first(sequence(full({3}, 5.0), 2.0)) == (5 * 2 + 3) * 2);
  nn::Sequential pair(Affine(2, 3), Split());
  const auto result = pair->forward<std::pair<Tensor, int64_t>>(ones({2, 2}));
  CHECK(result.second == 6);
  CHECK_THROWS_AS(pair(ones({2, 2})), ArgumentError);
  CHECK_THROWS_AS(nn::Sequential()->forward(ones({1}), 2.0), ArgumentError);
  CHECK(first(nn::Sequential(Join())->forward(std::pair<Tensor, int64_t>(ones({1}), 4))) == 5);
}

TEST_CASE("a sequence runs each of its modules once", "[nn]") {
  Counted counted;
  nn::Sequential sequence(counted, Split(), Join(), counted);
  CHECK(sequence->size() == 4);
  sequence(ones({1}));
  CHECK(counted->calls == 2);
}

TEST_CASE("a sequence of other types is cloned", "[nn]") {
  nn::Sequential sequence(Scaled(), Affine(2, 3));
  nn::Sequential copy = sequence.clone();
  CHECK(copy(ones({1, 2}), 1.0).sizes() == Shape{1, 3});
  CHECK_FALSE(copy->parameters()[0].is_same(sequence->parameters()[0]));
}

TEST_CASE("a sequence is made of an ordered dict", "[nn]") {
  OrderedDict<std::string, nn::AnyModule> modules;
  modules.insert("first", Affine(2, 3));
  modules.insert("second", Affine(3, 1));
  const nn::Sequential sequence(modules);
  CHECK(sequence->named_children().keys() == std::vector<std::string>{"first", "second"});
  CHECK(sequence->at<Affine>(1)->options.in == 3);
  CHECK(sequence->ptr<AffineImpl>(0)->options.in == 2);
}

TEST_CASE("a holder's clone is a holder of the same type", "[nn]") {
  Affine affine(2, 3);
  Affine copy = affine.clone();
  CHECK(copy->options.out == 3);
  CHECK(copy.get() != affine.get());
  auto pointer = std::dynamic_pointer_cast<AffineImpl>(affine->clone());
  CHECK(pointer->options.out == 3);
}
