// Fits y = sin(x) by a polynomial of the third degree, in three ways, written for libtorch.

#include <torch/torch.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <vector>

namespace {

constexpr double kPi = 3.14159265358979323846;

// By hand: tensors that require grad, and a step under a NoGradGuard.
double by_hand(int steps) {
  auto x = torch::linspace(-kPi, kPi, 2000), y = torch::sin(x);
  std::vector<torch::Tensor> c;
  for (int i = 0; i < 4; ++i) c.push_back(torch::randn({}, torch::requires_grad()));
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    auto predicted = c[0] + c[1] * x + c[2] * x.pow(2) + c[3] * x.pow(3);
    auto loss = (predicted - y).pow(2).mean();
    loss.backward();
    torch::NoGradGuard no_grad;
    for (int i = 0; i < 4; ++i) {
      c[i] -= 5e-2 * c[i].grad() / std::pow(4, i);
      c[i].grad().zero_();
    }
    last = loss.item<double>();
  }
  return last;
}

// By a module with parameters of its own.
struct Polynomial3Impl : torch::nn::Module {
  Polynomial3Impl() {
    a = register_parameter("a", torch::randn({}));
    b = register_parameter("b", torch::randn({}));
    c = register_parameter("c", torch::randn({}));
    d = register_parameter("d", torch::randn({}));
  }
  torch::Tensor forward(torch::Tensor x) { return a + b * x + c * x.pow(2) + d * x.pow(3); }
  torch::Tensor a, b, c, d;
};
TORCH_MODULE(Polynomial3);

double by_module(int steps) {
  auto x = torch::linspace(-kPi, kPi, 2000), y = torch::sin(x);
  Polynomial3 model;
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(5e-2));
  torch::nn::MSELoss criterion(torch::nn::MSELossOptions(torch::kMean));
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    auto loss = criterion(model(x), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.item().toDouble();
  }
  for (const auto& parameter : model->named_parameters())
    std::cout << "  " << parameter.key() << " = " << parameter.value().item<float>() << '\n';
  return last;
}

// By a linear layer over the powers of x, and a learning rate that falls.
double by_sequential(int steps) {
  auto x = torch::linspace(-kPi, kPi, 2000), y = torch::sin(x);
  auto powers = torch::stack({x, x.pow(2), x.pow(3)}, /*dim=*/1) / torch::tensor({3.0, 10.0, 30.0});
  auto model = torch::nn::Sequential(torch::nn::Linear(3, 1),
                                     torch::nn::Flatten(torch::nn::FlattenOptions().start_dim(0)));
  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0.2).momentum(0.9));
  torch::optim::StepLR scheduler(optimizer, steps / 2, 0.3);
  double last = 0;
  for (int step = 0; step < steps; ++step) {
    auto loss = torch::mse_loss(model->forward(powers), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    last = loss.item<double>();
  }
  return last;
}

}  // namespace

int main(int argc, char** argv) {
  const int steps = argc > 1 && std::strcmp(argv[1], "--smoke") == 0 ? 400 : 3000;
  torch::manual_seed(1);
  const double hand = by_hand(steps);
  std::cout << "by hand:    " << hand << '\n';
  const double by = by_module(steps);
  std::cout << "by module:  " << by << '\n';
  const double fitted = by_sequential(steps);
  std::cout << "sequential: " << fitted << '\n';
  return hand < 0.1 && fitted < 0.02 && by < 0.05 ? 0 : 1;
}
