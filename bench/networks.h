#pragma once
// The networks that are timed, in one source for reel and for libtorch: a program defines
// REEL_BENCH_LIBTORCH to build them against the latter.

#if defined(REEL_BENCH_LIBTORCH)
#include <torch/torch.h>
namespace lib = torch;
#else
#include <reel/nn/functional.h>
#include <reel/reel.h>
namespace lib = reel;
#endif

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bench {

namespace nn = lib::nn;
using lib::Tensor;

// ---- building blocks ----

inline nn::Conv2d conv3x3(int64_t in, int64_t out, int64_t stride = 1, bool bias = false) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(bias));
}

inline nn::Conv2d conv1x1(int64_t in, int64_t out, int64_t stride = 1) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, 1).stride(stride).bias(false));
}

inline nn::Conv2d depthwise(int64_t channels, int64_t kernel, int64_t stride, bool bias) {
  return nn::Conv2d(nn::Conv2dOptions(channels, channels, kernel)
                        .stride(stride)
                        .padding(kernel / 2)
                        .groups(channels)
                        .bias(bias));
}

inline void add_norm(nn::Sequential& layers, int64_t channels, bool group_norm) {
  if (group_norm)
    layers->push_back(nn::GroupNorm(8, channels));
  else
    layers->push_back(nn::BatchNorm2d(channels));
}

/// He et al. 2016: two 3x3 convolutions beside a shortcut.
struct ResidualBlock : nn::Module {
  ResidualBlock(int64_t in, int64_t out, int64_t stride, bool group_norm) {
    branch->push_back(conv3x3(in, out, stride));
    add_norm(branch, out, group_norm);
    branch->push_back(nn::ReLU());
    branch->push_back(conv3x3(out, out));
    add_norm(branch, out, group_norm);
    register_module("branch", branch);
    if (in == out && stride == 1) return;
    shortcut->push_back(conv1x1(in, out, stride));
    add_norm(shortcut, out, group_norm);
    register_module("shortcut", shortcut);
  }
  Tensor forward(const Tensor& x) {
    return lib::relu(branch->forward(x) + (shortcut->is_empty() ? x : shortcut->forward(x)));
  }
  nn::Sequential branch, shortcut;
};

/// LayerNorm over the channels of (N, C, H, W).
struct ChannelNorm : nn::Module {
  explicit ChannelNorm(int64_t channels)
      : norm(register_module("norm", nn::LayerNorm(nn::LayerNormOptions({channels})))) {}
  Tensor forward(const Tensor& x) {
    return norm->forward(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
  }
  nn::LayerNorm norm;
};

/// Liu et al. 2022, without the layer scale.
struct ConvNextBlock : nn::Module {
  explicit ConvNextBlock(int64_t channels)
      : spatial(register_module("spatial", depthwise(channels, 7, 1, true))),
        norm(register_module("norm", nn::LayerNorm(nn::LayerNormOptions({channels})))),
        mlp(register_module("mlp", nn::Sequential(nn::Linear(channels, 4 * channels), nn::GELU(),
                                                  nn::Linear(4 * channels, channels)))) {}
  Tensor forward(const Tensor& x) {
    const Tensor rows = norm->forward(spatial->forward(x).permute({0, 2, 3, 1}));
    return x + mlp->forward(rows).permute({0, 3, 1, 2});
  }
  nn::Conv2d spatial;
  nn::LayerNorm norm;
  nn::Sequential mlp;
};

inline void add_head2d(nn::Sequential& layers, int64_t channels) {
  layers->push_back(nn::AdaptiveAvgPool2d(1));
  layers->push_back(nn::Flatten());
  layers->push_back(nn::Linear(channels, 10));
}

// ---- networks ----

inline nn::Sequential lenet5() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(),
                        nn::MaxPool2d(2), nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Flatten(), nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84),
                        nn::ReLU(), nn::Linear(84, 10));
}

inline nn::Sequential mnistnet() {
  return nn::Sequential(nn::Conv2d(1, 32, 3), nn::ReLU(), nn::Conv2d(32, 64, 3), nn::ReLU(),
                        nn::MaxPool2d(2), nn::Dropout(0.25), nn::Flatten(), nn::Linear(9216, 128),
                        nn::ReLU(), nn::Dropout(0.5), nn::Linear(128, 10));
}

inline nn::Sequential resnet20(bool group_norm) {
  nn::Sequential layers;
  layers->push_back(conv3x3(3, 16));
  add_norm(layers, 16, group_norm);
  layers->push_back(nn::ReLU());
  int64_t in = 16;
  for (int64_t width : {16, 32, 64})
    for (int i = 0; i < 3; ++i) {
      const int64_t stride = i == 0 && width > 16 ? 2 : 1;
      layers->push_back(std::make_shared<ResidualBlock>(in, width, stride, group_norm));
      in = width;
    }
  add_head2d(layers, 64);
  return layers;
}

