// Sequential runs some neighbours as one; nobody must be able to tell.

#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/reel.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

struct Results {
  Tensor output, input_gradient;
  TensorList gradients, buffers;
};

// Forward and backward through the model's children, by Sequential or one by one.
Results run(nn::Sequential& model, const Tensor& input, bool one_by_one) {
  const Tensor x = input.clone().set_requires_grad(true);
  Tensor y = x;
  if (one_by_one)
    for (const nn::AnyModule& module : *model) y = module.forward(y);
  else
    y = model(x);
  y.backward(uniform(y.sizes(), 99, -1, 1, y.dtype()));
  Results r{y.detach(), x.grad(), {}, model->buffers()};
  for (const Tensor& p : model->parameters()) r.gradients.push_back(p.grad());
  return r;
}

// `exact`: to the bit, else up to rounding.
void check_equal(nn::Sequential model, const Tensor& input, bool exact) {
  auto copy = nn::Sequential(std::dynamic_pointer_cast<nn::SequentialImpl>(model->clone()));
  const Results fused = run(model, input, false), plain = run(copy, input, true);
  const auto same = [&](const Tensor& a, const Tensor& b) {
    return exact ? equal(a, b) : allclose(a, b, 1e-5, 1e-6);
  };
  CHECK(same(fused.output, plain.output));
  CHECK(same(fused.input_gradient, plain.input_gradient));
  REQUIRE(fused.gradients.size() == plain.gradients.size());
  for (size_t i = 0; i < plain.gradients.size(); ++i)
    CHECK(same(fused.gradients[i], plain.gradients[i]));
  for (size_t i = 0; i < plain.buffers.size(); ++i)
    CHECK(equal(fused.buffers[i], plain.buffers[i]));
}

Tensor image() { return uniform({3, 4, 6, 6}, 5, -2, 2, kFloat32); }

}  // namespace

TEST_CASE("fusion: equal results, parameters and buffers", "[nn]") {
  check_equal(nn::Sequential(nn::BatchNorm2d(4), nn::ReLU()), image(), false);
  check_equal(nn::Sequential(nn::BatchNorm2d(4), nn::ReLU(true)), image(), false);
  check_equal(nn::Sequential(nn::GroupNorm(2, 4), nn::ReLU()), image(), false);
  check_equal(nn::Sequential(nn::Conv2d(4, 5, 3), nn::BatchNorm2d(5), nn::ReLU(), nn::MaxPool2d(2)),
              image(), false);
  check_equal(nn::Sequential(nn::ReLU(), nn::MaxPool2d(2)), image(), true);
  check_equal(nn::Sequential(nn::Conv2d(4, 5, 3), nn::ReLU(true), nn::MaxPool2d(2), nn::ReLU()),
              image(), true);
  check_equal(nn::Sequential(nn::MaxPool2d(2), nn::ReLU()), image(), true);
  check_equal(nn::Sequential(nn::Conv2d(4, 5, 3), nn::ReLU(), nn::MaxPool2d(2)), image(), true);
}

TEST_CASE("fusion: evaluation", "[nn]") {
  nn::Sequential model(nn::BatchNorm2d(4), nn::ReLU());
  model(image());
  model->eval();
  check_equal(model, image(), false);
}

TEST_CASE("fusion: zeros, negative windows and NaN through ReLU and MaxPool", "[nn]") {
  Tensor x = zeros({1, 1, 4, 4});
  x.slice(2, 2).fill_(-1);
  check_equal(nn::Sequential(nn::ReLU(), nn::MaxPool2d(2)), x, true);
  x.select(2, 0).fill_(NAN);
  nn::Sequential model(nn::ReLU(), nn::MaxPool2d(2));
  CHECK(std::isnan(model(x).select(2, 0).select(2, 0).item<float>()));
  CHECK(std::isnan(x.relu().select(2, 0).select(2, 0).item<float>()));
}

TEST_CASE("fusion: a hook sees its own module's output", "[nn]") {
  nn::BatchNorm2d norm(4);
  nn::ReLU activation;
  nn::Sequential model(norm, activation);
  const Tensor fused = model(image());
  Tensor seen;
  const uint32_t handle = norm->register_forward_hook(
      [&](nn::Module&, const TensorList&, Tensor& output) { seen = output.detach().clone(); });
  const Tensor y = model(image());
  REQUIRE(seen.defined());
  CHECK(seen.min().item<float>() < 0);  // before ReLU
  CHECK(equal(y, seen.relu()));
  CHECK(allclose(y, fused, 1e-5, 1e-6));
  norm->remove_forward_hook(handle);
  int calls = 0;
  activation->register_forward_pre_hook([&](nn::Module&, TensorList&) { ++calls; });
  model(image());
  CHECK(calls == 1);
}

TEST_CASE("fusion: one node on the tape, and errors that name the module", "[nn]") {
  nn::Sequential model(nn::BatchNorm2d(4), nn::ReLU());
  CHECK(std::string(model(image()).grad_fn()->name()) == "batch_norm");
  CHECK_THROWS_WITH(model(uniform({3, 5, 6, 6}, 0, -1, 1, kFloat32)),
                    Catch::Matchers::ContainsSubstring("(in module 0)"));
}
