#pragma once
// The network of the tutorial's last two programs.

#include <reel/reel.h>

// [net]
struct NetImpl : reel::nn::Cloneable<NetImpl> {
  // What the network must know of the data: saved with it, but not trained.
  reel::nn::Buffer mean = register_buffer("mean", reel::full({1}, 0.1307));
  reel::nn::Buffer deviation = register_buffer("deviation", reel::full({1}, 0.3081));

  reel::nn::Conv2d conv1 = register_module("conv1", reel::nn::Conv2d(1, 16, 3));
  reel::nn::BatchNorm2d norm1 = register_module("norm1", reel::nn::BatchNorm2d(16));
  reel::nn::Conv2d conv2 = register_module("conv2", reel::nn::Conv2d(16, 32, 3));
  reel::nn::BatchNorm2d norm2 = register_module("norm2", reel::nn::BatchNorm2d(32));
  reel::nn::Dropout dropout = register_module("dropout", reel::nn::Dropout(0.3));
  reel::nn::Linear fc = register_module("fc", reel::nn::Linear(32 * 5 * 5, 10));

  /// Grey values from 0 to 255, (N, 1, 28, 28), to a score for each digit, (N, 10).
  reel::Tensor forward(const reel::Tensor& images) {
    reel::Tensor x = (images.to(reel::kFloat32) / 255 - mean) / deviation;
    x = reel::max_pool2d(reel::relu(norm1(conv1(x))), 2);  // (N, 16, 13, 13)
    x = reel::max_pool2d(reel::relu(norm2(conv2(x))), 2);  // (N, 32, 5, 5)
    return fc(dropout(x.flatten(1)));
  }
};
REEL_MODULE(Net);
// [/net]
