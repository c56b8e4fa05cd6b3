#include <reel/optim/adagrad.h>
#include <reel/optim/cyclic_lr.h>
#include <reel/optim/lr_scheduler.h>
#include <reel/optim/one_cycle_lr.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using namespace reel::optim;

namespace {

struct Trainer {
  Tensor a = ones({1}).set_requires_grad(true), b = ones({1}).set_requires_grad(true);
  SGD sgd{{OptimizerParamGroup({a}), OptimizerParamGroup({b}, SGDOptions(0.4))}, SGDOptions(0.2)};
};

// The first group's rate before and after each step.
Values rates(LRScheduler& scheduler, int steps) {
  Values all{scheduler.get_last_lr()[0]};
  for (int i = 0; i < steps; ++i) {
    scheduler.step();
    all.push_back(scheduler.get_last_lr()[0]);
  }
  return all;
}

void check_near(const Values& actual, const Values& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    CAPTURE(i);
    CHECK(actual[i] == Catch::Approx(expected[i]).epsilon(1e-12).margin(1e-15));
  }
}

// As one writes it for libtorch, where step_count_ counts the steps before this one.
struct Ported : LRScheduler {
  explicit Ported(Optimizer& optimizer) : LRScheduler(optimizer) {}
  std::vector<double> get_lrs() override {
    const int64_t step_count = last_epoch() - 1;
    std::vector<double> lrs = get_current_lrs();
    if (step_count > 0 && step_count % 2 == 0)
      for (double& lr : lrs) lr /= 2;
    return lrs;
  }
};

}  // namespace

TEST_CASE("a schedule in libtorch's manner steps as there", "[optim]") {
  Trainer t;
  Ported scheduler(t.sgd);
  CHECK(rates(scheduler, 5) == Values{0.2, 0.2, 0.2, 0.1, 0.1, 0.05});
  CHECK(scheduler.get_last_lr()[1] == 0.1);
}

TEST_CASE("schedules follow their formulas in every group", "[optim]") {
  Trainer t;
  SECTION("StepLR") {
    StepLR scheduler(t.sgd, 2, 0.5);
    check_near(rates(scheduler, 4), {0.2, 0.2, 0.1, 0.1, 0.05});
    CHECK(scheduler.get_last_lr()[1] == Catch::Approx(0.1));
    CHECK(t.sgd.param_groups()[1].options().get_lr() == Catch::Approx(0.1));
  }
  SECTION("MultiStepLR") {
    MultiStepLR scheduler(t.sgd, {3, 1}, 0.1);
    check_near(rates(scheduler, 3), {0.2, 0.02, 0.02, 0.002});
  }
  SECTION("ExponentialLR") {
    ExponentialLR scheduler(t.sgd, 0.5);
    check_near(rates(scheduler, 2), {0.2, 0.1, 0.05});
  }
  SECTION("CosineAnnealingLR") {
    CosineAnnealingLR scheduler(t.sgd, 2, 0.1);
    check_near(rates(scheduler, 4), {0.2, 0.15, 0.1, 0.15, 0.2});
  }
  SECTION("LinearLR") {
    LinearLR scheduler(t.sgd, 0.5, 1, 2);
    check_near(rates(scheduler, 3), {0.1, 0.15, 0.2, 0.2});
  }
  SECTION("ConstantLR") {
    ConstantLR scheduler(t.sgd, 0.5, 2);
    check_near(rates(scheduler, 3), {0.1, 0.1, 0.2, 0.2});
  }
  SECTION("PolynomialLR") {
    PolynomialLR scheduler(t.sgd, 2, 2);
    check_near(rates(scheduler, 3), {0.2, 0.05, 0, 0});
  }
  SECTION("LambdaLR") {
    LambdaLR scheduler(t.sgd, [](int64_t step) { return 1.0 / static_cast<double>(1 + step); });
    check_near(rates(scheduler, 2), {0.2, 0.1, 0.2 / 3});
  }
}

TEST_CASE("one cycle moves rate and momentum against each other", "[optim]") {
  Trainer t;
  OneCycleLR scheduler(t.sgd, OneCycleLROptions(1, 11)
                                  .pct_start(0.5)
                                  .anneal_strategy(Anneal::kLinear)
                                  .div_factor(10)
                                  .final_div_factor(10));
  const auto momentum = [&] { return *t.sgd.param_groups()[0].options().find("momentum"); };
  CHECK(scheduler.get_last_lr()[0] == Catch::Approx(0.1));
  CHECK(momentum() == Catch::Approx(0.95));
  double highest = 0, lowest_momentum = 1;
  for (int i = 0; i < 10; ++i) {
    scheduler.step();
    highest = std::max(highest, scheduler.get_last_lr()[0]);
    lowest_momentum = std::min(lowest_momentum, momentum());
  }
  CHECK(highest > 0.9);
  CHECK(lowest_momentum < 0.86);
  CHECK(scheduler.get_last_lr()[0] == Catch::Approx(0.01));
  CHECK(momentum() == Catch::Approx(0.95));
  scheduler.step();
  CHECK(message_of<ArgumentError>([&] {
          scheduler.step();
        }).find("OneCycleLR: step 12 of 11; the cycle is over.") == 0);
}

