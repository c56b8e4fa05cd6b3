#include <reel/core/creation.h>
#include <reel/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::optim {

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {
  meet_groups();
  note_bases();
}

LRScheduler::LRScheduler(Optimizer& optimizer, Schedule schedule)
    : optimizer_(optimizer), schedule_(std::move(schedule)) {
  LRScheduler::apply();
}

LRScheduler::Schedule LRScheduler::in_proportion(Rate rate, double floor) {
  return [rate = std::move(rate), floor](int64_t step, double base, double lr) {
    const double before = step > 0 ? rate(step - 1, base) : base, now = rate(step, base);
    if (lr == before) return now;
    // From the floor itself it rises by as much as the schedule does.
    return before == floor ? lr + (now - before)
                           : floor + (lr - floor) * ((now - floor) / (before - floor));
  };
}

LRScheduler::Schedule LRScheduler::always(Rate rate) {
  return [rate = std::move(rate)](int64_t step, double base, double) { return rate(step, base); };
}

void LRScheduler::step() { go_to(steps_ + 1, base_lrs_); }

void LRScheduler::go_to(int64_t steps, std::vector<double> base_lrs) {
  std::swap(steps, steps_);
  std::swap(base_lrs, base_lrs_);
  const std::vector<double> rates = get_last_lr();
  try {
    apply();
  } catch (...) {
    steps_ = steps;
    base_lrs_ = std::move(base_lrs);
    set_rates(rates);
    throw;
  }
}

void LRScheduler::restart() {
  auto& groups = optimizer_.param_groups();
  for (size_t g = 0; g < base_lrs_.size(); ++g) groups[g].options().set_lr(base_lrs_[g]);
  begin();
}

void LRScheduler::begin() {
  steps_ = 0;
  apply();
}

// A group that was added since begins with the rate it came with.
void LRScheduler::meet_groups() {
  auto& groups = optimizer_.param_groups();
  while (base_lrs_.size() < groups.size()) {
    const OptimizerParamGroup& group = groups[base_lrs_.size()];
    base_lrs_.push_back(group.initial_lr_.value_or(group.options().get_lr()));
  }
}

void LRScheduler::note_bases() {
  auto& groups = optimizer_.param_groups();
  for (size_t g = 0; g < groups.size(); ++g)
    if (!groups[g].initial_lr_) groups[g].initial_lr_ = base_lrs_[g];
}

void LRScheduler::set_rates(const std::vector<double>& rates) {
  auto& groups = optimizer_.param_groups();
  for (size_t g = 0; g < rates.size(); ++g) groups[g].options().set_lr(rates[g]);
}

std::vector<double> LRScheduler::get_lrs() {
  std::vector<double> rates = get_last_lr();
  if (schedule_)
    for (size_t g = 0; g < rates.size(); ++g) rates[g] = schedule_(steps_, base_lrs_[g], rates[g]);
  return rates;
}

void LRScheduler::apply() {
  meet_groups();
  const size_t groups = optimizer_.param_groups().size();
  const std::vector<double> rates = get_lrs();
  REEL_CHECK(rates.size() == groups, "scheduler: get_lrs gave ", rates.size(),
             " rates, the optimizer has ", groups, " groups; the numbers must be equal.");
  // What throws does so before this, and leaves the groups as they were.
  note_bases();
  set_rates(rates);
}

namespace {

double* momentum_of(OptimizerOptions& options) {
  double* place = options.find("momentum");
  return place ? place : options.find("beta1");
}

}  // namespace

Optimizer& LRScheduler::with_momentum(const char* scheduler, Optimizer& optimizer) {
  for (OptimizerParamGroup& group : optimizer.param_groups())
    REEL_CHECK(momentum_of(group.options()), scheduler, ": ", optimizer.name(),
               " has neither momentum nor beta1 to cycle. [set cycle_momentum(false)]");
  return optimizer;
}

void LRScheduler::set_momentum(double momentum) {
  for (OptimizerParamGroup& group : optimizer_.param_groups())
    *momentum_of(group.options()) = momentum;
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
  dict.insert("base_lrs", from_vector(base_lrs_));
  dict.insert("last_lrs", from_vector(get_last_lr()));
  return dict;
}

