#pragma once

#include <reel/optim/optimizer.h>

#include <vector>

namespace reel::optim {

/// Multiplies the rates by `factor` when the metric given to step() has not improved for more than
/// `patience` steps, then waits `cooldown` steps before counting again. An improvement is one by
/// more than `threshold`: of the best value so far (rel), or in all (abs). Rates stay at or above
/// min_lr, one for all groups or one a group, and change only by more than eps. `verbose` prints
/// each reduction. Source: torch.optim.lr_scheduler.ReduceLROnPlateau.
class ReduceLROnPlateauScheduler {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };
  /// Throws: ArgumentError unless factor is below 1 and min_lr has one entry, one a group or none.
  ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min, double factor = 0.1,
                             int64_t patience = 10, double threshold = 1e-4,
                             ThresholdMode threshold_mode = rel, int64_t cooldown = 0,
                             std::vector<double> min_lr = {}, double eps = 1e-8,
                             bool verbose = false);

  void step(double metric);
  /// The rates now in force, one a group.
  std::vector<double> get_last_lr() const;
  int64_t last_epoch() const { return last_epoch_; }
  double best() const { return best_; }

  /// "best", "last_epoch", "num_bad_epochs", "cooldown_counter" and "last_lrs".
  OrderedDict<std::string, Tensor> state_dict() const;
  void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 private:
  bool is_better(double metric) const;
  void reduce();

  Optimizer& optimizer_;
  SchedulerMode mode_;
  double factor_;
  int64_t patience_;
  double threshold_;
  ThresholdMode threshold_mode_;
  int64_t cooldown_;
  std::vector<double> min_lrs_;
  double eps_;
  bool verbose_;
  double best_;
  int64_t last_epoch_ = 0, num_bad_epochs_ = 0, cooldown_counter_ = 0;
};

using ReduceLROnPlateau = ReduceLROnPlateauScheduler;

}  // namespace reel::optim
