#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/data/data_loader.h>

#include <algorithm>

#include "tests/catch.h"

using namespace reel;
using namespace reel::data;
using Values = std::vector<double>;

namespace {

struct Squares : datasets::Dataset<Squares> {
  explicit Squares(size_t n) : count(n) {}
  Example<> get(size_t i) override {
    const auto v = static_cast<double>(i);
    return {full({2}, v), tensor(static_cast<int64_t>(i * i))};
  }
  std::optional<size_t> size() const override { return count; }
  size_t count;
};

// Says how large a batch should be, and nothing of which.
struct Countdown : datasets::BatchDataset<Countdown, std::vector<int>, size_t> {
  std::vector<int> get_batch(size_t n) override {
    std::vector<int> batch;
    for (size_t i = 0; i < n; ++i) batch.push_back(left--);
    return batch;
  }
  std::optional<size_t> size() const override { return std::nullopt; }
  int left = 10;
};

// Counts up to five, so many at a time.
struct Stream : datasets::StatefulDataset<Stream, std::vector<int>> {
  std::optional<std::vector<int>> get_batch(size_t n) override {
    std::vector<int> batch;
    while (batch.size() < n && at < 5) batch.push_back(at++);
    if (batch.empty()) return std::nullopt;
    return batch;
  }
  void reset() override { at = 0; }
  std::optional<size_t> size() const override { return std::nullopt; }
  int at = 3;
};

template <class Loader>
std::vector<Values> targets_of(Loader& loader) {
  std::vector<Values> targets;
  for (auto& batch : loader) targets.push_back(batch.target.to_vector());
  return targets;
}

}  // namespace

TEST_CASE("a loader goes through a data set in order, in batches", "[data]") {
  auto loader =
      make_data_loader<samplers::SequentialSampler>(Squares(5).map(transforms::Stack<>()), 2);
  for (int epoch = 0; epoch < 2; ++epoch)
    CHECK(targets_of(*loader) == std::vector<Values>{{0, 1}, {4, 9}, {16}});
  CHECK(loader->begin()->data.sizes() == Shape{2, 2});
  CHECK(loader->options().batch_size() == 2);
  auto full_batches = make_data_loader<samplers::SequentialSampler>(
      Squares(5).map(transforms::Stack<>()), DataLoaderOptions().batch_size(2).drop_last(true));
  CHECK(targets_of(*full_batches) == std::vector<Values>{{0, 1}, {4, 9}});
}

TEST_CASE("a random sampler gives every example once an epoch, in a new order", "[data]") {
  manual_seed(4);
  auto loader = make_data_loader(Squares(20).map(transforms::Stack<>()), 20);
  std::vector<Values> orders;
  for (int epoch = 0; epoch < 2; ++epoch) {
    Values seen = targets_of(*loader).at(0);
    orders.push_back(seen);
    std::sort(seen.begin(), seen.end());
    for (size_t i = 0; i < 20; ++i) CHECK(seen[i] == static_cast<double>(i * i));
  }
  CHECK(orders[0] != orders[1]);
}

TEST_CASE("transforms are done in turn, to examples and to batches", "[data]") {
  auto set = Squares(4)
                 .map(transforms::TensorLambda<>([](Tensor x) { return x + 1; }))
                 .map(transforms::Lambda<Example<>>([](Example<> e) {
                   e.target = e.target * 10;
                   return e;
                 }))
                 .map(transforms::Stack<>())
                 .map(transforms::BatchLambda<Example<>, Tensor>(
                     [](Example<> batch) { return batch.data.select(1, 0) + batch.target; }));
  auto loader = make_data_loader<samplers::SequentialSampler>(std::move(set), 4);
  CHECK(loader->begin()->to_vector() == Values{1, 12, 43, 94});
  CHECK(set.size() == 4);
}

TEST_CASE("normalize works a channel, or with one value for all", "[data]") {
  const Tensor x = tensor({{{1.0, 2.0}}, {{3.0, 4.0}}});
  CHECK(transforms::Normalize<>(1, 2)(x).to_vector() == Values{0, 0.5, 1, 1.5});
  CHECK(transforms::Normalize<>({1, 3}, {1, 0.5})(x).to_vector() == Values{0, 1, 0, 2});
}

TEST_CASE("a loader takes the caller's sampler, and one that only counts", "[data]") {
  auto loader = make_data_loader(Countdown(), 4, samplers::StreamSampler(6));
  std::vector<std::vector<int>> batches;
  for (auto& batch : *loader) batches.push_back(batch);
  CHECK(batches == std::vector<std::vector<int>>{{10, 9, 8, 7}, {6, 5}});
  CHECK_THROWS_AS(make_data_loader(datasets::make_shared_dataset<Squares>(3), 0), ArgumentError);
}

TEST_CASE("a data set with a state is asked until it has no more", "[data]") {
  auto loader = make_data_loader(Stream(), 2);
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::vector<int>> batches;
    for (auto& batch : *loader) batches.push_back(batch);
    CHECK(batches == std::vector<std::vector<int>>{{0, 1}, {2, 3}, {4}});
  }
  const transforms::Lambda<int, double> scale([](int i) { return i * 2.5; });
  auto scaled = make_data_loader(Stream().map(scale), 4);
  std::vector<std::vector<double>> batches;
  for (auto& batch : *scaled) batches.push_back(batch);
  CHECK(batches == std::vector<std::vector<double>>{{0, 2.5, 5, 7.5}, {10}});
  CHECK_THROWS_AS(make_data_loader(Stream(), 0), ArgumentError);
}

TEST_CASE("a loader of a data set without a size needs a sampler", "[data]") {
  struct Endless : Squares {
    Endless() : Squares(0) {}
    std::optional<size_t> size() const override { return std::nullopt; }
  };
  CHECK_THROWS_AS(make_data_loader(datasets::make_shared_dataset<Endless>(), 2), ArgumentError);
}

TEST_CASE("data sets of tensors, shared and mapped", "[data]") {
  datasets::TensorDataset rows(tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}));
  CHECK(rows.size() == 3);
  CHECK(rows.get(1).data.to_vector() == Values{3, 4});
  CHECK_THROWS_AS(rows.get(3), ArgumentError);
  auto loader = make_data_loader<samplers::SequentialSampler>(
      rows.map(transforms::Stack<TensorExample>()), 2);
  const Tensor first = loader->begin()->data;
  CHECK(first.to_vector() == Values{1, 2, 3, 4});
  auto shared = datasets::make_shared_dataset<Squares>(3);
  shared->count = 2;
  auto again = shared;
  CHECK(again.size() == 2);
  const std::vector<size_t> indices{1};
  CHECK(again.get_batch(indices).at(0).target.item<int64_t>() == 1);
}

TEST_CASE("the digits one by one", "[data]") {
  datasets::MNIST test(REEL_SOURCE_DIR "/data/mnist10k", datasets::MNIST::Mode::kTest);
  CHECK_FALSE(test.is_train());
  const Example<> digit = test.get(0);
  CHECK(digit.data.sizes() == Shape{1, 28, 28});
  CHECK(digit.data.dtype() == kFloat32);
  CHECK(digit.data.max().item<double>() <= 1);
  CHECK(digit.target.dim() == 0);
  CHECK(*test.size() == static_cast<size_t>(test.images().size(0)));
}
