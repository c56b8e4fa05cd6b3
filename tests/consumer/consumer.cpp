// A user's program: one step of training, through the public header alone; and what has to work
// across the boundary of a shared library: catching reel's errors, deriving from its classes, and
// casting to them.

#include <reel/reel.h>

#include <cstdio>
#include <stdexcept>

struct Net : reel::nn::Module {
  reel::nn::Linear fc = register_module("fc", reel::nn::Linear(3, 1));
  reel::Tensor forward(const reel::Tensor& x) { return fc(x); }
};

int main() {
  Net model;
  reel::optim::SGD optimizer(model.parameters(), 0.1);
  const reel::Tensor x = reel::ones({2, 3});

  const reel::Tensor loss = model.forward(x).square().mean();
  loss.backward();
  optimizer.step();
  const bool smaller = model.forward(x).square().mean().item<float>() < loss.item<float>();

  bool caught = false;
  try {
    model.forward(reel::ones({2, 4}));
  } catch (const reel::ArgumentError& error) {
    const std::runtime_error* base = &error;
    caught = dynamic_cast<const reel::Error*>(base) != nullptr;
  }
  const std::shared_ptr<reel::nn::Module> child = model.children()[0];
  const bool cast = dynamic_cast<reel::nn::LinearImpl*>(child.get()) != nullptr;

  std::puts(smaller && caught && cast ? "the loss fell" : "something did not work");
  return smaller && caught && cast ? 0 : 1;
}
