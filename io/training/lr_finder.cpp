#include <reel/io/training/lr_finder.h>

#include <reel/autograd/grad_mode.h>
#include <reel/core/random.h>
#include <reel/io/plot.h>
#include <reel/nn/module.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace reel::io {
namespace {

using State = OrderedDict<std::string, Tensor>;

State copy_of(const State& state) {
  State copy("state");
  for (const auto& item : state) copy.insert(item.key(), item->detach().clone());
  return copy;
}

/// Puts all that a training step changes back when it goes.
class Restoring {
 public:
  Restoring(nn::Module& module, optim::Optimizer& optimizer)
      : module_(module),
        optimizer_(optimizer),
        module_state_(copy_of(module.state_dict())),
        optimizer_state_(copy_of(optimizer.state_dict())),
        random_(default_generator()) {
    for (const auto& item : module.named_modules())
      modes_.emplace_back(item.value().get(), item.value()->is_training());
    for (TensorList parameters : {module.parameters(), optimizer.parameters()})
      for (Tensor& p : parameters)
        gradients_.emplace_back(p, p.grad().defined() ? p.grad().detach().clone() : Tensor());
    // Those of the optimizer may be others than the module's.
    const NoGradGuard no_grad;
    for (const Tensor& p : optimizer.parameters()) values_.push_back(p.detach().clone());
  }

  ~Restoring() {
    const NoGradGuard no_grad;
    module_.load_state_dict(module_state_);
    const TensorList parameters = optimizer_.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].copy_(values_[i]);
    optimizer_.load_state_dict(optimizer_state_);
    for (const auto& [parameter, gradient] : gradients_) parameter.mutable_grad() = gradient;
    for (const auto& [module, training] : modes_)
      if (module->is_training() != training) module->train(training);
    default_generator() = random_;
  }

  Restoring(const Restoring&) = delete;
  Restoring& operator=(const Restoring&) = delete;

 private:
  nn::Module& module_;
  optim::Optimizer& optimizer_;
  State module_state_, optimizer_state_;
  Generator random_;
  std::vector<std::pair<nn::Module*, bool>> modes_;
  std::vector<std::pair<Tensor, Tensor>> gradients_;
  TensorList values_;
};

/// The groups' rates as parts of the first's.
std::vector<double> ratios_of(const optim::Optimizer& optimizer) {
  std::vector<double> ratios;
  const auto& groups = optimizer.param_groups();
  for (const auto& group : groups) {
    const double first = groups.front().options().get_lr();
    ratios.push_back(first > 0 ? group.options().get_lr() / first : 1);
  }
  return ratios;
}

void check(const LRFinderOptions& o, const std::function<Tensor()>& loss) {
  REEL_CHECK(loss, "find_lr: the loss is an empty function; it computes that of the next batch.");
  REEL_CHECK(o.start > 0 && o.start < o.end && std::isfinite(o.end), "find_lr: rates from ",
             o.start, " to ", o.end, "; they must be positive, finite and grow.");
  REEL_CHECK(o.steps >= 2, "find_lr: ", o.steps, " steps; at least 2 are needed.");
  REEL_CHECK(o.smoothing >= 0 && o.smoothing < 1, "find_lr: smoothing is ", o.smoothing,
             "; it must be at least 0 and below 1.");
  REEL_CHECK(o.divergence > 1, "find_lr: divergence is ", o.divergence, "; it must exceed 1.");
}

}  // namespace

LRCurve find_lr(nn::Module& module, optim::Optimizer& optimizer,
                const std::function<Tensor()>& loss, const LRFinderOptions& options) {
  check(options, loss);
  const Restoring restoring(module, optimizer);
  const std::vector<double> ratios = ratios_of(optimizer);
  const double growth =
      std::log(options.end / options.start) / static_cast<double>(options.steps - 1);
  LRCurve curve;
  double average = 0, weight = 1, lowest = INFINITY;
  for (int64_t step = 0; step < options.steps && !curve.diverged; ++step) {
    const double rate = options.start * std::exp(growth * static_cast<double>(step));
    for (std::size_t g = 0; g < ratios.size(); ++g)
      optimizer.param_groups()[g].options().set_lr(rate * ratios[g]);
    optimizer.zero_grad();
    const AutoGradMode recording(true);
    const Tensor value = loss();
    const double number = value.item<double>();
    // The mean of the past with falling weights, as if it had begun long ago.
    average = options.smoothing * average + (1 - options.smoothing) * number;
    weight *= options.smoothing;
    const double smoothed = average / (1 - weight);
    curve.rates.push_back(rate);
    curve.losses.push_back(number);
    curve.smoothed.push_back(smoothed);
    curve.diverged =
        !std::isfinite(smoothed) || (lowest > 0 && smoothed > options.divergence * lowest);
    lowest = std::min(lowest, smoothed);
    if (curve.diverged) break;
    value.backward();
    optimizer.step();
  }
  return curve;
}

LRCurve find_lr(const std::shared_ptr<nn::Module>& module, optim::Optimizer& optimizer,
                const std::function<Tensor()>& loss, const LRFinderOptions& options) {
  REEL_CHECK(module, "find_lr: the pointer or holder is empty; there is no module in it.");
  return find_lr(*module, optimizer, loss, options);
}

std::optional<double> LRCurve::suggestion() const {
  std::optional<double> best;
  double steepest = 0;
  for (std::size_t i = std::max<std::size_t>(1, rates.size() / 10); i + 1 < rates.size(); ++i) {
    const double slope =
        (smoothed[i + 1] - smoothed[i - 1]) / std::log(rates[i + 1] / rates[i - 1]);
    if (slope < steepest) {
      steepest = slope;
      best = rates[i];
    }
  }
  return best;
}

void LRCurve::save_plot(const std::string& path) const {
  REEL_CHECK(!rates.empty(), "LRCurve.save_plot: no steps; there is nothing to draw.");
  double low = INFINITY, high = -INFINITY;
  for (const double v : smoothed) {
    if (!std::isfinite(v)) continue;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  // Single batches may be far above; the course is what matters.
  std::vector<double> cut = losses;
  for (double& v : cut) v = v > high ? high : v;
  Figure figure({.panel_width = 720, .columns = 1});
  Panel& panel = figure.panel("Learning rate", "learning rate", "loss");
  panel.log_x().line("smoothed", rates, smoothed).line("of each batch", rates, cut);
  if (const auto rate = suggestion()) {
    char name[40];
    std::snprintf(name, sizeof name, "suggestion: %.3g", *rate);
    panel.line(name, {*rate, *rate}, {low, high});
  }
  figure.save(path);
}

}  // namespace reel::io
