#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/activations.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor reference(const Tensor& x, int64_t dim, bool log) {
  const auto d = static_cast<size_t>(dim < 0 ? dim + x.dim() : dim);
  const std::vector<double> v = x.to_vector();
  std::vector<double> y(v.size());
  const auto step = static_cast<size_t>(contiguous_strides(x.sizes())[d]);
  const auto length = static_cast<size_t>(x.sizes()[d]);
  for (size_t i = 0; i < v.size(); ++i) {
    const size_t first = i - i / step % length * step;
    double sum = 0;
    for (size_t k = 0; k < length; ++k) sum += std::exp(v[first + k * step]);
    y[i] = log ? v[i] - std::log(sum) : std::exp(v[i]) / sum;
  }
  return tensor_of(x.sizes(), y);
}

OpCase softmax_case(Shape sizes, int64_t dim, bool log) {
  OpCase c;
  c.name = as_text(log ? "log_softmax of " : "softmax of ", IntArrayRef(sizes), " over ", dim);
  c.op = [=](const TensorList& in) { return log ? in[0].log_softmax(dim) : in[0].softmax(dim); };
  c.inputs = CaseInputs({sizes});
  c.reference = [=](const TensorList& in) { return reference(in[0], dim, log); };
  c.second_order = true;
  c.zero_gradient =
      sizes[static_cast<size_t>(dim < 0 ? dim + static_cast<int64_t>(sizes.size()) : dim)] <= 1;
  return c;
}

}  // namespace

TEST_CASE("softmax and log_softmax") {
  for (bool log : {false, true}) {
    for (int64_t dim : {0, 1, 2, -1}) check_op(softmax_case({3, 4, 5}, dim, log));
    for (int64_t dim : {0, 1, 2, 3}) check_op(softmax_case({2, 3, 4, 5}, dim, log));
    for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33, 100}) {
      check_op(softmax_case({2, n}, 1, log));
      check_op(softmax_case({3, n}, 0, log));
      check_op(softmax_case({n}, 0, log));
    }
    check_op(softmax_case({0, 3}, 1, log));
    check_op(softmax_case({3, 0}, 1, log));
  }
}

TEST_CASE("softmax: a channels-last input stays as it is, and so does the result") {
  const Tensor x = to_channels_last(uniform({2, 3, 4, 5}));
  CHECK(is_held(x.softmax(1)));
  CHECK(is_held(x.log_softmax(3)));
  CHECK(is_held(x));
}

TEST_CASE("softmax: large, infinite and NaN scores") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor_of({2, 3}, {1000, 1000, -1000, -HUGE_VAL, 0, 0}).to(dtype);
    CHECK(x.softmax(1).to_vector() == std::vector<double>{0.5, 0.5, 0, 0, 0.5, 0.5});
    const std::vector<double> y = x.log_softmax(1).to_vector();
    CHECK(y[2] == Catch::Approx(-2000 - std::log(2.0)));
    CHECK(y[3] == -HUGE_VAL);
    CHECK(y[4] == Catch::Approx(-std::log(2.0)));
    const Tensor bad = tensor_of({2}, {std::nan(""), 0}).to(dtype);
    CHECK(std::isnan(bad.softmax(0).to_vector()[1]));
    CHECK(ones({}, dtype).softmax(0).item<double>() == 1);
  }
}

TEST_CASE("softmax: the exponential of floats is right over its whole range") {
  std::vector<double> v;
  for (double x = -104; x <= 0; x += 0.013) v.push_back(x);
  const auto n = static_cast<int64_t>(v.size());
  // The sum of each pair {x, 0} is 1 + e^x, so softmax shows e^x.
  const Tensor x = tensor_of({n}, v), pairs = zeros({n, 2}, kFloat32);
  copy_values(x, pairs.select(1, 0));
  const std::vector<double> y = pairs.softmax(1).to_vector();
  for (size_t i = 0; i < v.size(); ++i) {
    const double e = std::exp(static_cast<double>(static_cast<float>(v[i])));
    if (e < 1.2e-38) continue;  // denormals are flushed
    CHECK(std::fabs(y[2 * i] / (e / (1 + e)) - 1) < 4e-7);
  }
}

TEST_CASE("softmax: softmin is that of the negative") {
  const Tensor x = uniform({3, 5}).requires_grad_(), g = uniform({3, 5}, 1);
  CHECK(softmin(x, 1).equal((-x).softmax(1)));
  CHECK(autograd::grad({softmin(x, 0)}, {x}, {g})[0].equal(
      autograd::grad({(-x).softmax(0)}, {x}, {g})[0]));
}

TEST_CASE("softmax: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { ones({2}, kInt64).softmax(0); }) ==
        "softmax: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
  CHECK(message_of<ArgumentError>([&] {
          ones({2, 3}).log_softmax(2);
        }) ==
        "log_softmax: dimension 2 is out of range; the tensor has 2, so it must be in [-2, 1].");
}
