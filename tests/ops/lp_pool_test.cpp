#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/pool_reference.h"

#include <reel/autograd/ops/pools.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

void check_pool(int D, Shape sizes, double p, int64_t kernel, int64_t stride) {
  OpCase c;
  c.name = as_text("p ", p, " of ", IntArrayRef(sizes));
  c.inputs = CaseInputs([=] { return TensorList{uniform(sizes, 1, 0.1, 1)}; });
  c.op = [=](const TensorList& in) {
    return D == 1   ? lp_pool1d(in[0], p, kernel, stride)
           : D == 2 ? lp_pool2d(in[0], p, kernel, stride)
                    : lp_pool3d(in[0], p, kernel, stride);
  };
  c.reference = [=](const TensorList& in) {
    std::vector<double> y;
    double sum = 0;
    const Shape out = for_each_window(
        in[0], D, Window::of(D, kernel, stride),
        [&](const int64_t(&)[3], const int64_t(&)[3]) { sum = 0; },
        [&](double v) { sum += std::pow(v, p); }, [&] { y.push_back(std::pow(sum, 1 / p)); });
    return tensor_of(out, y);
  };
  c.second_order = true;
  check_op(c);
}

}  // namespace

TEST_CASE("lp_pool") {
  for (double p : {1.0, 2.0, 3.0, 1.5}) {
    check_pool(1, {2, 3, 9}, p, 3, 2);
    check_pool(2, {1, 8, 5, 6}, p, 2, 2);
    check_pool(3, {1, 2, 4, 3, 4}, p, 2, 1);
  }
}

TEST_CASE("lp_pool: the gradient of a window of zeros is 0; shapes and defaults") {
  const Tensor x = tensor_of({1, 1, 6}, {0, 0, 1, 2, -3, 3}).requires_grad_();
  const Tensor y = lp_pool1d(x, 2, 2);
  CHECK(y.to_vector()[0] == 0);
  CHECK(y.to_vector()[1] == Catch::Approx(std::sqrt(5)));
  CHECK(y.to_vector()[2] == Catch::Approx(std::sqrt(18)));
  y.sum().backward();
  CHECK(x.grad().to_vector()[0] == 0);
  CHECK(x.grad().to_vector()[4] == Catch::Approx(-std::sqrt(0.5)));
  // In ceil mode the last window's mean stands for as many places as the others have.
  CHECK(lp_pool1d(ones({1, 1, 3}), 2, 2, {}, true).to_vector()[1] == Catch::Approx(std::sqrt(2)));
  CHECK(lp_pool2d(ones({3, 5, 7}), 2, {2, 3}).sizes() == Shape{3, 2, 2});
}
