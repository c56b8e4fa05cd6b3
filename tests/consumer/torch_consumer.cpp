// A program written for libtorch, through the header of that name.

#include <torch/all.h>

int main() {
  torch::manual_seed(0);
  torch::nn::Sequential model(torch::nn::Linear(3, 4), torch::nn::ReLU(), torch::nn::Linear(4, 1));
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(0.01));
  const torch::Tensor x = torch::randn({8, 3});

  const torch::Tensor loss = torch::mse_loss(model->forward(x), torch::ones({8, 1}));
  loss.backward();
  optimizer.step();
  const torch::Tensor after = torch::mse_loss(model->forward(x), torch::ones({8, 1}));
  return after.item<float>() < loss.item<float>() ? 0 : 1;
}
