// A user's program: one step of training, through the public header alone.

#include <reel/reel.h>

#include <cstdio>

int main() {
  reel::nn::Linear model(3, 1);
  reel::optim::SGD optimizer(model->parameters(), 0.1);
  const reel::Tensor x = reel::ones({2, 3});

  const reel::Tensor loss = model(x).square().mean();
  loss.backward();
  optimizer.step();

  const bool smaller = model(x).square().mean().item<float>() < loss.item<float>();
  std::puts(smaller ? "the loss fell" : "the loss did not fall");
  return smaller ? 0 : 1;
}
