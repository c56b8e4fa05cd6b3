#pragma once
// Parts of a data set, as for training and validation.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace reel::data {

/// Throws: ArgumentError unless every index is in [0, size).
void check_subset(const std::vector<int64_t>& indices, int64_t size);

/// Those samples of a data set that `indices` names, in that order. Copies share the data set.
template <class Dataset>
class Subset {
 public:
  Subset(Dataset dataset, std::vector<int64_t> indices)
      : Subset(std::make_shared<const Dataset>(std::move(dataset)), std::move(indices)) {}
  /// Throws: ArgumentError unless every index is in [0, dataset size).
  Subset(std::shared_ptr<const Dataset> dataset, std::vector<int64_t> indices)
      : dataset_(std::move(dataset)), indices_(std::move(indices)) {
    check_subset(indices_, dataset_->size());
  }

  int64_t size() const { return static_cast<int64_t>(indices_.size()); }
  /// Throws: ArgumentError unless every place is in [0, size()).
  auto get_batch(const std::vector<int64_t>& places) const {
    check_subset(places, size());
    std::vector<int64_t> of_all(places);
    for (int64_t& place : of_all) place = indices_[static_cast<std::size_t>(place)];
    return dataset_->get_batch(of_all);
  }
  const std::vector<int64_t>& indices() const { return indices_; }
  const Dataset& dataset() const { return *dataset_; }

 private:
  std::shared_ptr<const Dataset> dataset_;
  std::vector<int64_t> indices_;
};

/// The numbers 0 to n - 1 in random order, cut into parts of these shares of n; what rounding
/// leaves goes to the first parts, one each. The same for the same n, shares and seed. Throws:
/// ArgumentError unless shares are positive and have the sum 1.
std::vector<std::vector<int64_t>> split_indices(int64_t n, const std::vector<double>& shares,
                                                uint64_t seed);

/// A data set cut at random: `auto parts = random_split(set, {0.9, 0.1}, 1)`.
template <class Dataset>
std::vector<Subset<Dataset>> random_split(Dataset dataset, const std::vector<double>& shares,
                                          uint64_t seed) {
  const auto shared = std::make_shared<const Dataset>(std::move(dataset));
  std::vector<Subset<Dataset>> parts;
  for (auto& indices : split_indices(shared->size(), shares, seed))
    parts.emplace_back(shared, std::move(indices));
  return parts;
}

}  // namespace reel::data
