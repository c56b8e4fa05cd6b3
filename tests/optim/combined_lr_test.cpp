// Schedules together: what PyTorch 2.15 computes for them, from a rate of 0.2.

#include <reel/optim/adagrad.h>
#include <reel/optim/combined_lr.h>
#include <reel/optim/cyclic_lr.h>
#include <reel/optim/reduce_on_plateau.h>
#include <reel/optim/swa_lr.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using namespace reel::optim;

namespace {

Tensor leaf() { return ones({1}).set_requires_grad(true); }

struct Trainer {
  SGD sgd{{leaf()}, SGDOptions(0.2).momentum(0.9)};
  double rate() const { return sgd.param_groups()[0].options().get_lr(); }
  double momentum() { return *sgd.param_groups()[0].options().find("momentum"); }
};

void check_near(const Values& actual, const Values& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    CAPTURE(i);
    CHECK(actual[i] == Catch::Approx(expected[i]).epsilon(1e-10).margin(1e-13));
  }
}

// The rate before the first step and after each of them.
template <class Step>
void check_rates(const Trainer& t, const Values& expected, Step step) {
  Values rates{t.rate()};
  while (rates.size() < expected.size()) {
    step();
    rates.push_back(t.rate());
  }
  check_near(rates, expected);
}

void check_rates(const Trainer& t, LRScheduler& scheduler, const Values& expected) {
  check_rates(t, expected, [&] { scheduler.step(); });
}

}  // namespace

TEST_CASE("chained schedules multiply", "[optim]") {
  Trainer t;
  SECTION("a warm-up and a decay") {
    ConstantLR constant(t.sgd, 0.1, 2);
    ExponentialLR decay(t.sgd, 0.9);
    ChainedScheduler both({&constant, &decay});
    check_rates(t, both, {0.02, 0.018, 0.162, 0.1458, 0.13122, 0.118098});
    both.restart();
    check_rates(t, both, {0.02, 0.018, 0.162, 0.1458});
  }
  SECTION("through the lowest point of a cosine") {
    LinearLR warmup(t.sgd, 0.5, 1, 3);
    CosineAnnealingLR cosine(t.sgd, 4, 0.01);
    ChainedScheduler both({&warmup, &cosine});
    check_rates(t, both,
                {0.1, 0.11527158484, 0.0885477994274, 0.0381931278036, 0.01, 0.0378248557873, 0.105,
                 0.172175144213, 0.2, 0.172175144213});
  }
  SECTION("to zero") {
    StepLR steps(t.sgd, 2, 0.5);
    PolynomialLR fall(t.sgd, 4, 1);
    ChainedScheduler both({&steps, &fall});
    check_rates(t, both, {0.2, 0.15, 0.05, 0.025, 0, 0, 0});
  }
  SECTION("by hand") {
    MultiStepLR steps(t.sgd, {1, 3}, 0.1);
    ExponentialLR decay(t.sgd, 0.5);
    check_rates(t, {0.2, 0.01, 0.005, 0.00025, 0.000125, 6.25e-05}, [&] {
      steps.step();
      decay.step();
    });
  }
}

TEST_CASE("a rate that is set by hand is where a schedule goes on from", "[optim]") {
  Trainer t;
  StepLR steps(t.sgd, 2, 0.1);
  steps.step();
  t.sgd.param_groups()[0].options().set_lr(1);
  check_rates(t, steps, {1, 0.1, 0.1, 0.01});
  LambdaLR overwrites(t.sgd, [](int64_t) { return 0.5; });
  CHECK(t.rate() == Catch::Approx(0.1));  // of the rate before all schedules
}

