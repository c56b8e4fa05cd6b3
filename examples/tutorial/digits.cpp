// Trains the tutorial's convolutional network, draws how it went, and saves it.
// Usage: tutorial_digits [folder for the results]

#include <reel/reel.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "net.h"

using namespace reel;

// [evaluate]
struct Score {
  double loss, percent;
};

Score evaluate(Net& net, const data::MNIST& digits) {
  const NoGradGuard no_grad;
  net->eval();
  const Tensor scores = net(digits.images());
  net->train();
  const Tensor right = scores.argmax(1) == digits.targets();
  return {cross_entropy(scores, digits.targets()).item<double>(),
          100 * right.to(kFloat32).mean().item<double>()};
}
// [/evaluate]

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "out/tutorial";
  std::filesystem::create_directories(folder);
  manual_seed(0);
  const data::MNIST train("data/mnist10k"), test("data/mnist10k", data::MNIST::Mode::kTest);

  Net net;
  std::cout << net << "\n";

  // [train]
  constexpr int kEpochs = 5;
  const data::Batches batches(train, data::BatchOptions(64));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(1e-3).weight_decay(0.01));
  optim::OneCycleLR schedule(optimizer, 5e-3, kEpochs * batches.epoch(0).size());

  std::vector<double> epochs, train_loss, test_loss, test_percent;
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    double sum = 0;
    for (auto& [images, labels] : batches.epoch(static_cast<uint64_t>(epoch))) {
      const Tensor loss = cross_entropy(net(data::random_shift(images, 2)), labels);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      schedule.step();
      sum += loss.item<double>();
    }
    const Score score = evaluate(net, test);
    epochs.push_back(epoch);
    train_loss.push_back(sum / static_cast<double>(batches.epoch(0).size()));
    test_loss.push_back(score.loss);
    test_percent.push_back(score.percent);
    std::printf("epoch %d: loss %.3f, on test digits %.3f, %.1f %% right\n", epoch,
                train_loss.back(), score.loss, score.percent);
  }
  // [/train]

  // [save]
  io::Figure figure({.panel_width = 380, .panel_height = 260, .scale = 1});
  figure.panel("Loss", "epoch", "cross entropy")
      .line("train", epochs, train_loss)
      .line("test", epochs, test_loss);
  figure.panel("Accuracy", "epoch", "% right").line("test", epochs, test_percent);
  figure.save(folder + "/curves.png");

  save(net, folder + "/digits.safetensors", {{"epochs", std::to_string(kEpochs)}});
  // [/save]
} catch (const std::exception& e) {
  std::cerr << "tutorial_digits: " << e.what() << '\n';
  return 1;
}
