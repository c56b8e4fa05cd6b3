// Loads the network that tutorial_digits saved, and asks it about a test digit.
// Usage: tutorial_ask [folder of the results [number of the digit]]

#include <reel/reel.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "net.h"

using namespace reel;

// An image (1, 28, 28) as letters, two rows of pixels in a line.
void show(const Tensor& image) {
  const Tensor rows = image.to(kFloat32).view({14, 2, 28}).mean(1);
  const auto grey = rows.accessor<float, 2>();
  for (int64_t i = 0; i < rows.size(0); ++i) {
    std::string line;
    for (int64_t j = 0; j < rows.size(1); ++j)
      line += " .:-=+*#%@"[static_cast<size_t>(grey[i][j] / 25.6f)];
    std::puts(line.substr(0, line.find_last_not_of(' ') + 1).c_str());
  }
}

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "out/tutorial";
  const int64_t number = argc > 2 ? std::stoll(argv[2]) : 4;
  const data::MNIST digits("data/mnist10k", data::MNIST::Mode::kTest);

  // [ask]
  Net net;
  load(net, folder + "/digits.safetensors");
  net->eval();

  const NoGradGuard no_grad;
  const Tensor image = digits.get(number).data;  // (1, 28, 28)
  show(image);
  const Tensor probabilities = softmax(net(image.unsqueeze(0)), 1)[0];
  const auto [values, classes] = probabilities.topk(2);
  for (int64_t i = 0; i < 2; ++i)
    std::printf("a %lld with probability %.3f\n",
                static_cast<long long>(classes[i].item<int64_t>()), values[i].item<double>());
  std::printf("it is a %lld\n", static_cast<long long>(digits.targets()[number].item<int64_t>()));
  // [/ask]
} catch (const std::exception& e) {
  std::cerr << "tutorial_ask: " << e.what() << '\n';
  return 1;
}
