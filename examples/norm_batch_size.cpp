// How BatchNorm, GroupNorm and LayerNorm take to small batches: one network, one number of images
// seen, falling batch sizes. docs/ops/choosing_a_norm.md discusses what comes out.

#include <program/program.h>
#include <reel/reel.h>

#include <cstdio>
#include <string>
#include <vector>

using namespace reel;

namespace {

nn::AnyModule image_norm(const std::string& kind, int64_t channels, int64_t side) {
  if (kind == "batch") return nn::BatchNorm2d(channels);
  if (kind == "group") return nn::GroupNorm(4, channels);
  return nn::LayerNorm({channels, side, side});
}

// Of features without pixels: here a batch of two is two values a channel.
nn::AnyModule feature_norm(const std::string& kind, int64_t features) {
  if (kind == "batch") return nn::BatchNorm1d(features);
  if (kind == "group") return nn::GroupNorm(4, features);
  return nn::LayerNorm({features});
}

nn::Sequential make_model(const std::string& kind) {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 16, 3).stride(2)), image_norm(kind, 16, 13),
                        nn::ReLU(), nn::Conv2d(nn::Conv2dOptions(16, 32, 3).stride(2)),
                        image_norm(kind, 32, 6), nn::ReLU(), nn::AdaptiveAvgPool2d(2),
                        nn::Flatten(), nn::Linear(128, 64), feature_norm(kind, 64), nn::ReLU(),
                        nn::Linear(64, 10));
}

double test_percent(nn::Sequential& model, const data::Normalize& normalize,
                    const data::MNIST& test) {
  const NoGradGuard no_grad;
  model->eval();
  const Tensor predictions = model(normalize(test.images())).argmax(1);
  return 100 * (predictions == test.targets()).to(kFloat32).mean().item<double>();
}

// Trains on `images` images, however they are cut into batches, and returns the test accuracy.
double train(const std::string& kind, int64_t batch_size, int64_t images,
             const data::MNIST& train_set, const data::MNIST& test_set) {
  manual_seed(0);
  nn::Sequential model = make_model(kind);
  const auto normalize = data::Normalize::fit(train_set.images());
  const data::Batches batches(train_set, data::BatchOptions(batch_size).drop_last(true));
  // The learning rate follows the batch size, so that the same number of images moves the weights
  // alike.
  const double lr = 0.05 * static_cast<double>(batch_size) / 32;
  optim::SGD optimizer(model->parameters(), optim::SGDOptions(lr).momentum(0.9));
  int64_t seen = 0;
  for (uint64_t epoch = 0; seen < images; ++epoch)
    for (auto& [x, target] : batches.epoch(epoch)) {
      if (seen >= images) break;
      optimizer.zero_grad();
      cross_entropy(model(normalize(x)), target).backward();
      optimizer.step();
      seen += batch_size;
    }
  return test_percent(model, normalize, test_set);
}

void run(const program::Arguments& given) {
  const std::string folder = given.text("data");
  const data::MNIST train_set(folder), test_set(folder, data::MNIST::Mode::kTest);
  std::printf("| batch size | BatchNorm | GroupNorm | LayerNorm |\n|--:|--:|--:|--:|\n");
  for (int64_t batch_size : {64, 16, 8, 4, 2}) {
    std::printf("| %d |", static_cast<int>(batch_size));
    for (const char* kind : {"batch", "group", "layer"}) {
      std::printf(" %.1f %% |",
                  train(kind, batch_size, given.integer("images"), train_set, test_set));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("norm_batch_size", "Test accuracy of three norms at falling batch sizes.")
          .folder("data", "folder with the four MNIST files", "data/mnist10k")
          .integer("images", "images seen by each training", 16000, {1}),
      run);
}
