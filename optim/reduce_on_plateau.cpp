#include <reel/core/creation.h>
#include <reel/optim/reduce_on_plateau.h>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace reel::optim {

ReduceLROnPlateauScheduler::ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode,
                                                       double factor, int64_t patience,
                                                       double threshold,
                                                       ThresholdMode threshold_mode,
                                                       int64_t cooldown, std::vector<double> min_lr,
                                                       double eps, bool verbose)
    : optimizer_(optimizer),
      mode_(mode),
      factor_(factor),
      patience_(patience),
      threshold_(threshold),
      threshold_mode_(threshold_mode),
      cooldown_(cooldown),
      min_lrs_(std::move(min_lr)),
      eps_(eps),
      verbose_(verbose),
      best_(mode == min ? std::numeric_limits<double>::infinity()
                        : -std::numeric_limits<double>::infinity()) {
  REEL_CHECK(factor < 1, "ReduceLROnPlateau: factor is ", factor, "; it must be below 1.");
  REEL_CHECK(patience >= 0 && cooldown >= 0, "ReduceLROnPlateau: patience is ", patience,
             ", cooldown ", cooldown, "; they must be at least 0.");
  const size_t groups = optimizer.param_groups().size();
  REEL_CHECK(min_lrs_.size() <= 1 || min_lrs_.size() == groups, "ReduceLROnPlateau: min_lr has ",
             min_lrs_.size(), " entries, the optimizer ", groups,
             " groups; it must have one for all or one for each.");
  if (min_lrs_.empty()) min_lrs_.push_back(0);
}

bool ReduceLROnPlateauScheduler::is_better(double metric) const {
  const double margin = mode_ == min ? -threshold_ : threshold_;
  const double bound = threshold_mode_ == rel ? best_ * (1 + margin) : best_ + margin;
  return mode_ == min ? metric < bound : metric > bound;
}

void ReduceLROnPlateauScheduler::step(double metric) {
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ <= patience_) return;
  reduce();
  cooldown_counter_ = cooldown_;
  num_bad_epochs_ = 0;
}

void ReduceLROnPlateauScheduler::reduce() {
  auto& groups = optimizer_.param_groups();
  for (size_t g = 0; g < groups.size(); ++g) {
    // A group that was added since has the last group's bound.
    const double least = min_lrs_[std::min(g, min_lrs_.size() - 1)];
    const double old = groups[g].options().get_lr(), lr = std::max(old * factor_, least);
    if (old - lr <= eps_) continue;
    groups[g].options().set_lr(lr);
    if (verbose_)
      std::printf("epoch %lld: the learning rate of group %zu is now %.4e\n",
                  static_cast<long long>(last_epoch_), g, lr);
  }
}

std::vector<double> ReduceLROnPlateauScheduler::get_last_lr() const {
  std::vector<double> rates;
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    rates.push_back(group.options().get_lr());
  return rates;
}

OrderedDict<std::string, Tensor> ReduceLROnPlateauScheduler::state_dict() const {
  OrderedDict<std::string, Tensor> dict("scheduler state");
  dict.insert("best", full({}, best_, kFloat64));
  dict.insert("last_epoch", full({}, last_epoch_, kInt64));
  dict.insert("num_bad_epochs", full({}, num_bad_epochs_, kInt64));
  dict.insert("cooldown_counter", full({}, cooldown_counter_, kInt64));
  dict.insert("last_lrs", from_vector(get_last_lr()));
  return dict;
}

void ReduceLROnPlateauScheduler::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const double best = state["best"].item<double>();
  const int64_t epoch = state["last_epoch"].item<int64_t>(),
                bad = state["num_bad_epochs"].item<int64_t>(),
                cooldown = state["cooldown_counter"].item<int64_t>();
  const std::vector<double> last = state["last_lrs"].to_vector();
  auto& groups = optimizer_.param_groups();
  REEL_CHECK(last.size() == groups.size(), "scheduler: the state is of ", last.size(),
             " groups, the optimizer has ", groups.size(), "; the numbers must be equal.");
  best_ = best;
  last_epoch_ = epoch;
  num_bad_epochs_ = bad;
  cooldown_counter_ = cooldown;
  for (size_t g = 0; g < groups.size(); ++g) groups[g].options().set_lr(last[g]);
}

}  // namespace reel::optim
