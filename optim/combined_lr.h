#pragma once
// Schedules made of schedules, which belong to the caller and must live as long.

#include <reel/optim/lr_scheduler.h>

#include <vector>

namespace reel::optim {

/// Base of both: several schedules of one optimizer. state_dict() holds theirs as
/// "schedulers.<index>.<name>"; load_state_dict() takes back all of them or none.
class CombinedLR : public LRScheduler {
 public:
  OrderedDict<std::string, Tensor> state_dict() const override;
  void load_state_dict(const OrderedDict<std::string, Tensor>& state) override;

 protected:
  /// Throws: ArgumentError when there are none, or one is of another optimizer.
  CombinedLR(const char* name, std::vector<LRScheduler*> schedulers);
  const std::vector<LRScheduler*>& schedulers() const { return schedulers_; }
  void begin_at(size_t scheduler) { schedulers_[scheduler]->begin(); }

 private:
  void load_all(const OrderedDict<std::string, Tensor>& state);
  static Optimizer& optimizer_of(const char* name, const std::vector<LRScheduler*>& schedulers);
  std::vector<LRScheduler*> schedulers_;
};

/// Steps all of them, each of which changes what the others left:
/// `ChainedScheduler both({&warmup, &decay});`.
class ChainedScheduler : public CombinedLR {
 public:
  explicit ChainedScheduler(std::vector<LRScheduler*> schedulers);
  void step() override;

 protected:
  void begin() override;
};

/// One after the other: the first until milestones[0] steps, where the second starts from its step
/// 0, and so on: `SequentialLR schedule(sgd, {&warmup, &cosine}, {5});`.
class SequentialLR : public CombinedLR {
 public:
  /// Throws: ArgumentError unless there is one milestone less than schedules, in rising order.
  SequentialLR(Optimizer& optimizer, std::vector<LRScheduler*> schedulers,
               std::vector<int64_t> milestones);
  void step() override;

 protected:
  void begin() override;

 private:
  std::vector<int64_t> milestones_;
};

}  // namespace reel::optim
