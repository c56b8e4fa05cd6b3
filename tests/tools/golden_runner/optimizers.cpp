#include "tests/tools/golden_runner/optimizers.h"
#include "tests/tools/golden_runner/check.h"

#include <reel/optim/adadelta.h>
#include <reel/optim/adagrad.h>
#include <reel/optim/adam.h>
#include <reel/optim/adamax.h>
#include <reel/optim/clip_grad.h>
#include <reel/optim/cyclic_lr.h>
#include <reel/optim/lr_scheduler.h>
#include <reel/optim/nadam.h>
#include <reel/optim/one_cycle_lr.h>
#include <reel/optim/radam.h>
#include <reel/optim/reduce_on_plateau.h>
#include <reel/optim/rmsprop.h>
#include <reel/optim/sgd.h>

namespace golden {

namespace {

using namespace reel;

// The options that an optimizer has, as far as the case names them. A flag that is off is not
// named.
template <class Options>
Options read_options(const Arguments& args) {
  Options options;
  for (const auto& [name, value] : options.numbers())
    if (args.has(name)) *value = args.number(name);
  if constexpr (requires { options.betas(); })
    if (args.has("betas")) options.betas({args.numbers("betas")[0], args.numbers("betas")[1]});
  options.maximize(args.flag("maximize", false));
  if constexpr (requires { options.nesterov(); }) options.nesterov(args.flag("nesterov", false));
  if constexpr (requires { options.amsgrad(); }) options.amsgrad(args.flag("amsgrad", false));
  if constexpr (requires { options.centered(); }) options.centered(args.flag("centered", false));
  return options;
}

std::unique_ptr<optim::LRScheduler> make_scheduler(const std::string& name, const Arguments& c,
                                                   optim::Optimizer& optimizer) {
  using namespace optim;
  if (name == "StepLR")
    return std::make_unique<StepLR>(optimizer, c.integer("step_size"), c.number("gamma", 0.1));
  if (name == "MultiStepLR")
    return std::make_unique<MultiStepLR>(optimizer, c.integers("milestones"),
                                         c.number("gamma", 0.1));
  if (name == "ExponentialLR") return std::make_unique<ExponentialLR>(optimizer, c.number("gamma"));
  if (name == "CosineAnnealingLR")
    return std::make_unique<CosineAnnealingLR>(optimizer, c.integer("T_max"),
                                               c.number("eta_min", 0));
  if (name == "LinearLR")
    return std::make_unique<LinearLR>(optimizer, c.number("start_factor", 1.0 / 3),
                                      c.number("end_factor", 1), c.integer("total_iters", 5));
  if (name == "ConstantLR")
    return std::make_unique<ConstantLR>(optimizer, c.number("factor", 1.0 / 3),
                                        c.integer("total_iters", 5));
  if (name == "PolynomialLR")
    return std::make_unique<PolynomialLR>(optimizer, c.integer("total_iters", 5),
                                          c.number("power", 1));
  if (name == "OneCycleLR")
    return std::make_unique<OneCycleLR>(
        optimizer, OneCycleLROptions(c.number("max_lr"), c.integer("total_steps"))
                       .pct_start(c.number("pct_start", 0.3))
                       .cycle_momentum(c.flag("cycle_momentum", false)));
  if (name == "CosineAnnealingWarmRestarts")
    return std::make_unique<CosineAnnealingWarmRestarts>(
        optimizer, c.integer("T_0"), c.integer("T_mult", 1), c.number("eta_min", 0));
  if (name == "CyclicLR")
    return std::make_unique<CyclicLR>(optimizer,
                                      CyclicLROptions(c.number("base_lr"), c.number("max_lr"))
                                          .step_size_up(c.integer("step_size_up", 2000))
                                          .cycle_momentum(c.flag("cycle_momentum", true)));
  throw Mismatch("there is no scheduler " + name);
}

// Its steps take a metric.
void check_plateau(const Case& c, optim::Optimizer& optimizer, const Tensor& expected) {
  using Plateau = optim::ReduceLROnPlateauScheduler;
  const Json& args = c.group("args");
  const Arguments a(args);
  Plateau scheduler(optimizer, args.value("mode", "min") == "max" ? Plateau::max : Plateau::min,
                    a.number("factor", 0.1), a.integer("patience", 10), a.number("threshold", 1e-4),
                    args.value("threshold_mode", "rel") == "abs" ? Plateau::abs : Plateau::rel,
                    a.integer("cooldown", 0), {a.number("min_lr", 0)}, a.number("eps", 1e-8));
  std::vector<double> rates;
  for (double metric : c.exact(c.group("inputs").at("metric")).to_vector()) {
    scheduler.step(metric);
    rates.push_back(scheduler.get_last_lr()[0]);
  }
  const auto n = static_cast<int64_t>(rates.size());
  compare("the learning rate", from_vector(std::move(rates), {n}), expected);
}

}  // namespace

std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& name, const Arguments& args,
                                                 const TensorList& parameters) {
  if (name == "SGD")
    return std::make_unique<optim::SGD>(parameters, read_options<optim::SGDOptions>(args));
  if (name == "Adam")
    return std::make_unique<optim::Adam>(parameters, read_options<optim::AdamOptions>(args));
  if (name == "AdamW")
    return std::make_unique<optim::AdamW>(parameters, read_options<optim::AdamWOptions>(args));
  if (name == "RMSprop")
    return std::make_unique<optim::RMSprop>(parameters, read_options<optim::RMSpropOptions>(args));
  if (name == "Adagrad")
    return std::make_unique<optim::Adagrad>(parameters, read_options<optim::AdagradOptions>(args));
  if (name == "Adadelta")
    return std::make_unique<optim::Adadelta>(parameters,
                                             read_options<optim::AdadeltaOptions>(args));
  if (name == "Adamax")
    return std::make_unique<optim::Adamax>(parameters, read_options<optim::AdamaxOptions>(args));
  if (name == "NAdam")
    return std::make_unique<optim::NAdam>(parameters, read_options<optim::NAdamOptions>(args));
  if (name == "RAdam")
    return std::make_unique<optim::RAdam>(parameters, read_options<optim::RAdamOptions>(args));
  throw Mismatch("there is no optimizer " + name);
}

