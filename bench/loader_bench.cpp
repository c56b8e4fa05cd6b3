// Images a second through a loader, by the number of its workers: alone, and under a training loop.

#include <program/program.h>
#include <reel/data/batches.h>
#include <reel/data/dataset.h>
#include <reel/data/map_batches.h>
#include <reel/data/transforms.h>
#include <reel/reel.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/timing.h"

using namespace reel;

namespace {

constexpr int64_t kImages = 10000, kBatch = 128;

data::TensorDataset cifar_like() {
  const Tensor images = randint(0, 256, {kImages, 3, 32, 32}).to(kUInt8);
  return {images, randint(0, 10, {kImages}).to(kInt64)};
}

nn::Sequential network() {
  return nn::Sequential(nn::Conv2d(nn::Conv2dOptions(3, 16, 3).padding(1)), nn::ReLU(),
                        nn::MaxPool2d(2), nn::Conv2d(nn::Conv2dOptions(16, 32, 3).padding(1)),
                        nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(32 * 8 * 8, 10));
}

/// The median over `epochs` of images a second.
template <class Dataset, class Step>
double images_a_second(const Dataset& set, int64_t workers, int epochs, Step step) {
  const data::Batches batches(set, data::BatchOptions(kBatch).drop_last(true).workers(workers));
  std::vector<double> rates;
  for (int epoch = -1; epoch < epochs; ++epoch) {
    const double start = bench::now_ms();
    int64_t images = 0;
    for (auto& batch : batches.epoch(static_cast<uint64_t>(epoch + 1))) {
      step(batch);
      images += batch.data.size(0);
    }
    // The first warms up.
    if (epoch >= 0) rates.push_back(1000 * static_cast<double>(images) / (bench::now_ms() - start));
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

void run(const program::Arguments& given) {
  const int epochs = static_cast<int>(given.integer("epochs"));
  const data::TensorDataset raw = cifar_like();
  const data::Normalize normalize({0.49, 0.48, 0.45}, {0.25, 0.24, 0.26});
  const auto augmented = data::map_batches(raw, [&](data::Example<> batch) {
    return data::Example<>{normalize(data::random_shift(batch.data, 4)), batch.target};
  });

  nn::Sequential model = network();
  optim::SGD optimizer(model->parameters(), optim::SGDOptions(0.01).momentum(0.9));
  const auto train = [&](data::Example<>& batch) {
    optimizer.zero_grad();
    cross_entropy(model(batch.data), batch.target).backward();
    optimizer.step();
  };
  const auto nothing = [](data::Example<>&) {};

  std::printf(
      "%s\n\n| workers | copied alone | augmented alone | augmented, training "
      "|\n|---|---|---|---|\n",
      describe().c_str());
  for (const int64_t workers : {0, 1, 2}) {
    std::printf("| %d | %.0f | %.0f | %.0f |\n", static_cast<int>(workers),
                images_a_second(raw, workers, epochs, nothing),
                images_a_second(augmented, workers, epochs, nothing),
                images_a_second(augmented, workers, epochs, train));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("loader_bench", "Images a second of 10,000 like CIFAR's, by workers.")
          .integer("epochs", "how many are timed", 9, {1, 100'000}),
      run);
}
