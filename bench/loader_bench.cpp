// What a loader costs by the number of its workers, alone and under a training loop: images a
// second, and the time that the loop's own thread works for an image, which tells more on a machine
// that others use as well.

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

#include <time.h>

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

struct Rate {
  double images_a_second, own_us;  // medians over the epochs
};

double own_us() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e6 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Dataset, class Step>
Rate rate_of(const Dataset& set, int64_t workers, int epochs, Step step) {
  const data::Batches batches(set, data::BatchOptions(kBatch).drop_last(true).workers(workers));
  std::vector<double> rates, own;
  for (int epoch = -1; epoch < epochs; ++epoch) {
    const double start = bench::now_ms(), own_start = own_us();
    double images = 0;
    for (auto& batch : batches.epoch(static_cast<uint64_t>(epoch + 1))) {
      step(batch);
      images += static_cast<double>(batch.data.size(0));
    }
    if (epoch < 0) continue;  // warms up
    rates.push_back(1000 * images / (bench::now_ms() - start));
    own.push_back((own_us() - own_start) / images);
  }
  return {median(rates), median(own)};
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

  std::printf("%s\n\n%-20s %8s %16s %24s\n", describe().c_str(), "", "workers", "images a second",
              "us of the loop's thread");
  const auto report = [&](const char* name, const auto& set, const auto& step) {
    for (const int64_t workers : {0, 1, 2}) {
      const Rate rate = rate_of(set, workers, epochs, step);
      std::printf("%-20s %8d %16.0f %24.2f\n", name, static_cast<int>(workers),
                  rate.images_a_second, rate.own_us);
      std::fflush(stdout);
    }
  };
  report("copied", raw, nothing);
  report("augmented", augmented, nothing);
  report("augmented, training", augmented, train);
}

}  // namespace

int main(int argc, char** argv) {
  return program::run(
      argc, argv,
      program::Program("loader_bench", "Images a second of 10,000 like CIFAR's, by workers.")
          .integer("epochs", "how many are timed", 9, {1, 100'000}),
      run);
}