inline nn::Sequential vggsmall() {
  nn::Sequential layers;
  const auto add = [&](int64_t in, int64_t out) {
    layers->push_back(conv3x3(in, out));
    layers->push_back(nn::BatchNorm2d(out));
    layers->push_back(nn::ReLU());
  };
  add(3, 64);
  add(64, 64);
  layers->push_back(nn::MaxPool2d(2));
  add(64, 128);
  add(128, 128);
  layers->push_back(nn::MaxPool2d(2));
  add(128, 256);
  add(256, 256);
  add_head2d(layers, 256);
  return layers;
}

inline nn::Sequential mobile() {
  nn::Sequential layers;
  const auto add = [&](nn::Conv2d conv, int64_t out) {
    layers->push_back(conv);
    layers->push_back(nn::BatchNorm2d(out));
    layers->push_back(nn::ReLU());
  };
  add(conv3x3(3, 32), 32);
  int64_t in = 32;
  const int64_t widths[] = {64, 128, 128, 256, 256}, strides[] = {1, 2, 1, 2, 1};
  for (int i = 0; i < 5; ++i) {
    add(depthwise(in, 3, strides[i], false), in);
    add(conv1x1(in, widths[i]), widths[i]);
    in = widths[i];
  }
  add_head2d(layers, in);
  return layers;
}

inline nn::Sequential convnext() {
  nn::Sequential layers;
  layers->push_back(nn::Conv2d(nn::Conv2dOptions(3, 48, 4).stride(4)));
  layers->push_back(std::make_shared<ChannelNorm>(48));
  for (int i = 0; i < 2; ++i) layers->push_back(std::make_shared<ConvNextBlock>(48));
  layers->push_back(nn::Conv2d(nn::Conv2dOptions(48, 96, 2).stride(2)));
  for (int i = 0; i < 2; ++i) layers->push_back(std::make_shared<ConvNextBlock>(96));
  add_head2d(layers, 96);
  return layers;
}

/// Dai et al. 2017, for raw sound.
inline nn::Sequential m5() {
  nn::Sequential layers;
  const auto add = [&](int64_t in, int64_t out, int64_t kernel, int64_t stride) {
    layers->push_back(nn::Conv1d(nn::Conv1dOptions(in, out, kernel).stride(stride)));
    layers->push_back(nn::BatchNorm1d(out));
    layers->push_back(nn::ReLU());
    layers->push_back(nn::MaxPool1d(4));
  };
  add(1, 32, 80, 4);
  add(32, 32, 3, 1);
  add(32, 64, 3, 1);
  add(64, 64, 3, 1);
  layers->push_back(nn::AdaptiveAvgPool1d(1));
  layers->push_back(nn::Flatten());
  layers->push_back(nn::Linear(64, 10));
  return layers;
}

inline nn::Sequential vox() {
  nn::Sequential layers;
  int64_t in = 1;
  for (int64_t width : {16, 32, 64}) {
    layers->push_back(nn::Conv3d(nn::Conv3dOptions(in, width, 3).padding(1)));
    layers->push_back(nn::GroupNorm(8, width));
    layers->push_back(nn::ReLU());
    layers->push_back(nn::MaxPool3d(2));
    in = width;
  }
  layers->push_back(nn::AdaptiveAvgPool3d(1));
  layers->push_back(nn::Flatten());
  layers->push_back(nn::Linear(64, 10));
  return layers;
}

inline nn::Sequential mlp() {
  return nn::Sequential(nn::Linear(32, 64), nn::ReLU(), nn::Linear(64, 64), nn::Sigmoid(),
                        nn::LayerNorm(nn::LayerNormOptions({64})), nn::Linear(64, 10));
}

struct NetworkCase {
  std::string name;
  std::vector<int64_t> input;
  std::function<nn::Sequential()> make;
};

inline const std::vector<NetworkCase>& network_cases() {
  static const std::vector<NetworkCase> cases = {
      {"lenet5_b1", {1, 1, 28, 28}, lenet5},
      {"lenet5_b64", {64, 1, 28, 28}, lenet5},
      {"mnistnet_b64", {64, 1, 28, 28}, mnistnet},
      {"resnet20_b128", {128, 3, 32, 32}, [] { return resnet20(false); }},
      {"resnet20gn_b8", {8, 3, 32, 32}, [] { return resnet20(true); }},
      {"vggsmall_b32", {32, 3, 32, 32}, vggsmall},
      {"mobile_b32", {32, 3, 32, 32}, mobile},
      {"convnext_b32", {32, 3, 32, 32}, convnext},
      {"m5_b32", {32, 1, 8000}, m5},
      {"vox_b4", {4, 1, 32, 32, 32}, vox},
      {"mlp_b8", {8, 32}, mlp},
  };
  return cases;
}

/// One training step at a time, on made-up data.
struct Training {
  explicit Training(const NetworkCase& c)
      : model(c.make()),
        optimizer(model->parameters(), lib::optim::SGDOptions(0.01).momentum(0.9)),
        input(lib::randn(c.input)),
        target(lib::randint(0, 10, {c.input[0]}, lib::kInt64)) {}

  void step() {
    optimizer.zero_grad();
    const Tensor loss = nn::functional::cross_entropy(model->forward(input), target);
    loss.backward();
    optimizer.step();
  }

  nn::Sequential model;
  lib::optim::SGD optimizer;
  Tensor input, target;
};

}  // namespace bench