TEST_CASE("sequential schedules follow each other", "[optim]") {
  Trainer t;
  SECTION("a warm-up and a cosine") {
    LinearLR warmup(t.sgd, 0.1, 1, 3);
    CosineAnnealingLR cosine(t.sgd, 4, 0.01);
    SequentialLR schedule(t.sgd, {&warmup, &cosine}, {3});
    const Values expected{
        0.02, 0.08, 0.14, 0.2, 0.172175144213, 0.105, 0.0378248557873, 0.01, 0.0378248557873,
        0.105};
    check_rates(t, schedule, expected);
    schedule.restart();
    check_rates(t, schedule, expected);
  }
  SECTION("three") {
    ConstantLR constant(t.sgd, 0.1, 10);
    ExponentialLR decay(t.sgd, 0.5);
    StepLR steps(t.sgd, 2, 0.1);
    SequentialLR schedule(t.sgd, {&constant, &decay, &steps}, {2, 5});
    check_rates(t, schedule, {0.02, 0.02, 0.2, 0.1, 0.05, 0.2, 0.2, 0.02, 0.02, 0.002});
  }
  SECTION("those that know no other rate") {
    LambdaLR fall(t.sgd, [](int64_t step) { return 1.0 / static_cast<double>(1 + step); });
    CosineAnnealingWarmRestarts waves(t.sgd, 2, 2);
    SequentialLR schedule(t.sgd, {&fall, &waves}, {2});
    check_rates(
        t, schedule,
        {0.2, 0.1, 0.2, 0.1, 0.2, 0.170710678119, 0.1, 0.0292893218813, 0.2, 0.192387953251});
  }
  SECTION("a chain as a part") {
    ConstantLR constant(t.sgd, 0.1, 2);
    LinearLR warmup(t.sgd, 0.5, 1, 2);
    ExponentialLR decay(t.sgd, 0.9);
    ChainedScheduler both({&warmup, &decay});
    SequentialLR schedule(t.sgd, {&constant, &both}, {1});
    check_rates(t, schedule, {0.02, 0.1, 0.2 * 0.75 * 0.9, 0.2 * 0.81, 0.2 * 0.729});
  }
}

TEST_CASE("cycles rise and fall, momentum against them", "[optim]") {
  Trainer t;
  Values momenta{};
  const auto check = [&](const CyclicLROptions& options, const Values& rates,
                         const Values& momentum) {
    CyclicLR scheduler(t.sgd, options);
    momenta = {t.momentum()};
    check_rates(t, rates, [&] {
      scheduler.step();
      momenta.push_back(t.momentum());
    });
    check_near(momenta, momentum);
  };
  SECTION("each half as high") {
    check(
        CyclicLROptions(0.1, 0.4).step_size_up(2).step_size_down(4).mode(CyclicMode::kTriangular2),
        {0.1, 0.25, 0.4, 0.325, 0.25, 0.175, 0.1, 0.175, 0.25, 0.2125, 0.175, 0.1375, 0.1, 0.1375},
        {0.9, 0.85, 0.8, 0.825, 0.85, 0.875, 0.9, 0.875, 0.85, 0.8625, 0.875, 0.8875, 0.9, 0.8875});
  }
  SECTION("lower at every step") {
    check(CyclicLROptions(0.1, 0.4)
              .step_size_up(3)
              .mode(CyclicMode::kExpRange)
              .gamma(0.9)
              .base_momentum(0.7)
              .max_momentum(0.95),
          {0.1, 0.19, 0.262, 0.3187, 0.23122, 0.159049, 0.1, 0.14782969, 0.186093442},
          {0.95, 0.875, 0.815, 0.76775, 0.84065, 0.9007925, 0.95, 0.910141925, 0.878255465});
  }
}

TEST_CASE("SWALR goes from the rate that it finds", "[optim]") {
  Trainer t;
  SECTION("cosine") {
    SWALR scheduler(t.sgd, 0.05, 4);
    check_rates(t, scheduler, {0.2, 0.178033008589, 0.125, 0.071966991411, 0.05, 0.05, 0.05});
  }
  SECTION("linear") {
    SWALR scheduler(t.sgd, 0.05, 3, Anneal::kLinear);
    check_rates(t, scheduler, {0.2, 0.15, 0.1, 0.05, 0.05, 0.05});
  }
  SECTION("at once") {
    SWALR scheduler(t.sgd, 0.05, 0);
    check_rates(t, scheduler, {0.05, 0.05, 0.05});
  }
  SECTION("after another schedule") {
    ExponentialLR decay(t.sgd, 0.9);
    SWALR average(t.sgd, 0.05, 2, Anneal::kLinear);
    int step = 0;
    check_rates(t, {0.2, 0.18, 0.162, 0.106, 0.05, 0.05}, [&] {
      if (++step <= 2)
        decay.step();
      else
        average.step();
    });
  }
}