void check_optimizer(const Case& c) {
  TensorList parameters, gradients, expected;
  std::vector<std::string> names;
  for (const auto& [name, key] : c.group("inputs").items()) {
    names.push_back(name);
    parameters.push_back(c.tensor(key).clone().set_requires_grad(true));
    gradients.push_back(c.tensor(c.group("grads").at(name)));
    expected.push_back(c.exact(c.group("trajectory").at(name)));
  }
  const auto optimizer = make_optimizer(c.op(), Arguments(c.group("args")), parameters);
  for (int64_t step = 0; step < expected.at(0).size(0); ++step) {
    for (size_t i = 0; i < parameters.size(); ++i)
      parameters[i].mutable_grad() = gradients[i].select(0, step).clone();
    optimizer->step();
    for (size_t i = 0; i < parameters.size(); ++i)
      compare(as_text(names[i], " after step ", step + 1), parameters[i].detach(),
              expected[i].select(0, step));
  }
}

void check_scheduler(const Case& c) {
  const Tensor parameter = zeros({1}, kFloat64).set_requires_grad(true);
  optim::SGD optimizer({parameter}, optim::SGDOptions(c.json().at("base_lr")).momentum(0.9));
  const Tensor& expected = c.exact(c.group("trajectory").at("lr"));
  if (c.op() == "ReduceLROnPlateau") {
    check_plateau(c, optimizer, expected);
    return;
  }
  const auto scheduler = make_scheduler(c.op(), Arguments(c.group("args")), optimizer);
  std::vector<double> rates{scheduler->get_last_lr()[0]};
  while (static_cast<int64_t>(rates.size()) < expected.numel()) {
    scheduler->step();
    rates.push_back(scheduler->get_last_lr()[0]);
  }
  const auto n = static_cast<int64_t>(rates.size());
  compare("the learning rate", from_vector(std::move(rates), {n}), expected);
}

void check_clipping(const Case& c) {
  TensorList parameters;
  for (const auto& [name, key] : c.group("grads").items()) {
    const Tensor gradient = c.tensor(key).clone();
    parameters.push_back(zeros_like(gradient).set_requires_grad(true));
    parameters.back().mutable_grad() = gradient;
  }
  const Arguments args(c.group("args"));
  const double norm =
      optim::clip_grad_norm_(parameters, args.number("max_norm"), args.number("norm_type", 2));
  const Json& outputs = c.json().at("outputs");
  for (size_t i = 0; i < parameters.size(); ++i)
    compare(as_text("the clipped gradient ", i), parameters[i].grad(), c.exact(outputs.at(i)));
  compare("the norm", full({}, norm, c.dtype()), c.exact(outputs.at(parameters.size())));
}

}  // namespace golden
