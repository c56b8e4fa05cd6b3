#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

// The generator starts anew at every call: the same draw each time.
OpCase dropout_case(std::string name, Shape sizes, double p) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    manual_seed(3);
    return dropout(in[0], p);
  };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    // (n, c, p): number p % 4 of block (n, p / 4, c); a matrix is one channel
    const bool spatial = sizes.size() > 2;
    const int64_t N = spatial ? sizes[0] : 1, C = spatial ? sizes[1] : 1,
                  P = in[0].numel() / (N * C);
    std::vector<double> y = in[0].to_vector();
    for (int64_t i = 0; i < in[0].numel(); ++i) {
      const int64_t n = i / (C * P), channel = i / P % C, pixel = i % P;
      const auto block = static_cast<uint64_t>((n * ((P + 3) / 4) + pixel / 4) * C + channel);
      const double u = philox(3, block).v[pixel % 4] / 4294967296.0;
      y[static_cast<size_t>(i)] *= u < p ? 0 : 1 / (1 - p);
    }
    return tensor_of(sizes, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("dropout") {
  check_op(dropout_case("a matrix", {3, 7}, 0.5));
  check_op(dropout_case("an image", {2, 3, 3, 3}, 0.25));
  check_op(dropout_case("a sequence", {2, 5, 9}, 0.7));
  for (int64_t n : {8, 9, 15, 16, 17, 31, 33})
    check_op(dropout_case("n = " + std::to_string(n), {n}, 0.4));
}

TEST_CASE("dropout: keeps what it should") {
  manual_seed(0);
  const Tensor x = ones({100, 1000});
  const Tensor y = dropout(x, 0.3);
  // 100,000 draws: the mean's deviation is sqrt(.3 * .7 / 1e5) = 0.0015.
  CHECK((y == 0.0).to(kFloat32).mean().item<double>() == Catch::Approx(0.3).margin(0.007));
  CHECK(y.mean().item<double>() == Catch::Approx(1).margin(0.01));
  CHECK(!dropout(x, 0.3).equal(y));
  manual_seed(0);
  CHECK(dropout(x, 0.3).equal(y));
}

TEST_CASE("dropout: nothing, everything, and evaluation") {
  const Tensor x = uniform({4, 5});
  CHECK(dropout(x, 0).is_same(x));
  CHECK(dropout(x, 0.5, false).is_same(x));
  CHECK(dropout(x, 1).equal(zeros_like(x)));
}

TEST_CASE("dropout: written over its input, by the same draw") {
  const Tensor a = uniform({2, 3, 5, 5}).requires_grad_(), g = uniform({2, 3, 5, 5}, 1);
  manual_seed(8);
  const Tensor y = dropout(a, 0.4), x = a * 1.0;
  manual_seed(8);
  dropout_(x, 0.4);
  CHECK(x.equal(y));
  CHECK(autograd::grad({x}, {a}, {g})[0].equal(autograd::grad({y}, {a}, {g})[0]));
  CHECK(dropout_(x, 0.4, false).is_same(x));
  CHECK_THROWS_AS(dropout_(a), GraphError);
}

TEST_CASE("dropout: of whole channels") {
  manual_seed(9);
  const Tensor x = uniform({50, 40, 3, 3}, 0, 1, 2).requires_grad_();
  const Tensor y = feature_dropout(x, 0.3), factor = y / x;
  const Tensor first = factor.select(3, 0).select(2, 0);
  CHECK(factor.allclose(first.unsqueeze(2).unsqueeze(3).expand_as(factor)));
  CHECK((first == 0.0).logical_or((first - 1 / 0.7).abs() < 1e-12).all().item<bool>());
  // 2000 draws: the mean's deviation is sqrt(.3 * .7 / 2000) = 0.01.
  CHECK((first == 0.0).to(kFloat64).mean().item<double>() == Catch::Approx(0.3).margin(0.05));
  CHECK(autograd::grad({y}, {x}, {ones_like(x)})[0].allclose(factor));
  manual_seed(9);
  const Tensor written = x * 1.0;
  feature_dropout_(written, 0.3);
  CHECK(written.equal(y));
  CHECK(feature_dropout(x, 1).equal(zeros_like(x)));
  CHECK(feature_dropout(x, 0.3, false).is_same(x));
}

TEST_CASE("dropout: alpha dropout keeps mean and variance") {
  manual_seed(10);
  const Tensor x = randn({200, 500}, kFloat64).requires_grad_();
  for (bool feature : {false, true}) {
    const Tensor y = feature ? feature_alpha_dropout(x, 0.2) : alpha_dropout(x, 0.2);
    // 100,000 values: the mean deviates by 0.003, the variance by about 0.006.
    CHECK(y.mean().item<double>() == Catch::Approx(0).margin(0.015));
    CHECK(y.var().item<double>() == Catch::Approx(1).margin(0.03));
    const double a = 1 / std::sqrt((1.7580993408473766 * 1.7580993408473766 * 0.2 + 1) * 0.8);
    const Tensor slope = autograd::grad({y}, {x}, {ones_like(x)})[0];
    CHECK((slope == 0.0).logical_or((slope - a).abs() < 1e-12).all().item<bool>());
    // What is dropped has one value, whatever it was.
    const Tensor dropped = y.masked_fill(slope != 0.0, 0);
    CHECK(dropped.min().item<double>() ==
          Catch::Approx(a * 1.7580993408473766 * (0.2 - 1)).epsilon(1e-12));
  }
  manual_seed(11);
  const Tensor y = alpha_dropout(x, 0.5), written = x * 1.0;
  manual_seed(11);
  alpha_dropout_(written, 0.5);
  CHECK(written.equal(y));
  manual_seed(11);
  const Tensor channels = feature_alpha_dropout(x, 0.5), over = x * 1.0;
  manual_seed(11);
  feature_alpha_dropout_(over, 0.5);
  CHECK(over.equal(channels));
  CHECK(alpha_dropout(x, 1).equal(zeros_like(x)));
  CHECK(alpha_dropout(x, 0.2, false).is_same(x));
}

TEST_CASE("dropout: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { dropout(ones({2}), 1.5); }) ==
        "dropout: the probability is 1.5; it must be from 0 to 1.");
  CHECK(message_of<ArgumentError>([&] { dropout(ones({2}, kInt64), 0.5); }) ==
        "dropout: the input is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([&] { feature_dropout(ones({2}), 0.5); }) ==
        "feature_dropout: the input [2] has 1 dimensions; it must have 2 or more, (N, C, ...).");
}
