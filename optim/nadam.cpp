#include <reel/core/kernels/kernels.h>
#include <reel/optim/nadam.h>

#include <cmath>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> NAdamOptions::clone() const {
  return std::make_unique<NAdamOptions>(*this);
}

std::vector<std::pair<const char*, double*>> NAdamOptions::numbers() {
  return {{"lr", &lr_},   {"beta1", &std::get<0>(betas_)},  {"beta2", &std::get<1>(betas_)},
          {"eps", &eps_}, {"weight_decay", &weight_decay_}, {"momentum_decay", &momentum_decay_}};
}

void NAdamOptions::check() const {
  check_not_negative("NAdam", "lr", lr_);
  check_betas("NAdam", std::get<0>(betas_), std::get<1>(betas_));
  check_not_negative("NAdam", "eps", eps_);
  check_not_negative("NAdam", "weight_decay", weight_decay_);
  check_not_negative("NAdam", "momentum_decay", momentum_decay_);
}

NAdam::NAdam(TensorList parameters, const NAdamOptions& defaults)
    : NAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
            defaults) {}

NAdam::NAdam(std::vector<OptimizerParamGroup> groups, const NAdamOptions& defaults)
    : Optimizer("NAdam", {"exp_avg", "exp_avg_sq"}, defaults.clone(), "mu_product") {
  add_param_groups(std::move(groups));
}

namespace {

double momentum_at(const NAdamOptions& o, int64_t step) {
  const double exponent = static_cast<double>(step) * o.momentum_decay();
  return std::get<0>(o.betas()) * (1 - 0.5 * std::pow(0.96, exponent));
}

}  // namespace

double NAdam::factor(const OptimizerOptions& options, int64_t step) const {
  return momentum_at(static_cast<const NAdamOptions&>(options), step);
}

void NAdam::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const NAdamOptions&>(options);
  const auto [beta1, beta2] = o.betas();
  const double mu = momentum_at(o, batch.step), next = momentum_at(o, batch.step + 1);
  const kernels::NadamStep step{.lr = o.lr(),
                                .beta1 = beta1,
                                .beta2 = beta2,
                                .eps = o.eps(),
                                .weight_decay = o.weight_decay(),
                                .correction2 = 1 - std::pow(beta2, static_cast<double>(batch.step)),
                                .rate_gradient = o.lr() * (1 - mu) / (1 - batch.product),
                                .rate_m = o.lr() * next / (1 - batch.product * next),
                                .decoupled = o.decoupled_weight_decay(),
                                .maximize = o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().nadam(batch.size(),
                                                                   batch.segments.data(), step);
  });
}

}  // namespace reel::optim
