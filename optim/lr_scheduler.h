#pragma once
// Learning rates that follow a schedule.

#include <reel/optim/optimizer.h>

#include <functional>
#include <vector>

namespace reel::optim {

/// Sets the learning rates of an optimizer's groups: when it is made, then at each step(), called
/// after each epoch or batch, as the schedule is meant. A schedule is a function of the number of
/// steps and the base rate, that of before the first schedule. Where something else has changed a
/// rate, another schedule or you, most go on from there in proportion: they can be chained.
/// To write one: derive, and override get_lrs(). docs/optim.md.
class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  virtual void step();
  /// Goes back to the base rates and step 0, as if just made.
  void restart();
  /// The rates now in force, one a group.
  std::vector<double> get_last_lr() const;
  /// Number of steps taken.
  int64_t last_epoch() const { return steps_; }

  /// "last_epoch", "base_lrs" and "last_lrs".
  virtual OrderedDict<std::string, Tensor> state_dict() const;
  /// Takes that back and sets the rates. Throws: ArgumentError, changing nothing, when a name is
  /// missing, the number of groups differs, or the schedule has no such step.
  virtual void load_state_dict(const OrderedDict<std::string, Tensor>& state);

  Optimizer& optimizer() const { return optimizer_; }

 protected:
  /// The rate after `step` steps, from the base rate.
  using Rate = std::function<double(int64_t step, double base_lr)>;
  /// The same, where `lr` is the rate of before this step.
  using Schedule = std::function<double(int64_t step, double base_lr, double lr)>;

  /// Leaves the rates as they are: for a class that overrides get_lrs().
  explicit LRScheduler(Optimizer& optimizer);
  /// Sets what the schedule says for step 0.
  LRScheduler(Optimizer& optimizer, Schedule schedule);
  /// Follows `rate`; a rate that something else has changed, less `floor`, is multiplied as `rate`
  /// less `floor` grows.
  static Schedule in_proportion(Rate rate, double floor = 0);
  /// Follows `rate` and nothing else.
  static Schedule always(Rate rate);

  std::vector<double> get_current_lrs() const { return get_last_lr(); }
  /// The rates after last_epoch() steps, one a group. libtorch's step_count_ is last_epoch() - 1.
  virtual std::vector<double> get_lrs();
  /// Sets what the schedule says for the present step.
  virtual void apply();
  /// Goes back to step 0, from the rates as they are.
  virtual void begin();
  /// The optimizer. Throws: ArgumentError, in the name of `scheduler`, when a group has neither
  /// momentum nor beta1.
  static Optimizer& with_momentum(const char* scheduler, Optimizer& optimizer);
  /// Sets momentum, or beta1, of all groups.
  void set_momentum(double momentum);

 private:
  friend class CombinedLR;
  void meet_groups();
  void note_bases();
  void set_rates(const std::vector<double>& rates);
  /// Applies what holds after that many steps, or throws and leaves all as it was.
  void go_to(int64_t steps, std::vector<double> base_lrs);
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

/// The same fall again and again from the base rate: the first takes T_0 steps, each later one
/// T_mult times as many as the one before. Source: Loshchilov, Hutter 2016, arXiv 1608.03983.
struct CosineAnnealingWarmRestarts : LRScheduler {
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1,
                              double eta_min = 0);
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

/// The rate of before times factor(step), from the first step on.
struct MultiplicativeLR : LRScheduler {
  MultiplicativeLR(Optimizer& optimizer, std::function<double(int64_t step)> factor);
};

}  // namespace reel::optim
