// A line through noisy points, found by gradient descent: first by hand, then with a module and an
// optimizer.

#include <reel/reel.h>

#include <cstdio>

using namespace reel;

int main() {
  manual_seed(0);
  // [points]
  const Tensor x = rand({100, 1}) * 2 - 1;               // 100 numbers between -1 and 1
  const Tensor y = x * 3 + 0.5 + randn({100, 1}) * 0.1;  // near the line 3 x + 0.5
  // [/points]

  // [hand]
  const Tensor slope = zeros({1}, requires_grad()), offset = zeros({1}, requires_grad());
  for (int step = 0; step <= 100; ++step) {
    const Tensor loss = (x * slope + offset - y).square().mean();
    if (step % 25 == 0)
      std::printf("step %3d: loss %.4f, line %.3f x + %.3f\n", step, loss.item<double>(),
                  slope.item<double>(), offset.item<double>());
    loss.backward();
    for (const Tensor& parameter : {slope, offset}) {
      const NoGradGuard no_grad;  // a step is no part of what is differentiated
      parameter.sub_(parameter.grad() * 0.1);
      parameter.mutable_grad() = Tensor();  // gradients add up until someone resets them
    }
  }
  // [/hand]

  // [module]
  nn::Linear line(1, 1);  // one input, one output: weight and bias
  optim::SGD optimizer(line->parameters(), optim::SGDOptions(0.1));
  for (int step = 0; step <= 100; ++step) {
    const Tensor loss = mse_loss(line(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  std::printf("with a module: %.3f x + %.3f\n", line->weight.item<double>(),
              line->bias.item<double>());
  // [/module]
}
