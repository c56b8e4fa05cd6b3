#include <reel/core/creation.h>
#include <reel/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::optim {

LRScheduler::LRScheduler(Optimizer& optimizer, Schedule schedule)
    : optimizer_(optimizer), schedule_(std::move(schedule)) {
  LRScheduler::apply();
}

void LRScheduler::step() {
  ++steps_;
  apply();
}

void LRScheduler::apply() {
  auto& groups = optimizer_.param_groups();
  // A group that was added since begins with the rate it came with.
  while (base_lrs_.size() < groups.size())
    base_lrs_.push_back(groups[base_lrs_.size()].options().get_lr());
  for (size_t g = 0; g < groups.size(); ++g)
    groups[g].options().set_lr(schedule_(steps_, base_lrs_[g]));
}

std::vector<double> LRScheduler::get_last_lr() const {
  std::vector<double> rates;
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    rates.push_back(group.options().get_lr());
  return rates;
}

OrderedDict<std::string, Tensor> LRScheduler::state_dict() const {
  OrderedDict<std::string, Tensor> dict("scheduler state");
  dict.insert("last_epoch", full({}, steps_, kInt64));
  const Tensor rates = empty({static_cast<int64_t>(base_lrs_.size())}, kFloat64);
  std::copy(base_lrs_.begin(), base_lrs_.end(), rates.data_ptr<double>());
  dict.insert("base_lrs", rates);
  return dict;
}

void LRScheduler::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const int64_t steps = state["last_epoch"].item<int64_t>();
  const std::vector<double> rates = state["base_lrs"].to_vector();
  const size_t groups = optimizer_.param_groups().size();
  REEL_CHECK(rates.size() == groups, "scheduler: the state is of ", rates.size(),
             " groups, the optimizer has ", groups, "; the numbers must be equal.");
  steps_ = steps;
  base_lrs_ = rates;
  apply();
}

namespace {

void check_positive(const char* op, const char* what, int64_t value) {
  REEL_CHECK(value > 0, op, ": ", what, " is ", value, "; it must be above 0.");
}

}  // namespace

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        check_positive("StepLR", "step_size", step_size);
        return base * std::pow(gamma, static_cast<double>(step / step_size));
      }) {}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        const auto reached = std::count_if(milestones.begin(), milestones.end(),
                                           [=](int64_t milestone) { return milestone <= step; });
        return base * std::pow(gamma, static_cast<double>(reached));
      }) {}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        return base * std::pow(gamma, static_cast<double>(step));
      }) {}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        check_positive("CosineAnnealingLR", "T_max", T_max);
        const double phase = static_cast<double>(step) / static_cast<double>(T_max);
        return eta_min + (base - eta_min) * (1 + std::cos(std::numbers::pi * phase)) / 2;
      }) {}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        check_positive("LinearLR", "total_iters", total_iters);
        REEL_CHECK(start_factor > 0 && start_factor <= 1 && end_factor >= 0 && end_factor <= 1,
                   "LinearLR: start_factor is ", start_factor, ", end_factor ", end_factor,
                   "; they must be at most 1, and the first above 0.");
        const double done =
            static_cast<double>(std::min(step, total_iters)) / static_cast<double>(total_iters);
        return base * (start_factor + (end_factor - start_factor) * done);
      }) {}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        return step < total_iters ? base * factor : base;
      }) {}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power)
    : LRScheduler(optimizer, [=](int64_t step, double base) {
        check_positive("PolynomialLR", "total_iters", total_iters);
        const double left =
            1 - static_cast<double>(std::min(step, total_iters)) / static_cast<double>(total_iters);
        return base * std::pow(left, power);
      }) {}

LambdaLR::LambdaLR(Optimizer& optimizer, std::function<double(int64_t)> factor)
    : LRScheduler(optimizer, [=](int64_t step, double base) { return base * factor(step); }) {}

}  // namespace reel::optim
