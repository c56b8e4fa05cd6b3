// The code of docs/autograd.md and docs/gradcheck.md, and that it does what they say.

#include "tests/catch.h"

// [include]
#include <reel/autograd/gradcheck_matchers.h>
// [/include]
#include <reel/reel.h>

#include <iostream>

using namespace reel;

TEST_CASE("manual: a first gradient", "[manual]") {
  // [first]
  const Tensor w = tensor({2.0, -1.0}, requires_grad());
  const Tensor loss = (w * w).sum();
  loss.backward();
  // w.grad() is 2 w: [4, -2]
  // [/first]
  CHECK(w.grad().to_vector() == std::vector<double>{4, -2});
}

TEST_CASE("manual: gradients of gradients", "[manual]") {
  // [second]
  const Tensor x = tensor({3.0}, requires_grad());
  const Tensor y = x * x * x;
  const Tensor dy = autograd::grad({y}, {x}, {}, /*retain_graph=*/{}, /*create_graph=*/true)[0];
  const Tensor d2y = autograd::grad({dy}, {x})[0];  // 6 x
  // [/second]
  CHECK(d2y.item<double>() == 18);
}

TEST_CASE("manual: hooks", "[manual]") {
  const Tensor x = tensor({3.0}, requires_grad());
  // [hook]
  const Tensor h = x * x;
  const uint32_t handle = h.register_hook([](const Tensor& g) { return g.clamp(-1, 1); });
  (h * 100).backward();  // the gradient of h is cut to 1 before it goes on
  h.remove_hook(handle);
  // [/hook]
  CHECK(x.grad().item<double>() == 6);
}

TEST_CASE("manual: writing through views", "[manual]") {
  const Tensor x = tensor({1.0, 2.0}, requires_grad());
  const Tensor w = tensor({3.0}, requires_grad());
  // [views]
  const Tensor table = zeros({3, 2});
  for (int64_t i = 0; i < 3; ++i) table[i] = x * w * static_cast<double>(i);
  table.select(1, 0).mul_(w);  // a column
  table.sum().backward();
  // [/views]
  CHECK(table.to_vector() == std::vector<double>{0, 0, 9, 6, 18, 12});
  CHECK(x.grad().to_vector() == std::vector<double>{27, 9});
  CHECK(w.grad().item<double>() == 24);
}

TEST_CASE("manual: writing in place", "[manual]") {
  const Tensor x = tensor({1.0, 2.0}, requires_grad());
  const Tensor gradient = tensor({1.0, 1.0});
  // [in-place]
  const Tensor y = x.exp();  // keeps its output for backward
  y.add_(1);                 // recorded, but exp's output is gone
  try {
    y.backward(gradient);
  } catch (const GraphError& e) {
    std::cerr << e.what() << '\n';
  }
  // [/in-place]
  CHECK_THROWS_AS(y.backward(gradient), GraphError);
  // [parameters]
  {
    NoGradGuard no_grad;
    x.sub_(gradient, 0.1);  // a leaf, written while nothing is recorded
  }
  // [/parameters]
  CHECK(x[0].item<double>() == Catch::Approx(0.9));
}

// [catch2]
TEST_CASE("layer_norm has the gradients of its values") {
  const Tensor x = randn({4, 6}, dtype(kFloat64).requires_grad(true));
  const Tensor w = randn({6}, dtype(kFloat64).requires_grad(true));
  const auto op = [](const TensorList& in) { return layer_norm(in[0], {6}, in[1]); };

  REQUIRE_THAT(op, GradientsMatch({x, w}));
  REQUIRE_THAT(gradgradcheck(op, {x, w}), GradientsMatch());
}
// [/catch2]
