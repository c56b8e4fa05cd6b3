#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

double product(const Group& group) {
  double y = 1;
  for (double v : group) y *= v;
  return y;
}

OpCase prod_case(const std::string& name, const Shape& sizes, std::optional<int64_t> dim,
                 bool keepdim, int64_t zeros_every) {
  const std::vector<int64_t> dims = dim ? std::vector<int64_t>{*dim} : std::vector<int64_t>{};
  OpCase c = reduction_case(
      name, sizes,
      [=](const TensorList& in) { return dim ? in[0].prod(*dim, keepdim) : in[0].prod(); },
      [=](const TensorList& in) { return reduce_reference(in[0], dims, keepdim, product); });
  c.inputs = [=] {
    Tensor x = uniform(sizes, 1, 0.6, 1.6);
    if (zeros_every > 0) {
      const Tensor place = arange(x.numel(), kInt64).reshape(sizes);
      x = x.masked_fill(place % zeros_every == 1, 0);
    }
    return TensorList{x};
  };
  return c;
}

}  // namespace

TEST_CASE("prod") {
  check_op(prod_case("of all", {3, 4}, {}, false, 0));
  check_op(prod_case("of rows", {3, 5}, 1, false, 0));
  check_op(prod_case("of columns", {7, 3}, 0, true, 0));
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    check_op(prod_case("of rows of " + std::to_string(n), {3, n}, 1, false, 0));
    check_op(prod_case("of columns of " + std::to_string(n), {n, 3}, 0, false, 0));
  }
  check_op(prod_case("in the middle", {2, 9, 3}, 1, false, 0));
  check_op(prod_case("of a number", {}, {}, false, 0));
  check_op(prod_case("of nothing", {0, 2}, 0, false, 0));
  check_op(prod_case("of one", {4, 1}, 1, true, 0));
}

TEST_CASE("prod: with zeros the gradients are those of the others") {
  check_op(prod_case("one zero in some rows", {3, 5}, 1, false, 7));
  OpCase several = prod_case("several zeros in a row", {2, 8}, 1, true, 3);
  several.zero_gradient = true;  // but its gradient is not
  check_op(several);
  check_op(prod_case("columns", {8, 3}, 0, false, 5));
  check_op(prod_case("of all, one zero", {2, 3}, {}, false, 6));
  OpCase two = prod_case("of all, two zeros", {2, 3}, {}, false, 3);
  two.zero_gradient = true;
  check_op(two);
  check_op(prod_case("in the middle", {2, 9, 2}, 1, false, 8));
  const Tensor x = tensor_of({3}, {0, 2, 3}).requires_grad_();
  const Tensor g = autograd::grad({x.prod()}, {x}, {}, {}, true)[0];
  CHECK(g.to_vector() == Values{6, 0, 0});
  CHECK(autograd::grad({g.sum()}, {x})[0].to_vector() == Values{5, 3, 2});
  const Tensor z = tensor_of({3}, {0, 0, 3}).requires_grad_();
  const Tensor h = autograd::grad({z.prod()}, {z}, {}, {}, true)[0];
  CHECK(h.to_vector() == Values{0, 0, 0});
  CHECK(autograd::grad({h.sum()}, {z})[0].to_vector() == Values{3, 3, 0});
}

TEST_CASE("prod: dtypes") {
  const Tensor i = tensor_of({3}, {2, -3, 4}).to(kInt32);
  CHECK(i.prod().dtype() == kInt64);
  CHECK(i.prod().item<int64_t>() == -24);
  CHECK(i.to(kUInt8).to(kBool).prod().item<int64_t>() == 1);
  CHECK(i.prod(kFloat64).dtype() == kFloat64);
  CHECK(i.prod(0, true, kFloat32).sizes() == Shape{1});
  // What lies between overflows float32, the result does not.
  CHECK(tensor({1e30f, 1e30f, 1e-30f, 1e-30f}).prod().item<float>() == Catch::Approx(1));
}
