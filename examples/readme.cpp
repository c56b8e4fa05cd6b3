// The program that README.md shows.

// [program]
#include <reel/reel.h>

#include <cstdio>

using namespace reel;

struct Net : nn::Module {
  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 8, 5).padding(2)));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(8, 16, 5));
  nn::BatchNorm2d norm = register_module("norm", nn::BatchNorm2d(16));
  nn::Linear fc = register_module("fc", nn::Linear(16 * 5 * 5, 10));

  Tensor forward(Tensor x) {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(norm(conv2(x))), 2);
    return fc(x.flatten(1));
  }
};

int main() {
  const data::MNIST train("data/mnist10k"), test("data/mnist10k", data::MNIST::Mode::kTest);
  const auto normalize = data::Normalize::fit(train.images());
  const data::Batches batches(train, data::BatchOptions(64));

  Net net;
  optim::SGD optimizer(net.parameters(), optim::SGDOptions(0.05).momentum(0.9));
  for (uint64_t epoch = 0; epoch < 3; ++epoch)
    for (auto& [images, labels] : batches.epoch(epoch)) {
      optimizer.zero_grad();
      cross_entropy(net.forward(normalize(images)), labels).backward();
      optimizer.step();
    }

  net.eval();
  const NoGradGuard no_grad;
  const Tensor predictions = net.forward(normalize(test.images())).argmax(1);
  const Tensor accuracy = (predictions == test.targets()).to(kFloat32).mean();
  std::printf("test accuracy: %.1f %%\n", 100 * accuracy.item<double>());
}
// [/program]
