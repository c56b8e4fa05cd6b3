#pragma once
// What a classifier takes for what.

#include <reel/core/tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// Of the predictions, how many are right; of the samples, how many were found; and the harmonic
/// mean of both, 2 precision recall / (precision + recall). 0 where there is nothing to divide by.
struct ClassRates {
  double precision = 0, recall = 0, f1 = 0;
};

/// Counts of (true class, predicted class), and the rates that follow from them.
class ConfusionTable {
 public:
  /// Classes are named by their numbers unless `names` are given.
  /// Throws: ArgumentError unless there are 1 to 10,000 classes and, if any are given, a name for
  /// each.
  explicit ConfusionTable(int64_t num_classes, std::vector<std::string> names = {});

  /// Throws: ArgumentError unless both classes are in [0, num_classes).
  void add(int64_t target, int64_t prediction);
  /// Each element of `targets` with that of `predictions`, as from argmax.
  /// Throws: ArgumentError unless both are int64 of one shape, with classes as above.
  void add(const Tensor& targets, const Tensor& predictions);

  /// Adds the counts of another table. Throws: ArgumentError unless it has as many classes.
  void merge(const ConfusionTable& other);
  void reset();

  int64_t num_classes() const { return num_classes_; }
  const std::vector<std::string>& names() const { return names_; }
  int64_t count(int64_t target, int64_t prediction) const;
  int64_t total() const;
  /// Samples of this class.
  int64_t support(int64_t target) const;
  /// The rates are 0 where there is nothing to divide by.
  double accuracy() const;
  /// Of those that are of this class, how many were found.
  double recall(int64_t target) const;
  /// Of those taken for this class, how many are of it.
  double precision(int64_t prediction) const;
  double f1(int64_t index) const;
  ClassRates rates(int64_t index) const;
  /// The means over the classes that occur as a target or a prediction.
  ClassRates macro_rates() const;
  /// Those of all classes' counts together: of one label a sample, each is the accuracy.
  ClassRates micro_rates() const;

  /// The table with a row for each true class, its recall at the end of the row, the precisions
  /// below.
  std::string to_string() const;

 private:
  void check_class(const char* what, int64_t index) const;
  int64_t column_total(int64_t prediction) const;

  int64_t num_classes_;
  std::vector<std::string> names_;
  std::vector<int64_t> counts_;
};

}  // namespace reel::io
