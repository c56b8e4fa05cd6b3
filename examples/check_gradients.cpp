// Testing gradients: of a function, and of everything in a module. What a wrong one looks like.
//
//   build/release/bin/check_gradients

#include <program/program.h>
#include <reel/reel.h>

#include <iostream>

using namespace reel;

// A square whose backward forgot the factor 2.
struct WrongSquare : autograd::Function<WrongSquare> {
  static Tensor forward(autograd::AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static autograd::variable_list backward(autograd::AutogradContext* context,
                                          autograd::variable_list grad_output) {
    return {grad_output[0] * context->get_saved_variables()[0]};
  }
};

// A module that computes well and learns half: `scale` is not registered.
struct ForgetfulImpl : nn::Cloneable<ForgetfulImpl> {
  nn::Linear fc = register_module("fc", nn::Linear(4, 2));
  Tensor scale = full({2}, 2.0, requires_grad());
  Tensor forward(const Tensor& x) { return fc(x) * scale; }
};
REEL_MODULE(Forgetful);

bool run(const program::Arguments&) {
  manual_seed(0);

  // [gradcheck]
  // Differences need float64: in float32 they are noise.
  const Tensor x = randn({3, 4}, dtype(kFloat64).requires_grad(true));
  const Tensor weight = randn({2, 4}, dtype(kFloat64).requires_grad(true));
  const auto right =
      gradcheck([](const TensorList& in) { return linear(in[0], in[1]).sigmoid(); }, {x, weight});
  std::cout << right << "\n\n";
  // [/gradcheck]

  // Every element of the Jacobian instead of one random combination of the outputs.
  GradcheckOptions options;
  options.mode = GradcheckMode::kJacobian;
  const auto jacobian =
      gradcheck([](const TensorList& in) { return in[0].softmax(1); }, {x}, options);
  std::cout << jacobian << "\n\n";

  const auto wrong = gradcheck([](const TensorList& in) { return WrongSquare::apply(in[0]); }, {x});
  std::cout << wrong << "\n\n";

  // [check_module]
  nn::Sequential net(
      nn::Linear(4, 8), nn::LayerNorm(nn::LayerNormOptions({8})),
      [](const Tensor& h) { return h.tanh(); }, nn::Dropout(0.2), nn::Linear(8, 2));
  const auto whole = nn::check_module(net, randn({5, 4}));
  std::cout << whole << "\n\n";
  // [/check_module]

  const auto forgetful = nn::check_module(Forgetful(), randn({5, 4}));
  std::cout << forgetful << '\n';
  return right && jacobian && !wrong && whole && !forgetful;
}

int main(int argc, char** argv) {
  return program::run(
      argc, argv, program::Program("check_gradients", "Shows what checks of gradients find."), run);
}
