#pragma once
// Meters of numbers: add() as they come, value() at the end, reset() for the next epoch; merge()
// takes in what another one of the kind has seen. Those of predictions are in accuracy.h.

#include <reel/core/tensor.h>
#include <reel/io/training/stopwatch.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace reel::io {

/// The mean by weight, sum(w x) / sum(w), of what is finite: `loss.add(batch_loss, batch_size)`. A
/// batch whose loss is NaN does not spoil the epoch's mean; non_finite() tells of it.
class MeanMeter {
 public:
  /// Throws: ArgumentError unless the weight is finite and not negative.
  void add(double value, double weight = 1);
  /// Each element of a tensor of any dtype, with this weight each. Nothing is recorded.
  void add(const Tensor& values, double weight = 1);
  /// NaN without any weight.
  double value() const;
  double weight() const { return weight_; }
  int64_t non_finite() const { return non_finite_; }
  void merge(const MeanMeter& other);
  void reset() { *this = {}; }

 private:
  double sum_ = 0, weight_ = 0;
  int64_t non_finite_ = 0;
};

/// The smallest and the largest, infinities among them; NaN is left out. non_finite() counts both.
class RangeMeter {
 public:
  struct Range {
    double min, max;
  };

  void add(double value);
  void add(const Tensor& values);
  /// Both NaN without values.
  Range value() const;
  int64_t non_finite() const { return non_finite_; }
  void merge(const RangeMeter& other);
  void reset() { *this = {}; }

 private:
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
  int64_t non_finite_ = 0;
};

/// The mean of the last values, those that are finite.
class MovingMeter {
 public:
  /// Throws: ArgumentError unless the window is from 1 to 1,000,000.
  explicit MovingMeter(int64_t window);
  void add(double value);
  /// NaN without values.
  double value() const;
  int64_t non_finite() const { return non_finite_; }
  void reset();

 private:
  std::vector<double> values_;
  std::size_t window_, next_ = 0;
  int64_t non_finite_ = 0;
};

/// What is done each second since it was made or reset: `speed.add(images.size(0))`. pause() and
/// resume() leave out what does not belong, such as evaluation.
class ThroughputMeter {
 public:
  /// Throws: ArgumentError for a negative count.
  void add(int64_t count);
  /// A second; 0 before any time has passed.
  double value() const;
  int64_t total() const { return total_; }
  double seconds() const { return watch_.seconds(); }
  void pause() { watch_.pause(); }
  void resume() { watch_.resume(); }
  void reset();

 private:
  Stopwatch watch_;
  int64_t total_ = 0;
};

}  // namespace reel::io
