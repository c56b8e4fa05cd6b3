// An operation of one's own: a loss with a gradient written by hand, checked, and used to fit a
// line through points of which some are far off.
//
//   build/release/bin/custom_function

#include <program/program.h>
#include <reel/reel.h>

#include <cmath>
#include <cstdio>
#include <iostream>

using namespace reel;

// [function]
/// scale^2 * mean(log(cosh(d / scale))) with d = x - target: like d^2 / 2 for small d, like scale
/// |d| for large ones. Its gradient by x is scale * tanh(d / scale) / n, which no outlier
/// dominates.
struct LogCosh : autograd::Function<LogCosh> {
  struct Context : autograd::AutogradContext {
    double scale = 1;
  };

  static Tensor forward(Context* context, const Tensor& x, const Tensor& target, double scale) {
    const Tensor r = (x - target) / scale;
    context->scale = scale;
    context->save_for_backward({r});
    // log(cosh(r)) without exponentials that overflow.
    const Tensor a = r.abs();
    return (a + (a * -2.0).exp().log1p() - std::log(2.0)).mean() * (scale * scale);
  }

  static autograd::variable_list backward(Context* context, autograd::variable_list grad_output) {
    const Tensor r = context->get_saved_variables()[0];
    const double n = static_cast<double>(r.numel());
    const Tensor grad = grad_output[0] * r.tanh() * (context->scale / n);
    // One gradient for each argument of forward; a number takes none.
    return {grad, -grad, Tensor()};
  }
};

Tensor log_cosh(const Tensor& x, const Tensor& target, double scale) {
  return LogCosh::apply(x, target, scale);
}
// [/function]

// The slope and offset of a line through the points, by gradient descent on a loss.
template <class Loss>
void fit(const char* name, const Tensor& x, const Tensor& y, int steps, Loss loss) {
  const Tensor slope = zeros({1}, requires_grad()), offset = zeros({1}, requires_grad());
  optim::Adam optimizer({slope, offset}, 0.05);
  for (int i = 0; i < steps; ++i) {
    optimizer.zero_grad();
    loss(x * slope + offset, y).backward();
    optimizer.step();
  }
  std::printf("%-14s y = %.3f x + %.3f\n", name, slope.item<double>(), offset.item<double>());
}

bool run(const program::Arguments& given) {
  manual_seed(0);
  // [check]
  const Tensor a = randn({5, 3}, dtype(kFloat64).requires_grad(true));
  const Tensor b = randn({5, 3}, dtype(kFloat64).requires_grad(true));
  const auto report =
      gradcheck([](const TensorList& in) { return log_cosh(in[0], in[1], 0.7); }, {a, b});
  std::cout << report << '\n';
  if (!report) return false;
  // [/check]

  const Tensor x = linspace(-1, 1, 101);
  const Tensor y = x * 2.0 + 1.0 + randn({101}) * 0.05;
  for (int64_t i = 80; i < 101; i += 4) y[i].fill_(-10);  // far off
  const int steps = given.flag("smoke") ? 50 : static_cast<int>(given.integer("steps"));
  std::printf("the line is   y = 2.000 x + 1.000\n");
  fit("mean square:", x, y, steps, [](const Tensor& p, const Tensor& t) { return mse_loss(p, t); });
  fit("log cosh:", x, y, steps,
      [](const Tensor& p, const Tensor& t) { return log_cosh(p, t, 0.1); });
  return true;
}

int main(int argc, char** argv) {
  return program::run(argc, argv,
                      program::Program("custom_function", "Fits a line with a loss of one's own.")
                          .integer("steps", "of gradient descent", 1000, {1, 1'000'000})
                          .flag("smoke", "take a few steps only"),
                      run);
}
