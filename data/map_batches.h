#pragma once
// A data set whose batches go through a function.

#include <cstdint>
#include <utility>
#include <vector>

namespace reel::data {

/// What map_batches makes.
template <class Dataset, class Function>
class MappedBatches {
 public:
  MappedBatches(Dataset dataset, Function function)
      : dataset_(std::move(dataset)), function_(std::move(function)) {}
  int64_t size() const { return dataset_.size(); }
  auto get_batch(const std::vector<int64_t>& indices) const {
    return function_(dataset_.get_batch(indices));
  }
  const Dataset& dataset() const { return dataset_; }

 private:
  Dataset dataset_;
  Function function_;
};

/// A data set for Batches, of `function(batch)` for each batch of another: what workers should do.
/// They call it at the same time, so it must change nothing that they share; random numbers it
/// takes from batch_random() or the default generator.
template <class Dataset, class Function>
MappedBatches<Dataset, Function> map_batches(Dataset dataset, Function function) {
  return {std::move(dataset), std::move(function)};
}

}  // namespace reel::data
