#include "tests/tools/golden_runner/optimizers.h"
#include "tests/tools/golden_runner/check.h"

#include <reel/optim/adam.h>
#include <reel/optim/clip_grad.h>
#include <reel/optim/lr_scheduler.h>
#include <reel/optim/one_cycle_lr.h>
#include <reel/optim/sgd.h>

namespace golden {

namespace {

using namespace reel;

template <class Adam>
std::unique_ptr<optim::Optimizer> make_adam(const Arguments& args, const TensorList& parameters) {
  typename Adam::Options options;
  options.lr(args.number("lr", options.lr()));
  if (args.has("betas")) options.betas({args.numbers("betas")[0], args.numbers("betas")[1]});
  options.eps(args.number("eps", options.eps()));
  options.weight_decay(args.number("weight_decay", options.weight_decay()));
  options.amsgrad(args.flag("amsgrad", false));
  options.maximize(args.flag("maximize", false));
  return std::make_unique<Adam>(parameters, options);
}

std::unique_ptr<optim::Optimizer> make_sgd(const Arguments& args, const TensorList& parameters) {
  return std::make_unique<optim::SGD>(parameters, optim::SGDOptions(args.number("lr"))
                                                      .momentum(args.number("momentum", 0))
                                                      .dampening(args.number("dampening", 0))
                                                      .weight_decay(args.number("weight_decay", 0))
                                                      .nesterov(args.flag("nesterov", false))
                                                      .maximize(args.flag("maximize", false)));
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
  throw Mismatch("there is no scheduler " + name);
}

}  // namespace

std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& name, const Arguments& args,
                                                 const TensorList& parameters) {
  if (name == "SGD") return make_sgd(args, parameters);
  if (name == "Adam") return make_adam<optim::Adam>(args, parameters);
  if (name == "AdamW") return make_adam<optim::AdamW>(args, parameters);
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
      compare(concat(names[i], " after step ", step + 1), parameters[i].detach(),
              expected[i].select(0, step));
  }
}

void check_scheduler(const Case& c) {
  const Tensor parameter = zeros({1}, kFloat64).set_requires_grad(true);
  optim::SGD optimizer({parameter}, optim::SGDOptions(c.json().at("base_lr")).momentum(0.9));
  const auto scheduler = make_scheduler(c.op(), Arguments(c.group("args")), optimizer);
  const Tensor& expected = c.exact(c.group("trajectory").at("lr"));
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
    compare(concat("the clipped gradient ", i), parameters[i].grad(), c.exact(outputs.at(i)));
  compare("the norm", full({}, norm, c.dtype()), c.exact(outputs.at(parameters.size())));
}

}  // namespace golden
