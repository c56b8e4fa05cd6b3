#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

#include <limits>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

Tensor reference(const TensorList& in) {
  const Values w = in[1].to_vector();
  Values y = in[0].to_vector();
  const int64_t C = in[0].dim() >= 2 ? in[0].size(1) : 1;
  int64_t pixels = 1;
  for (int64_t d = 2; d < in[0].dim(); ++d) pixels *= in[0].size(d);
  for (size_t i = 0; i < y.size(); ++i) {
    const auto channel = static_cast<size_t>(static_cast<int64_t>(i) / pixels % C);
    if (y[i] <= 0) y[i] *= w[w.size() == 1 ? 0 : channel];
  }
  return tensor_of(in[0].sizes(), y);
}

OpCase prelu_case(const char* name, const Shape& sizes, const Shape& weight) {
  OpCase c;
  c.name = name;
  c.op = [](const TensorList& in) { return prelu(in[0], in[1]); };
  c.inputs = CaseInputs{sizes, weight};
  c.reference = reference;
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("prelu") {
  check_op(prelu_case("one weight", {3, 5}, {1}));
  check_op(prelu_case("a weight without dimensions", {3, 5}, {}));
  check_op(prelu_case("a vector", {17}, {1}));
  check_op(prelu_case("a weight a column", {4, 7}, {7}));
  check_op(prelu_case("a weight a channel", {2, 3, 4, 5}, {3}));
  check_op(prelu_case("a sequence", {2, 9, 15}, {9}));
  check_op(prelu_case("one sample", {1, 16, 1, 1}, {16}));
  check_op(prelu_case("no sample", {0, 3, 2}, {3}));
}

TEST_CASE("prelu: at the kink, and no NaN from infinities") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = tensor_of({4}, {-1, 0, 2, inf}).requires_grad_();
  const Tensor w = tensor_of({1}, {0.25}).requires_grad_();
  const TensorList g = autograd::grad({prelu(x, w)}, {x, w}, {full({4}, 2, kFloat64)});
  CHECK(g[0].to_vector() == Values{0.5, 0.5, 2, 2});
  CHECK(g[1].to_vector() == Values{-2});
}

TEST_CASE("rrelu: in evaluation the mean slope") {
  const Tensor x = uniform({33}).requires_grad_();
  const Tensor y = rrelu(x, 0.1, 0.3);
  CHECK(y.allclose(leaky_relu(x, 0.2), 1e-14));
  const Tensor g = uniform({33}, 1);
  CHECK(autograd::grad({y}, {x}, {g})[0].allclose(autograd::grad({leaky_relu(x, 0.2)}, {x}, {g})[0],
                                                  1e-14));
}

TEST_CASE("rrelu: in training each element has a slope of its own") {
  manual_seed(4);
  const Tensor x = full({1000}, -2, kFloat64).requires_grad_();
  const Tensor y = rrelu(x, 0.1, 0.3, true);
  const Tensor slopes = autograd::grad({y}, {x}, {ones_like(x)})[0];
  CHECK(y.allclose(slopes * -2));
  CHECK((slopes >= 0.1).logical_and(slopes < 0.3).all().item<bool>());
  // The mean of 1000 slopes deviates by 0.2 / sqrt(12 * 1000) = 0.0018.
  CHECK(slopes.mean().item<double>() == Catch::Approx(0.2).margin(0.008));
  CHECK(!rrelu(x, 0.1, 0.3, true).equal(y));
  manual_seed(4);
  CHECK(rrelu(x, 0.1, 0.3, true).equal(y));
  manual_seed(4);
  const Tensor written = x * 1.0;
  rrelu_(written, 0.1, 0.3, true);
  CHECK(written.equal(y));
  CHECK(autograd::grad({written}, {x}, {ones_like(x)})[0].equal(slopes));
  CHECK(rrelu(ones({5}), 0.1, 0.3, true).equal(ones({5})));
}

TEST_CASE("prelu, rrelu: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] {
          prelu(ones({2, 3}), ones({2}));
        }) ==
        "prelu: the weight [2] and the input [2, 3]; the weight must have 1 element or, of "
        "channels, 3.");
  CHECK(message_of<ArgumentError>([] { prelu(ones({2}), ones({1}, kFloat64)); }) ==
        "prelu: the weight is float64, the input float32; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([] { prelu(ones({2}, kInt64), ones({1})); }) ==
        "prelu: the input is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([] { rrelu(ones({2}), 0.3, 0.1); }) ==
        "rrelu: lower is 0.3, upper 0.1; lower must not be above upper.");
  CHECK(message_of<ArgumentError>([] { rrelu(ones({2}, kInt64)); }) ==
        "rrelu: the input is int64; it must be float32 or float64.");
  CHECK_THROWS_AS(rrelu_(ones({2}).requires_grad_()), GraphError);
}