TEST_CASE("one cycle with three phases comes down as it went up", "[optim]") {
  Trainer t;
  OneCycleLR scheduler(t.sgd, OneCycleLROptions(1, 20).pct_start(0.4).three_phase(true));
  const Values all = rates(scheduler, 19);
  for (size_t i = 0; i <= 7; ++i) CHECK(all[i] == Catch::Approx(all[14 - i]));
  CHECK(all[19] == Catch::Approx(0.04 / 1e4));
}

TEST_CASE("very short cycles are finite", "[optim]") {
  for (int64_t total : {1, 2, 3, 4})
    for (double share : {0.0, 0.25, 0.5, 1.0}) {
      CAPTURE(total, share);
      Trainer t;
      OneCycleLR scheduler(t.sgd, OneCycleLROptions(1, total).pct_start(share));
      for (double rate : rates(scheduler, static_cast<int>(total) - 1)) {
        CHECK(rate >= 0);
        CHECK(rate <= 1);
      }
    }
}

TEST_CASE("one cycle moves beta1 of Adam, or refuses", "[optim]") {
  Adam adam({ones({1}).set_requires_grad(true)}, 0.1);
  OneCycleLR scheduler(adam, 1, 10);
  CHECK(*adam.param_groups()[0].options().find("beta1") == 0.95);
}

TEST_CASE("a schedule is restored exactly", "[optim]") {
  Trainer whole, part, rest;
  CosineAnnealingLR uninterrupted(whole.sgd, 10), begun(part.sgd, 10), resumed(rest.sgd, 10);
  rates(uninterrupted, 7);
  rates(begun, 4);
  resumed.load_state_dict(begun.state_dict());
  CHECK(resumed.last_epoch() == 4);
  rates(resumed, 3);
  CHECK(resumed.get_last_lr() == uninterrupted.get_last_lr());
  Adam adam({ones({1}).set_requires_grad(true)}, 0.1);
  StepLR other(adam, 3);
  CHECK(message_of<ArgumentError>([&] { other.load_state_dict(begun.state_dict()); }) ==
        "scheduler: the state is of 2 groups, the optimizer has 1; the numbers must be equal.");
}

TEST_CASE("a group added later is scheduled too", "[optim]") {
  Trainer t;
  StepLR scheduler(t.sgd, 1, 0.5);
  t.sgd.add_param_group(OptimizerParamGroup({ones({1})}, SGDOptions(8)));
  scheduler.step();
  CHECK(scheduler.get_last_lr()[2] == 4);
}

TEST_CASE("impossible schedules are refused and change nothing", "[optim]") {
  Trainer t;
  CHECK(message_of<ArgumentError>([&] { StepLR(t.sgd, 0); }) ==
        "StepLR: step_size is 0; it must be above 0.");
  CHECK_THROWS_AS(CosineAnnealingLR(t.sgd, -1), ArgumentError);
  CHECK_THROWS_AS(LinearLR(t.sgd, 2, 1, 5), ArgumentError);
  CHECK_THROWS_AS(LinearLR(t.sgd, 0.5, 1, 0), ArgumentError);
  CHECK_THROWS_AS(PolynomialLR(t.sgd, 0), ArgumentError);
  CHECK_THROWS_AS(OneCycleLR(t.sgd, 1, 0), ArgumentError);
  CHECK_THROWS_AS(OneCycleLR(t.sgd, OneCycleLROptions(1, 10).pct_start(1.5)), ArgumentError);
  CHECK(t.sgd.param_groups()[0].options().get_lr() == 0.2);
  Adagrad adagrad({ones({1}).set_requires_grad(true)}, 0.2);
  CHECK_THROWS_AS(OneCycleLR(adagrad, 1, 10), ArgumentError);
  CHECK_THROWS_AS(CyclicLR(adagrad, 0.5, 1), ArgumentError);
  CHECK(adagrad.param_groups()[0].options().get_lr() == 0.2);
  // Nor is a base rate remembered from them.
  for (Optimizer* optimizer :
       {static_cast<Optimizer*>(&t.sgd), static_cast<Optimizer*>(&adagrad)}) {
    optimizer->param_groups()[0].options().set_lr(0.8);
    const StepLR schedule(*optimizer, 1);
    CHECK(schedule.get_last_lr()[0] == 0.8);
  }
}

TEST_CASE("a schedule that can not take a state or a step stays where it was", "[optim]") {
  Trainer longer, shorter;
  OneCycleLR from(longer.sgd, 1, 30), to(shorter.sgd, 2, 10);
  rates(from, 20);
  rates(to, 4);
  const auto before = to.state_dict();
  const auto unchanged = [&] {
    const auto now = to.state_dict();
    for (const auto& item : before)
      if (!item->equal(now[item.key()])) return false;
    return true;
  };
  CHECK_THROWS_AS(to.load_state_dict(from.state_dict()), ArgumentError);
  CHECK(unchanged());
  CHECK(to.last_epoch() == 4);
  auto partial = from.state_dict();
  partial.erase("last_lrs");
  CHECK_THROWS_AS(to.load_state_dict(partial), ArgumentError);
  CHECK(unchanged());
  rates(to, 6);
  CHECK_THROWS_AS(to.step(), ArgumentError);
  CHECK(to.last_epoch() == 10);
}
