#pragma once
// Learning rates that follow a schedule.

#include <reel/optim/optimizer.h>

#include <functional>
#include <optional>
#include <vector>

namespace reel::optim {

/// Sets the learning rates of an optimizer's groups: at once when it is made, then at each step(),
/// called after each epoch or batch, as the schedule is meant. The rates are computed from the
/// number of steps and the base rates, those that the optimizer had, so a restored scheduler goes
/// on exactly.
class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  void step();
  /// The rates now in force, one a group.
  std::vector<double> get_last_lr() const;
  /// Number of steps taken.
  int64_t last_epoch() const { return steps_; }

  /// "last_epoch" and "base_lrs".
  OrderedDict<std::string, Tensor> state_dict() const;
  /// Takes that back and sets the rates. Throws: ArgumentError when a name is missing or the number
  /// of groups differs.
  void load_state_dict(const OrderedDict<std::string, Tensor>& state);

 protected:
  /// The rate after `step` steps, from the base rate.
  using Schedule = std::function<double(int64_t step, double base_lr)>;
  LRScheduler(Optimizer& optimizer, Schedule schedule);

  Optimizer& optimizer() const { return optimizer_; }
  /// Sets what the schedule says for the present step.
  virtual void apply();

 private:
  Optimizer& optimizer_;
  Schedule schedule_;
  std::vector<double> base_lrs_;
  int64_t steps_ = 0;
};

/// base * gamma^floor(step / step_size)
struct StepLR : LRScheduler {
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);
};

/// base * gamma^(number of milestones reached)
struct MultiStepLR : LRScheduler {
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);
};

/// base * gamma^step
struct ExponentialLR : LRScheduler {
  ExponentialLR(Optimizer& optimizer, double gamma);
};

/// eta_min + (base - eta_min) * (1 + cos(pi step / T_max)) / 2; it rises again after T_max steps.
/// Source: Loshchilov, Hutter 2016, arXiv 1608.03983.
struct CosineAnnealingLR : LRScheduler {
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);
};

/// base * factor, where the factor goes evenly from start_factor to end_factor in total_iters
/// steps.
struct LinearLR : LRScheduler {
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
           int64_t total_iters = 5);
};

/// base * factor for the first total_iters steps, then base.
struct ConstantLR : LRScheduler {
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);
};

/// base * (1 - step / total_iters)^power, zero from total_iters on.
struct PolynomialLR : LRScheduler {
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1);
};

/// base * factor(step)
struct LambdaLR : LRScheduler {
  LambdaLR(Optimizer& optimizer, std::function<double(int64_t step)> factor);
};

}  // namespace reel::optim
