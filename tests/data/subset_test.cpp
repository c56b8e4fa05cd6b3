#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/batches.h>
#include <reel/data/data_loader.h>
#include <reel/data/dataset.h>
#include <reel/data/map_batches.h>
#include <reel/data/subset.h>

#include "tests/catch.h"
#include "tests/message_of.h"

#include <algorithm>

using namespace reel;
using Values = std::vector<double>;

namespace {

data::TensorDataset numbers(int64_t n) { return {arange(n), arange(n) * 10}; }

}  // namespace

TEST_CASE("subset: the samples that are named", "[data]") {
  const data::Subset some(numbers(10), {7, 2, 2});
  CHECK(some.size() == 3);
  CHECK(some.get_batch({2, 0}).target.to_vector() == Values{20, 70});
  CHECK(data::Batches(some, data::BatchOptions(3).shuffle(false))
            .epoch(0)
            .begin()
            ->data.to_vector() == Values{7, 2, 2});
  CHECK(message_of<ArgumentError>([&] { data::Subset(numbers(3), {3}); }) ==
        "Subset: index 3; it must be in [0, 3).");
  CHECK_THROWS_AS(some.get_batch({3}), ArgumentError);
  CHECK_THROWS_AS(some.get_batch({-1}), ArgumentError);
}

TEST_CASE("random_split: parts of their shares, each sample once", "[data]") {
  for (const int64_t n : {0, 1, 2, 3, 10, 101}) {
    const auto parts = data::split_indices(n, {0.5, 0.3, 0.2}, 1);
    std::vector<int64_t> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    std::sort(all.begin(), all.end());
    CHECK(static_cast<int64_t>(all.size()) == n);
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  }
  const auto parts = data::split_indices(10, {0.7, 0.2, 0.1}, 1);
  CHECK((parts[0].size() == 7 && parts[1].size() == 2 && parts[2].size() == 1));
  CHECK(parts == data::split_indices(10, {0.7, 0.2, 0.1}, 1));
  CHECK(parts != data::split_indices(10, {0.7, 0.2, 0.1}, 2));
  const auto sets = data::random_split(numbers(10), {0.75, 0.25}, 1);
  CHECK((sets[0].size() == 8 && sets[1].size() == 2));
  CHECK(message_of<ArgumentError>([] {
          data::split_indices(5, {0.5, 0.4}, 0);
        }) == "random_split: the sum of the shares is 0.9; it must be 1.");
  CHECK_THROWS_AS(data::split_indices(5, {}, 0), ArgumentError);
  CHECK_THROWS_AS(data::split_indices(5, {1.5, -0.5}, 0), ArgumentError);
}

TEST_CASE("map_batches: a function for each batch", "[data]") {
  const auto doubled = data::map_batches(numbers(4), [](data::Example<> batch) {
    return data::Example<>{batch.data * 2, batch.target};
  });
  CHECK(doubled.size() == 4);
  CHECK(doubled.dataset().size() == 4);
  CHECK(doubled.get_batch({1, 3}).data.to_vector() == Values{2, 6});
}

TEST_CASE("examples_of: a data set of batches one by one", "[data]") {
  auto set = data::datasets::examples_of(numbers(4));
  CHECK(set.size() == 4);
  CHECK(set.get(2).target.item<int64_t>() == 20);
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      set.map(data::transforms::Stack<>()), data::DataLoaderOptions(4).workers(1));
  CHECK(loader->begin()->data.to_vector() == Values{0, 1, 2, 3});
  CHECK_THROWS_AS(set.get(4), ArgumentError);
}