TEST_CASE("a plateau lowers the rate", "[optim]") {
  using Plateau = ReduceLROnPlateauScheduler;
  Trainer t;
  const auto check = [&](Plateau& scheduler, const Values& metrics, const Values& expected) {
    Values rates;
    for (double metric : metrics) {
      scheduler.step(metric);
      rates.push_back(t.rate());
    }
    check_near(rates, expected);
  };
  SECTION("of a metric that should rise") {
    Plateau scheduler(t.sgd, Plateau::max, 0.5, 1, 0.1, Plateau::abs, 1);
    check(scheduler, {1, 2, 2.05, 2.05, 2.3, 2.2, 2.2, 2.2, 2.2, 2.2, 2.2},
          {0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025});
    CHECK(scheduler.best() == 2.3);
    CHECK(scheduler.last_epoch() == 11);
  }
  SECTION("of one that should fall, down to a bound") {
    Plateau scheduler(t.sgd, Plateau::min, 0.1, 1, 0.1, Plateau::rel, 0, {0.005});
    check(scheduler, {1, .99, .5, .6, .6, .6, .4, .6}, {.2, .2, .2, .2, .02, .02, .02, .02});
    check(scheduler, {.6, .6, .6, .6}, {.005, .005, .005, .005});
  }
}

namespace {

// Schedules of one optimizer: they belong together, and the last is the one to step.
struct Made {
  std::vector<std::unique_ptr<LRScheduler>> all;
  template <class T, class... Args>
  T& add(Args&&... args) {
    auto made = std::make_unique<T>(std::forward<Args>(args)...);
    T& reference = *made;
    all.push_back(std::move(made));
    return reference;
  }
  LRScheduler& last() const { return *all.back(); }
};

std::vector<std::pair<const char*, std::function<void(Made&, Optimizer&)>>> makers() {
  const auto thirds = [](int64_t step) { return 1 / (1 + static_cast<double>(step) / 3); };
  return {
      {"StepLR", [](Made& m, Optimizer& o) { m.add<StepLR>(o, 3, 0.7); }},
      {"MultiStepLR",
       [](Made& m, Optimizer& o) {
         m.add<MultiStepLR>(o, std::vector<int64_t>{2, 7});
       }},
      {"ExponentialLR", [](Made& m, Optimizer& o) { m.add<ExponentialLR>(o, 0.9); }},
      {"CosineAnnealingLR", [](Made& m, Optimizer& o) { m.add<CosineAnnealingLR>(o, 7, 0.01); }},
      {"CosineAnnealingWarmRestarts",
       [](Made& m, Optimizer& o) { m.add<CosineAnnealingWarmRestarts>(o, 2, 3); }},
      {"LinearLR", [](Made& m, Optimizer& o) { m.add<LinearLR>(o, 0.1, 1, 8); }},
      {"ConstantLR", [](Made& m, Optimizer& o) { m.add<ConstantLR>(o, 0.1, 7); }},
      {"PolynomialLR", [](Made& m, Optimizer& o) { m.add<PolynomialLR>(o, 12, 2); }},
      {"LambdaLR", [=](Made& m, Optimizer& o) { m.add<LambdaLR>(o, thirds); }},
      {"MultiplicativeLR", [=](Made& m, Optimizer& o) { m.add<MultiplicativeLR>(o, thirds); }},
      {"OneCycleLR", [](Made& m, Optimizer& o) { m.add<OneCycleLR>(o, 0.5, 12); }},
      {"CyclicLR",
       [](Made& m, Optimizer& o) {
         m.add<CyclicLR>(o, CyclicLROptions(0.1, 0.5).step_size_up(3));
       }},
      {"SWALR", [](Made& m, Optimizer& o) { m.add<SWALR>(o, 0.05, 7); }},
      {"ChainedScheduler",
       [](Made& m, Optimizer& o) {
         LRScheduler &a = m.add<LinearLR>(o, 0.1, 1, 8), &b = m.add<StepLR>(o, 2, 0.5);
         m.add<ChainedScheduler>(std::vector<LRScheduler*>{&a, &b});
       }},
      {"SequentialLR",
       [](Made& m, Optimizer& o) {
         LRScheduler &a = m.add<LinearLR>(o, 0.1, 1, 3), &b = m.add<CosineAnnealingLR>(o, 5);
         m.add<SequentialLR>(o, std::vector<LRScheduler*>{&a, &b}, std::vector<int64_t>{3});
       }},
  };
}

}  // namespace