void LRScheduler::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  const int64_t steps = state["last_epoch"].item<int64_t>();
  const std::vector<double> base = state["base_lrs"].to_vector(),
                            last = state["last_lrs"].to_vector();
  auto& groups = optimizer_.param_groups();
  REEL_CHECK(base.size() == groups.size() && last.size() == groups.size(),
             "scheduler: the state is of ", base.size(), " groups, the optimizer has ",
             groups.size(), "; the numbers must be equal.");
  go_to(steps, base);  // what else the schedule sets: momentum
  for (size_t g = 0; g < groups.size(); ++g) groups[g].initial_lr_ = base[g];
  set_rates(last);
}

namespace {

void check_positive(const char* op, const char* what, int64_t value) {
  REEL_CHECK(value > 0, op, ": ", what, " is ", value, "; it must be above 0.");
}

}  // namespace

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma)
    : LRScheduler(optimizer, in_proportion([=](int64_t step, double base) {
                    check_positive("StepLR", "step_size", step_size);
                    return base * std::pow(gamma, static_cast<double>(step / step_size));
                  })) {}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer, in_proportion([=](int64_t step, double base) {
                    const auto reached =
                        std::count_if(milestones.begin(), milestones.end(),
                                      [=](int64_t milestone) { return milestone <= step; });
                    return base * std::pow(gamma, static_cast<double>(reached));
                  })) {}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LRScheduler(optimizer, in_proportion([=](int64_t step, double base) {
                    return base * std::pow(gamma, static_cast<double>(step));
                  })) {}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer,
                  in_proportion(
                      [=](int64_t step, double base) {
                        check_positive("CosineAnnealingLR", "T_max", T_max);
                        const double phase = static_cast<double>(step) / static_cast<double>(T_max);
                        return eta_min +
                               (base - eta_min) * (1 + std::cos(std::numbers::pi * phase)) / 2;
                      },
                      eta_min)) {}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0,
                                                         int64_t T_mult, double eta_min)
    : LRScheduler(optimizer, always([=](int64_t step, double base) {
                    check_positive("CosineAnnealingWarmRestarts", "T_0", T_0);
                    check_positive("CosineAnnealingWarmRestarts", "T_mult", T_mult);
                    int64_t length = T_0;
                    if (T_mult == 1) step %= T_0;
                    for (; step >= length; length *= T_mult) step -= length;
                    const double phase = static_cast<double>(step) / static_cast<double>(length);
                    return eta_min +
                           (base - eta_min) * (1 + std::cos(std::numbers::pi * phase)) / 2;
                  })) {}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : LRScheduler(
          optimizer, in_proportion([=](int64_t step, double base) {
            check_positive("LinearLR", "total_iters", total_iters);
            REEL_CHECK(start_factor > 0 && start_factor <= 1 && end_factor >= 0 && end_factor <= 1,
                       "LinearLR: start_factor is ", start_factor, ", end_factor ", end_factor,
                       "; they must be at most 1, and the first above 0.");
            const double done =
                static_cast<double>(std::min(step, total_iters)) / static_cast<double>(total_iters);
            return base * (start_factor + (end_factor - start_factor) * done);
          })) {}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : LRScheduler(optimizer, in_proportion([=](int64_t step, double base) {
                    return step < total_iters ? base * factor : base;
                  })) {}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power)
    : LRScheduler(optimizer, in_proportion([=](int64_t step, double base) {
                    check_positive("PolynomialLR", "total_iters", total_iters);
                    const double left = 1 - static_cast<double>(std::min(step, total_iters)) /
                                                static_cast<double>(total_iters);
                    return base * std::pow(left, power);
                  })) {}

LambdaLR::LambdaLR(Optimizer& optimizer, std::function<double(int64_t)> factor)
    : LRScheduler(optimizer,
                  always([=](int64_t step, double base) { return base * factor(step); })) {}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::function<double(int64_t)> factor)
    : LRScheduler(optimizer, [=](int64_t step, double, double lr) {
        return step == 0 ? lr : lr * factor(step);
      }) {}

}  // namespace reel::optim
