#include "tests/errors/rows.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/gradcheck.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>

#include <exception>
#include <thread>

namespace reel::tests {

namespace {

using autograd::AutogradContext;
using autograd::variable_list;

Tensor leaf(IntArrayRef sizes = {2}) { return ones(sizes, kFloat64).requires_grad_(); }
Tensor plain(IntArrayRef sizes = {2}) { return ones(sizes, kFloat64); }

// What the rows on functions do wrong.
struct Settings {
  bool needs = false, dirty_stranger = false, dirty_lost = false;
  variable_list gradients;
};

struct Wrong : autograd::Function<Wrong> {
  struct Context : AutogradContext {
    Settings settings;
  };
  static Tensor forward(Context* ctx, const Tensor& x, const Settings& s) {
    ctx->settings = s;
    if (s.dirty_stranger) ctx->mark_dirty({x * 1});
    if (s.dirty_lost) ctx->mark_dirty({x});
    if (s.needs) ctx->needs_input_grad(1);
    return x * 2;
  }
  static variable_list backward(Context* ctx, variable_list) { return ctx->settings.gradients; }
};

void run_wrong(const variable_list& gradients) {
  Settings s;
  s.gradients = gradients;
  Wrong::apply(leaf(), s).backward(plain());
}

const ErrorRows kBackward{
    {"backward: no tensor", [] { autograd::backward({}); }},
    {"backward: no history", [] { plain().backward(plain()); }},
    {"backward: no gradient given", [] { (leaf() * 2).backward(); }},
    {"backward: gradient of another shape", [] { (leaf() * 2).backward(plain({3})); }},
    {"backward: gradient of another dtype", [] { (leaf() * 2).backward(ones({2})); }},
    {"backward: number of gradients",
     [] {
       autograd::backward({leaf()}, {plain(), plain()});
     }},
    {"backward: a second time",
     [] {
       const Tensor y = leaf() * 2;
       y.backward(plain());
       y.backward(plain());
     }},
    {"backward: on two threads",
     [] {
       const Tensor x = leaf(), y = x * 2;
       std::exception_ptr error;
       y.register_hook([&](const Tensor& g) {
         std::thread([&] {
           try {
             x.backward(plain());
           } catch (...) {
             error = std::current_exception();
           }
         }).join();
         return g;
       });
       y.backward(plain());
       if (error) std::rethrow_exception(error);
     }},
    {"grad: unused input", [] { autograd::grad({leaf() * 2}, {leaf()}, {plain()}); }},
    {"grad: input without grad", [] { autograd::grad({leaf() * 2}, {plain()}, {plain()}); }},
    {"hook: shape of its gradient",
     [] {
       const Tensor x = leaf();
       x.register_hook([](const Tensor&) { return plain({3}); });
       (x * 2).backward(plain());
     }},
    {"hook: dtype of its gradient",
     [] {
       const Tensor x = leaf();
       x.register_hook([](const Tensor& g) { return g.to(kFloat32); });
       x.sum().backward();
     }},
    {"in place: undefined", [] { leaf().grad().zero_(); }},
    {"set_data: undefined", [] { leaf().set_data(Tensor()); }},
    {"register_hook: no grad", [] { plain().register_hook([](const Tensor& g) { return g; }); }},
    {"requires_grad: dtype", [] { zeros({2}, kInt64).requires_grad_(); }},
    {"requires_grad: not a leaf", [] { (leaf() * 2).requires_grad_(false); }},
    {"retain_grad: no grad", [] { plain().retain_grad(); }},
    {"set_data: dtype", [] { leaf().set_data(zeros({2}, kInt64)); }},
};

const ErrorRows kInPlace{
    {"in place: a leaf", [] { leaf().add_(1); }},
    {"in place: a view of a leaf", [] { leaf().narrow(0, 0, 1).add_(1); }},
    {"in place: an expanded tensor", [] { plain({1}).expand({3}).add_(1); }},
    {"in place: written through another handle",
     [] {
       const Tensor x = leaf() * 1;
       x.detach().mul_(leaf());
       x * 2;
     }},
    {"in place: a saved input",
     [] {
       const Tensor x = leaf() * 1, y = x * x;
       x.add_(1);
       y.backward(plain());
     }},
    {"in place: a saved output",
     [] {
       const Tensor y = leaf().exp();
       y.add_(1);
       y.backward(plain());
     }},
    {"in place: a saved input detached",
     [] {
       const Tensor x = leaf(), h = x * 1, y = h * h;
       h.detach_();
       y.backward(plain(), false, /*create_graph=*/true);
     }},
    {"in place: other data",
     [] {
       const Tensor x = leaf(), y = x * x;
       x.set_data(plain());
       y.backward(plain());
     }},
};

const ErrorRows kFunction{
    {"function: number of gradients", [] { run_wrong({plain()}); }},
    {"function: gradient for no tensor",
     [] {
       run_wrong({plain(), plain()});
     }},
    {"function: shape of a gradient",
     [] {
       run_wrong({plain({3}), Tensor()});
     }},
    {"function: dtype of a gradient",
     [] {
       run_wrong({ones({2}), Tensor()});
     }},
    {"function: needs_input_grad of no tensor",
     [] {
       Settings s;
       s.needs = true;
       Wrong::apply(leaf(), s);
     }},
    {"function: mark_dirty of no argument",
     [] {
       Settings s;
       s.dirty_stranger = true;
       Wrong::apply(leaf(), s);
     }},
    {"function: mark_dirty and not returned",
     [] {
       Settings s;
       s.dirty_lost = true;
       Wrong::apply(leaf() * 1, s);
     }},
};

const auto kDouble = [](const TensorList& x) { return x[0] * 2; };

const ErrorRows kGradcheck{
    {"gradcheck: input dtype", [] { gradcheck(kDouble, {ones({2}).requires_grad_()}); }},
    {"gradcheck: output dtype",
     [] { gradcheck([](const TensorList& x) { return x[0].to(kFloat32); }, {leaf()}); }},
    {"gradcheck: no input requires grad", [] { gradcheck(kDouble, {plain()}); }},
    {"gradcheck: an input that overlaps itself",
     [] { gradcheck(kDouble, {plain({1}).expand({3}).requires_grad_()}); }},
    {"gradcheck: inputs that overlap",
     [] {
       const Tensor x = leaf();
       gradcheck(kDouble, {x, x.detach()});
     }},
};

}  // namespace

}  // namespace reel::tests