TEST_CASE("every schedule goes on from its state with the same bits", "[optim]") {
  for (const auto& [name, make] : makers()) {
    CAPTURE(name);
    Trainer first, second;
    Made whole, resumed;
    make(whole, first.sgd);
    make(resumed, second.sgd);
    for (int i = 0; i < 5; ++i) whole.last().step();
    second.sgd.load_state_dict(first.sgd.state_dict());
    resumed.last().load_state_dict(whole.last().state_dict());
    CHECK(second.rate() == first.rate());
    for (int i = 0; i < 5; ++i) {
      whole.last().step();
      resumed.last().step();
      CHECK(second.rate() == first.rate());
      CHECK(second.momentum() == first.momentum());
    }
    CHECK(resumed.last().last_epoch() == 10);
  }
}

TEST_CASE("a plateau goes on from its state", "[optim]") {
  Trainer first, second;
  ReduceLROnPlateau whole(first.sgd, ReduceLROnPlateau::min, 0.5, 1),
      resumed(second.sgd, ReduceLROnPlateau::min, 0.5, 1);
  for (double metric : {1.0, 2.0, 2.0, 0.5, 0.6}) whole.step(metric);
  resumed.load_state_dict(whole.state_dict());
  for (double metric : {0.7, 0.8, 0.4, 0.5, 0.5, 0.5}) {
    whole.step(metric);
    resumed.step(metric);
    CHECK(second.rate() == first.rate());
  }
  CHECK(first.rate() < 0.1);
  Adam adam({leaf()}, 0.1);
  ReduceLROnPlateau other(adam);
  adam.add_param_group(TensorList{leaf()});
  CHECK(message_of<ArgumentError>([&] { other.load_state_dict(whole.state_dict()); }) ==
        "scheduler: the state is of 1 groups, the optimizer has 2; the numbers must be equal.");
}

TEST_CASE("a state that does not fit all schedules changes none of them", "[optim]") {
  Trainer source, t;
  StepLR steps(source.sgd, 1), a(t.sgd, 1, 0.5);
  ExponentialLR b(t.sgd, 0.5);
  ChainedScheduler one({&steps}), two({&a, &b}), outer({&two});
  for (int i = 0; i < 3; ++i) one.step();
  outer.step();
  const double rate = t.rate();
  const auto error = [&](LRScheduler& schedule, const OrderedDict<std::string, Tensor>& state) {
    return message_of<ArgumentError>([&] { schedule.load_state_dict(state); });
  };
  CHECK(error(two, one.state_dict()) ==
        "scheduler state 'schedulers.1': there is no 'last_epoch'; there is nothing.");
  OrderedDict<std::string, Tensor> nested = outer.state_dict();
  for (const char* name :
       {"last_epoch", "schedulers.0.last_epoch", "schedulers.0.schedulers.0.last_epoch"})
    nested[name] = full({}, 7, kInt64);
  nested.erase("schedulers.0.schedulers.1.last_lrs");
  CHECK(error(outer, nested) ==
        "scheduler state 'schedulers.0' 'schedulers.1': there is no 'last_lrs'; there is "
        "last_epoch, base_lrs.");
  for (const LRScheduler* schedule : std::initializer_list<LRScheduler*>{&a, &b, &two, &outer})
    CHECK(schedule->last_epoch() == 1);
  CHECK(t.rate() == rate);
  outer.step();
  CHECK(t.rate() == Catch::Approx(rate / 4));

  // Nor with a group that they have not met.
  t.sgd.add_param_group(TensorList{leaf()});
  CHECK_THROWS_AS(two.load_state_dict(one.state_dict()), ArgumentError);
  CHECK(a.last_epoch() == 2);
  outer.step();
  CHECK(t.rate() == Catch::Approx(rate / 16));
}

