#include <reel/autograd/engine.h>
#include <reel/autograd/ops/reductions.h>

#include "tests/catch.h"
#include "tests/ops/numbers.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

TEST_CASE("sum_to_size: sums what broadcasting repeats", "[sum_to_size]") {
  const Tensor x = tensor_of({1, 2, 3, 4, 5, 6}, {2, 3});
  CHECK(sum_to_size(x, {2, 3}).is_same(x));
  CHECK(sum_to_size(x, {3}).to_vector() == Values{5, 7, 9});
  CHECK(sum_to_size(x, {1, 3}).to_vector() == Values{5, 7, 9});
  CHECK(sum_to_size(x, {2, 1}).to_vector() == Values{6, 15});
  CHECK(sum_to_size(x, IntArrayRef()).to_vector() == Values{21});
  CHECK(sum_to_size(zeros({0, 3}, kFloat64), {1, 3}).to_vector() == Values{0, 0, 0});
  CHECK_THROWS_AS(sum_to_size(x, {4}), ArgumentError);
  CHECK_THROWS_AS(sum_to_size(x, {4, 2, 3}), ArgumentError);
}

TEST_CASE("sum_to_size: any layout", "[sum_to_size]") {
  const Tensor x = numbers({4, 5, 3, 7});
  for (const Shape& sizes : {Shape{5, 1, 1}, Shape{4, 1, 3, 1}, Shape{7}, Shape{1}}) {
    const Values wanted = sum_to_size(x, sizes).to_vector();
    for (const Tensor& from : {held_copy(x), strided_copy(x)}) {
      const Values values = sum_to_size(from, sizes).to_vector();
      REQUIRE(values.size() == wanted.size());
      for (size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Catch::Approx(wanted[i]));
    }
  }
}

TEST_CASE("sum_to_size: its gradient is broadcast", "[sum_to_size]") {
  const Tensor x = numbers({2, 3}).requires_grad_();
  CHECK(autograd::grad({sum_to_size(x, {3})}, {x}, {tensor_of({1, 2, 3}, {3})})[0].to_vector() ==
        Values{1, 2, 3, 1, 2, 3});
}
