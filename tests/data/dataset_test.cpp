#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/dataset.h>

#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel {
namespace {

/// Rows of two: (0, 0.5), (1, 1.5), ...; the targets are the row numbers.
data::TensorDataset numbered_rows(int64_t n) {
  const Tensor x = empty({n, 2});
  const Tensor y = empty({n}, kInt64);
  for (int64_t i = 0; i < n; ++i) {
    x.data_ptr<float>()[2 * i] = static_cast<float>(i);
    x.data_ptr<float>()[2 * i + 1] = static_cast<float>(i) + 0.5F;
    y.data_ptr<int64_t>()[i] = i;
  }
  return {x, y};
}

}  // namespace

TEST_CASE("dataset: samples and batches", "[dataset]") {
  const data::TensorDataset set = numbered_rows(5);
  CHECK(set.size() == 5);
  const data::Example<> sample = set.get(3);
  CHECK(sample.data.sizes() == Shape{2});
  CHECK(sample.data.data_ptr<float>()[1] == 3.5F);
  CHECK(sample.target.item<int64_t>() == 3);

  const data::Example<> batch = set.get_batch({4, 0, 4});
  CHECK(batch.data.sizes() == Shape{3, 2});
  CHECK(batch.data.to_vector() == std::vector<double>{4, 4.5, 0, 0.5, 4, 4.5});
  CHECK(batch.target.to_vector() == std::vector<double>{4, 0, 4});
  CHECK(set.get_batch({}).data.sizes() == Shape{0, 2});
}

TEST_CASE("dataset: empty sets and empty samples", "[dataset]") {
  const data::TensorDataset empty_set(empty({0, 3}), empty({0}, kInt64));
  CHECK(empty_set.size() == 0);
  CHECK(empty_set.get_batch({}).data.sizes() == Shape{0, 3});
  const data::TensorDataset empty_samples(empty({2, 0}), empty({2}, kInt64));
  CHECK(empty_samples.get_batch({1}).data.sizes() == Shape{1, 0});
}

TEST_CASE("dataset: wrong calls are refused", "[dataset]") {
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  const data::TensorDataset set = numbered_rows(5);
  CHECK(error([&] { set.get(5); }) == "TensorDataset: index 5; it must be in [0, 5).");
  CHECK(error([&] { set.get_batch({0, -1}); }) == "TensorDataset: index -1; it must be in [0, 5).");
  CHECK(error([] {
          data::TensorDataset(empty({5, 2}), empty({4}, kInt64));
        }) ==
        "TensorDataset: data [5, 2] and targets [4]; both need the same size of dimension 0.");
  CHECK(error([] { data::TensorDataset(empty({}), empty({})); }) ==
        "TensorDataset: data [] and targets []; both need the same size of dimension 0.");
  CHECK(error([] { data::TensorDataset(Tensor(), empty({4})); }) ==
        "TensorDataset: undefined data; both tensors are needed.");
}

}  // namespace reel