TEST_CASE("a schedule of one's own gives its rates", "[optim]") {
  struct Half : LRScheduler {
    explicit Half(Optimizer& optimizer) : LRScheduler(optimizer) {}
    std::vector<double> get_lrs() override {
      std::vector<double> rates = get_last_lr();
      for (double& rate : rates) rate /= 2;
      return rates;
    }
  };
  Trainer t;
  Half half(t.sgd);
  check_rates(t, half, {0.2, 0.1, 0.05});
}

TEST_CASE("combinations that can not be are refused", "[optim]") {
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  Trainer t, other;
  StepLR a(t.sgd, 1), b(other.sgd, 1);
  CHECK(message([] { ChainedScheduler({}); }) ==
        "ChainedScheduler: it was given no schedulers; it combines one or more.");
  CHECK(message([&] {
          ChainedScheduler({&a, nullptr});
        }) == "ChainedScheduler: scheduler 1 is a null pointer.");
  CHECK(message([&] {
          ChainedScheduler({&a, &b});
        }) ==
        "ChainedScheduler: scheduler 1 is of another optimizer than scheduler 0; all must be of "
        "one.");
  CHECK(message([&] {
          SequentialLR(other.sgd, {&a, &a}, {1});
        }) == "SequentialLR: the schedulers are of another optimizer than it was given.");
  CHECK(message([&] {
          SequentialLR(t.sgd, {&a, &a}, {});
        }) == "SequentialLR: there are 2 schedulers and 0 milestones; there must be one less.");
  CHECK(message([&] {
          SequentialLR(t.sgd, {&a, &a, &a}, {3, 3});
        }) == "SequentialLR: milestone 1 is 3; each must be above the one before, and above 0.");
  CHECK(message([&] { CyclicLR(t.sgd, CyclicLROptions(0, 1).step_size_up(0)); }) ==
        "CyclicLR: step_size_up is 0, step_size_down 0; they must be above 0.");
  CHECK(message([&] { CosineAnnealingWarmRestarts(t.sgd, 0); }) ==
        "CosineAnnealingWarmRestarts: T_0 is 0; it must be above 0.");
  CHECK(message([&] { SWALR(t.sgd, 0.1, -1); }) ==
        "SWALR: anneal_epochs is -1; it must be at least 0.");
  CHECK(message([&] { ReduceLROnPlateau(t.sgd, ReduceLROnPlateau::min, 1); }) ==
        "ReduceLROnPlateau: factor is 1; it must be below 1.");
  CHECK(message([&] {
          ReduceLROnPlateau(t.sgd, ReduceLROnPlateau::min, 0.1, 1, 1, ReduceLROnPlateau::rel, 0,
                            {1, 2});
        }) ==
        "ReduceLROnPlateau: min_lr has 2 entries, the optimizer 1 groups; it must have one for all "
        "or one for each.");
  Adagrad adagrad({leaf()}, 0.1);
  CHECK(message([&] { CyclicLR(adagrad, 0.1, 1); }) ==
        "CyclicLR: Adagrad has neither momentum nor beta1 to cycle. [set cycle_momentum(false)]");
}
