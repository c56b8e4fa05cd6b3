#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

using namespace reel;
using namespace reel::tests;

namespace {

// The generator starts anew at every call: the same noise each time.
OpCase gumbel_case(const char* name, const Shape& sizes, double tau, int64_t dim) {
  OpCase c;
  c.name = name;
  c.op = [=](const TensorList& in) {
    manual_seed(5);
    return gumbel_softmax(in[0], tau, false, dim);
  };
  c.inputs = CaseInputs{sizes};
  c.second_order = true;
  c.float32 = false;  // float32 draws other numbers than float64
  return c;
}

}  // namespace

TEST_CASE("gumbel_softmax") {
  check_op(gumbel_case("rows", {3, 7}, 1, -1));
  check_op(gumbel_case("columns", {9, 4}, 0.5, 0));
  check_op(gumbel_case("channels", {2, 3, 2, 2}, 2, 1));
}

TEST_CASE("gumbel_softmax: hard samples have the distribution of the logits") {
  manual_seed(6);
  const Tensor logits = tensor_of({3}, {0.2, 0.3, 0.5}).log();
  for (double tau : {0.5, 3.0}) {
    const Tensor y = gumbel_softmax(logits.expand({20000, 3}), tau, true);
    CHECK(y.sum(1).allclose(ones({20000}, kFloat64)));
    // Deviations of the shares: at most sqrt(0.25 / 20000) = 0.0035.
    CHECK(y.mean(0).allclose(tensor_of({3}, {0.2, 0.3, 0.5}), 0, 0.015));
  }
}

TEST_CASE("gumbel_softmax: hard in the forward, soft in the backward") {
  const Tensor x = uniform({4, 5}).requires_grad_(), g = uniform({4, 5}, 1);
  manual_seed(7);
  const Tensor soft = gumbel_softmax(x);
  manual_seed(7);
  const Tensor hard = gumbel_softmax(x, 1, true);
  CHECK(hard.argmax(1).equal(soft.argmax(1)));
  CHECK(((hard == 0.0).logical_or((hard - 1).abs() < 1e-12)).all().item<bool>());
  CHECK(autograd::grad({hard}, {x}, {g})[0].equal(autograd::grad({soft}, {x}, {g})[0]));
}

TEST_CASE("gumbel_softmax: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] { gumbel_softmax(ones({2}), 0); }) ==
        "gumbel_softmax: tau is 0; it must be positive.");
  CHECK(message_of<ArgumentError>([] { gumbel_softmax(ones({2}, kInt64)); }) ==
        "gumbel_softmax: the input is int64; it must be float32 or float64.");
}
