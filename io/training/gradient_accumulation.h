#pragma once
// Steps over more samples than one batch has.

#include <reel/core/tensor.h>

#include <cstdint>

namespace reel::io {

/// The gradient of the mean over `window` batches, as of one large batch:
/// `accumulation.scaled(loss).backward(); if (accumulation.is_complete()) { optimizer.step();
/// optimizer.zero_grad(); }`. The last window of an epoch has the batches that are left, and its
/// mean is over these. Batch norm still sees each batch alone.
class GradientAccumulation {
 public:
  /// `batches` is how many an epoch has. Throws: ArgumentError unless both are positive.
  GradientAccumulation(int64_t window, int64_t batches);

  /// Counts the next batch and divides its mean loss by the batches of its window.
  Tensor scaled(const Tensor& loss);
  /// Whether the batch that was scaled last is the last of its window.
  bool is_complete() const { return complete_; }
  /// Steps an epoch, for a schedule: batches / window, rounded up.
  int64_t steps() const { return (batches_ + window_ - 1) / window_; }
  /// Begins an epoch anew, after one that was left early.
  void reset();

 private:
  int64_t window_, batches_;
  int64_t seen_ = 0;
  bool complete_ = false;
};

}  // namespace reel::io
