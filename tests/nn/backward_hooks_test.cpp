#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include "tests/nn/modules.h"

using namespace reel;
using Values = std::vector<double>;

namespace {

struct ProductImpl : nn::Cloneable<ProductImpl> {
  Tensor forward(const Tensor& a, const Tensor& b) { return a * b; }
};
REEL_MODULE(Product);

Tensor leaf(std::initializer_list<double> values) {
  Tensor x = tensor(Values(values), kFloat64);
  return x.requires_grad_();
}

}  // namespace

TEST_CASE("backward hooks see the gradients of inputs and output", "[nn]") {
  Product product;
  const Tensor a = leaf({2, 3}), b = leaf({5, 7});
  int calls = 0;
  product->register_full_backward_hook(
      [&](nn::Module& module, TensorList& grad_inputs, const TensorList& grad_outputs) {
        ++calls;
        CHECK(module.name() == "Product");
        CHECK(grad_outputs.at(0).to_vector() == Values{10, 100});
        CHECK(grad_inputs.at(0).to_vector() == Values{50, 700});
        CHECK(grad_inputs.at(1).to_vector() == Values{20, 300});
      });
  (product(a, b) * tensor({10.0, 100.0}, kFloat64)).sum().backward();
  CHECK(calls == 1);
  CHECK(a.grad().to_vector() == Values{50, 700});
  CHECK(b.grad().to_vector() == Values{20, 300});
}

TEST_CASE("backward hooks replace gradients", "[nn]") {
  Product product;
  const Tensor a = leaf({2}), b = leaf({5});
  product->register_full_backward_pre_hook(
      [](nn::Module&, TensorList& grad_outputs) { grad_outputs[0] = grad_outputs[0] * 2; });
  // [hook]
  const uint32_t handle = product->register_full_backward_hook(
      [](nn::Module&, TensorList& grad_inputs, const TensorList& grad_outputs) {
        CHECK(grad_outputs[0].to_vector() == Values{2});
        grad_inputs[0] = grad_inputs[0] + 100;
        grad_inputs[1] = Tensor();
      });
  // [/hook]
  product(a, b).sum().backward();
  CHECK(a.grad().to_vector() == Values{110});
  CHECK_FALSE(b.grad().defined());
  product->remove_hook(handle);
  a.mutable_grad() = Tensor();
  product(a, b).sum().backward();
  CHECK(a.grad().to_vector() == Values{10});
  CHECK(b.grad().to_vector() == Values{4});
}

TEST_CASE("backward hooks run where no input takes a gradient", "[nn]") {
  nn::Linear linear(2, 3);
  int calls = 0;
  linear->register_full_backward_hook(
      [&](nn::Module&, TensorList& grad_inputs, const TensorList& grad_outputs) {
        ++calls;
        CHECK(grad_inputs.size() == 1);
        CHECK_FALSE(grad_inputs[0].defined());
        CHECK(grad_outputs[0].sizes() == Shape{1, 3});
      });
  linear(ones({1, 2})).sum().backward();
  CHECK(calls == 1);
  CHECK(linear->weight.grad().to_vector() == Values(6, 1));
  {
    const NoGradGuard no_grad;
    linear(ones({1, 2}));
  }
  linear->forward(ones({1, 2})).sum().backward();
  CHECK(calls == 1);
}

TEST_CASE("a call without hooks, and a hook removed before backward, change nothing", "[nn]") {
  Product product;
  const Tensor a = leaf({2}), b = leaf({5});
  int calls = 0;
  const uint32_t handle = product->register_full_backward_hook(
      [&](nn::Module&, TensorList&, const TensorList&) { ++calls; });
  const Tensor y = product(a, b);
  product->remove_hook(handle);
  y.sum().backward();
  CHECK(calls == 0);
  CHECK(a.grad().to_vector() == Values{5});
  CHECK_THROWS_AS(product->register_full_backward_hook(nullptr), ArgumentError);
}

TEST_CASE("a module's hooks end with it, not with the tape", "[nn]") {
  const Tensor a = leaf({2}), b = leaf({5});
  int calls = 0;
  Tensor y;
  {
    Product product;
    product->register_full_backward_hook(
        [&](nn::Module&, TensorList&, const TensorList&) { ++calls; });
    y = product(a, b);
  }
  y.sum().backward();
  CHECK(calls == 0);
  CHECK(b.grad().to_vector() == Values{2});
}

TEST_CASE("a hook may remove itself while it runs", "[nn]") {
  Product product;
  const Tensor a = leaf({2}), b = leaf({5});
  uint32_t forward = 0, backward = 0;
  int calls = 0;
  forward = product->register_forward_hook([&](nn::Module& m, const TensorList&, Tensor&) {
    ++calls;
    m.remove_hook(forward);
  });
  backward =
      product->register_full_backward_hook([&](nn::Module& m, TensorList&, const TensorList&) {
        ++calls;
        m.remove_hook(backward);
      });
  product(a, b).sum().backward();
  product(a, b).sum().backward();
  CHECK(calls == 2);
}

TEST_CASE("backward hooks are in gradients of gradients, and in several runs", "[nn]") {
  Product product;
  const Tensor a = leaf({3});
  int calls = 0;
  product->register_full_backward_hook(
      [&](nn::Module&, TensorList& grad_inputs, const TensorList&) {
        ++calls;
        grad_inputs[0] = grad_inputs[0] * 2;
      });
  const Tensor y = product(a, a * a);  // a^3, the first factor's gradient doubled
  const Tensor g = autograd::grad({y}, {a}, {}, true, true)[0];
  CHECK(g.to_vector() == Values{2 * 9 + 2 * 3 * 3});
  CHECK(calls == 1);
  g.sum().backward();
  CHECK(a.grad().defined());
}

TEST_CASE("backward hooks of modules in a sequence run in reverse", "[nn]") {
  nn::Linear first(2, 2), second(2, 2);
  nn::Sequential sequence(
      first, [](const Tensor& x) { return x.relu(); }, second);
  std::vector<std::string> order;
  for (auto* m : {first.get(), second.get()})
    m->register_full_backward_hook([&](nn::Module& module, TensorList&, const TensorList&) {
      order.push_back(module.path());
    });
  sequence(ones({1, 2})).sum().backward();
  CHECK(order == std::vector<std::string>{"2", "0"});
}

TEST_CASE("what a backward hook may not do is refused", "[nn]") {
  Product product;
  const Tensor a = leaf({2}), b = leaf({5});
  const auto with = [&](const nn::BackwardHook& hook) {
    const uint32_t handle = product->register_full_backward_hook(hook);
    const Tensor y = product(a, b).sum();
    std::string message;
    try {
      y.backward();
    } catch (const ArgumentError& e) {
      message = e.what();
    }
    product->remove_hook(handle);
    return message;
  };
  CHECK(with([](nn::Module&, TensorList& g, const TensorList&) { g.pop_back(); }) ==
        "backward hook: it left 1 gradients of 2; it may replace gradients, not add or remove "
        "them.");
  CHECK(with([](nn::Module&, TensorList& g, const TensorList&) { g[0] = ones({2}, kFloat64); }) ==
        "backward hook: it replaced the float64 gradient [1] of input 0 by a float64 one [2]; "
        "shape and dtype must stay.");
}
