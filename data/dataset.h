#pragma once
// Data sets in memory.

#include <reel/data/example.h>

#include <cstdint>
#include <vector>

namespace reel::data {

/// Inputs and targets that belong together along dimension 0. Whatever else has its size() and
/// get_batch() can be drawn from in the same ways.
class TensorDataset {
 public:
  /// Throws: ArgumentError unless both are defined, have a dimension 0 and agree in its size.
  TensorDataset(const Tensor& data, const Tensor& targets);

  int64_t size() const { return data_.size(0); }
  /// One sample, a view. Throws: ArgumentError unless 0 <= index < size().
  Example<> get(int64_t index) const;
  /// Copies of the samples, in the order of the indices, stacked along dimension 0.
  /// Throws: ArgumentError unless every index is in [0, size()).
  Example<> get_batch(const std::vector<int64_t>& indices) const;

  const Tensor& data() const { return data_; }
  const Tensor& targets() const { return targets_; }

 private:
  Tensor data_;
  Tensor targets_;
};

}  // namespace reel::data
