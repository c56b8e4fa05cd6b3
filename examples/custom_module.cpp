// A module of one's own: a residual block, checked, and trained on handwritten digits.
//
//   build/release/bin/custom_module --epochs 3

#include <program/program.h>
#include <reel/reel.h>

#include <cstdio>
#include <iostream>

using namespace reel;

// [options]
struct ResidualBlockOptions {
  ResidualBlockOptions(int64_t in_channels, int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}
  REEL_ARG(int64_t, in_channels);
  REEL_ARG(int64_t, out_channels);
  REEL_ARG(int64_t, stride) = 1;
};
// [/options]

// [module]
/// relu(gain * branch(x) + shortcut(x)), where the branch is two normalized convolutions and the
/// shortcut passes x on, by a 1x1 convolution where the shape changes.
struct ResidualBlockImpl : nn::Cloneable<ResidualBlockImpl> {
  explicit ResidualBlockImpl(const ResidualBlockOptions& o) : options(o) {
    const auto conv = [](int64_t in, int64_t out, int64_t kernel) {
      return nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false);
    };
    const int64_t in = o.in_channels(), out = o.out_channels();
    branch = register_module(
        "branch", nn::Sequential({{"conv1", nn::Conv2d(conv(in, out, 3).stride(o.stride()))},
                                  {"norm1", nn::BatchNorm2d(out)},
                                  {"relu", [](const Tensor& x) { return x.relu(); }},
                                  {"conv2", nn::Conv2d(conv(out, out, 3))},
                                  {"norm2", nn::BatchNorm2d(out)}}));
    if (in != out || o.stride() != 1)
      shortcut = register_module("shortcut", nn::Conv2d(conv(in, out, 1).stride(o.stride())));
    gain = register_parameter("gain", full({1}, 0.5));
  }

  Tensor forward(const Tensor& x) {
    const Tensor passed_on = shortcut ? shortcut(x) : x;
    return (branch(x) * gain + passed_on).relu();
  }

  ResidualBlockOptions options;
  nn::Sequential branch;
  nn::Conv2d shortcut = nullptr;
  nn::Parameter gain;
};
REEL_MODULE(ResidualBlock);
// [/module]

// [net]
struct NetImpl : nn::Cloneable<NetImpl> {
  nn::Conv2d stem = register_module("stem", nn::Conv2d(1, 8, 5));
  ResidualBlock block1 =
      register_module("block1", ResidualBlock(ResidualBlockOptions(8, 16).stride(2)));
  ResidualBlock block2 =
      register_module("block2", ResidualBlock(ResidualBlockOptions(16, 32).stride(2)));
  nn::Linear fc = register_module("fc", nn::Linear(32, 10));

  Tensor forward(const Tensor& images) {
    const Tensor features = block2(block1(stem(images).relu()));
    return fc(features.mean({2, 3}));
  }
};
REEL_MODULE(Net);
// [/net]

double accuracy(Net& net, const Tensor& images, const Tensor& targets) {
  const NoGradGuard no_grad;
  net->eval();
  const double right = net(images).argmax(1).eq(targets).sum().item<double>();
  net->train();
  return right / static_cast<double>(targets.numel());
}

void train(Net& net, const data::MNIST& digits, const data::Normalize& normalize, int64_t epochs,
           int64_t most_batches) {
  const data::Batches batches(digits, data::BatchOptions(64));
  // [train]
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(2e-3).weight_decay(1e-2));
  const int64_t steps = std::min(epochs * batches.epoch(0).size(), most_batches);
  optim::OneCycleLR schedule(optimizer, 1e-2, steps);
  int64_t step = 0;
  for (int64_t epoch = 0; step < steps; ++epoch)
    for (const auto& batch : batches.epoch(static_cast<uint64_t>(epoch))) {
      optimizer.zero_grad();
      const Tensor loss = cross_entropy(net(normalize(batch.data)), batch.target);
      loss.backward();
      optim::clip_grad_norm_(net->parameters(), 5);
      optimizer.step();
      schedule.step();
      if (step % 50 == 0)
        std::printf("step %4lld: loss %.4f\n", static_cast<long long>(step), loss.item<double>());
      if (++step == steps) break;
    }
  // [/train]
}

bool run(const program::Arguments& given) {
  manual_seed(0);
  // [check]
  ResidualBlock block(ResidualBlockOptions(2, 3).stride(2));
  const auto report = nn::check_module(block, randn({4, 2, 5, 5}));
  std::cout << report << "\n\n";
  if (!report) return false;
  // [/check]

  Net net;
  std::cout << net << "\n\n";
  const std::string folder = given.text("data");
  const data::MNIST digits(folder), test(folder, data::MNIST::Mode::kTest);
  const auto normalize = data::Normalize::fit(digits.images());
  train(net, digits, normalize, given.integer("epochs"), given.flag("smoke") ? 60 : 1'000'000);
  const double share = accuracy(net, normalize(test.images()), test.targets());
  std::printf("%.1f %% of the test digits are right\n", 100 * share);
  return share > 0.5;
}

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("custom_module", "Trains a network with a residual block of one's own.")
          .folder("data", "folder of the digits", "data/mnist10k")
          .integer("epochs", "times to go through them", 3, {1})
          .flag("smoke", "train for a few batches only"),
      run);
}
