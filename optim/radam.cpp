#include <reel/core/kernels/kernels.h>
#include <reel/optim/radam.h>

#include <cmath>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> RAdamOptions::clone() const {
  return std::make_unique<RAdamOptions>(*this);
}

std::vector<std::pair<const char*, double*>> RAdamOptions::numbers() {
  return {{"lr", &lr_},
          {"beta1", &std::get<0>(betas_)},
          {"beta2", &std::get<1>(betas_)},
          {"eps", &eps_},
          {"weight_decay", &weight_decay_}};
}

void RAdamOptions::check() const {
  check_not_negative("RAdam", "lr", lr_);
  check_betas("RAdam", std::get<0>(betas_), std::get<1>(betas_));
  check_not_negative("RAdam", "eps", eps_);
  check_not_negative("RAdam", "weight_decay", weight_decay_);
}

RAdam::RAdam(TensorList parameters, const RAdamOptions& defaults)
    : RAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
            defaults) {}

RAdam::RAdam(std::vector<OptimizerParamGroup> groups, const RAdamOptions& defaults)
    : Optimizer("RAdam", {"exp_avg", "exp_avg_sq"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

void RAdam::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const RAdamOptions&>(options);
  const auto [beta1, beta2] = o.betas();
  const double steps = static_cast<double>(batch.step);
  const double correction1 = 1 - std::pow(beta1, steps), correction2 = 1 - std::pow(beta2, steps);
  const double most = 2 / (1 - beta2) - 1;
  const double length = most - 2 * steps * std::pow(beta2, steps) / correction2;
  const bool rectified = length > 5;
  const double rectification = std::sqrt((length - 4) * (length - 2) * most /
                                         ((most - 4) * (most - 2) * length) * correction2);
  const kernels::RadamStep step{.lr = o.lr(),
                                .beta1 = beta1,
                                .beta2 = beta2,
                                .eps = o.eps(),
                                .weight_decay = o.weight_decay(),
                                .rate = o.lr() / correction1 * (rectified ? rectification : 1),
                                .rectified = rectified,
                                .decoupled = o.decoupled_weight_decay(),
                                .maximize = o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().radam(batch.size(),
                                                                   batch.segments.data(), step);
  });
}

}  // namespace reel::optim
