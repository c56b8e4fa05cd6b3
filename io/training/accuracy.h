#pragma once
// Meters of predictions, in the manner of those in meters.h: add(outputs, targets), value(),
// reset(), merge(). Nothing is recorded on the tape, and outputs that lie together are not copied.

#include <reel/core/tensor.h>
#include <reel/io/training/confusion.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// How many targets are among the k classes of the highest scores. Of equal scores the lower class
/// counts as higher, as for argmax, so that outputs that are all alike gain nothing. A sample with
/// a NaN among its scores is counted as wrong, and by nan_samples().
class AccuracyMeter {
 public:
  /// Targets of `ignore_index` are left out, as by cross_entropy. Throws: ArgumentError unless k is
  /// positive.
  explicit AccuracyMeter(int64_t k = 1, int64_t ignore_index = -100);
  /// Shapes: outputs (N, C, ...) floating-point, C >= k, and targets (N, ...) int64; or, for k = 1,
  /// classes that were predicted: both int64 of one shape. Throws: ArgumentError for other shapes
  /// or dtypes, or a target that is no class.
  void add(const Tensor& outputs, const Tensor& targets);
  /// From 0 to 1; NaN without samples.
  double value() const;
  int64_t correct() const { return correct_; }
  int64_t total() const { return total_; }
  int64_t nan_samples() const { return nan_samples_; }
  /// Throws: ArgumentError unless the other one has the same k.
  void merge(const AccuracyMeter& other);
  void reset();

 private:
  int64_t k_, ignore_index_;
  int64_t correct_ = 0, total_ = 0, nan_samples_ = 0;
};

/// A ConfusionTable of the classes with the highest scores, for precision, recall and F1:
/// `meter.value().macro_rates().f1`. A sample with a NaN among its scores has no prediction: it is
/// not in the table, and counted by nan_samples().
class ConfusionMeter {
 public:
  /// Throws: ArgumentError as ConfusionTable.
  explicit ConfusionMeter(int64_t num_classes, std::vector<std::string> names = {},
                          int64_t ignore_index = -100);
  /// Shapes and errors: as AccuracyMeter; C must be the number of classes.
  void add(const Tensor& outputs, const Tensor& targets);
  const ConfusionTable& value() const { return table_; }
  int64_t nan_samples() const { return nan_samples_; }
  void merge(const ConfusionMeter& other);
  void reset();

 private:
  ConfusionTable table_;
  int64_t ignore_index_;
  int64_t nan_samples_ = 0;
};

}  // namespace reel::io
