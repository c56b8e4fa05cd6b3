#pragma once
// When a run has stopped to get better.

#include <reel/core/ordered_dict.h>
#include <reel/core/tensor.h>
#include <reel/io/training/goal.h>

#include <cstdint>
#include <string>

namespace reel::io {

struct EarlyStoppingOptions {
  /// After so many values in a row without an improvement it says stop.
  int64_t patience = 5;
  /// What is no more than this better than the best does not count as better.
  double min_delta = 0;
  Goal goal = Goal::kMin;
  /// Whether NaN or an infinity, after which nothing gets better, says stop at once; else it counts
  /// as a value without an improvement.
  bool stop_if_not_finite = true;
};

/// `if (stopping.add(test_loss)) break;` once an epoch. A Checkpoint can keep it.
class EarlyStopping {
 public:
  /// Throws: ArgumentError unless the patience is positive and min_delta finite and not negative.
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  /// Whether to stop, from now on.
  bool add(double value);
  bool should_stop() const { return stopped_; }
  /// Whether the last value is the best.
  bool improved() const { return count_ > 0 && bad_ == 0; }
  /// NaN before there is a finite value.
  double best() const { return best_; }
  /// Which value that was, counted from 0; -1 before there is one.
  int64_t best_index() const { return best_index_; }
  /// Values since then.
  int64_t bad() const { return bad_; }
  void reset();

  /// All but the options.
  OrderedDict<std::string, Tensor> state_dict() const;
  /// Throws: ArgumentError, changing nothing, when a name is missing.
  void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 private:
  EarlyStoppingOptions options_;
  double best_;
  int64_t best_index_ = -1, count_ = 0, bad_ = 0;
  bool stopped_ = false;
};

}  // namespace reel::io
