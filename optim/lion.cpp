#include <reel/core/kernels/kernels.h>
#include <reel/optim/lion.h>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> LionOptions::clone() const {
  return std::make_unique<LionOptions>(*this);
}

std::vector<std::pair<const char*, double*>> LionOptions::numbers() {
  return {{"lr", &lr_},
          {"beta1", &std::get<0>(betas_)},
          {"beta2", &std::get<1>(betas_)},
          {"weight_decay", &weight_decay_}};
}

void LionOptions::check() const {
  check_not_negative("Lion", "lr", lr_);
  check_betas("Lion", std::get<0>(betas_), std::get<1>(betas_));
  check_not_negative("Lion", "weight_decay", weight_decay_);
}

Lion::Lion(TensorList parameters, const LionOptions& defaults)
    : Lion(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))}, defaults) {
}

Lion::Lion(std::vector<OptimizerParamGroup> groups, const LionOptions& defaults)
    : Optimizer("Lion", {"exp_avg"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

void Lion::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const LionOptions&>(options);
  const auto [beta1, beta2] = o.betas();
  const kernels::LionStep step{o.lr(), beta1, beta2, o.weight_decay(), o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().lion(batch.size(),
                                                                  batch.segments.data(), step);
  });
}

}  // namespace reel::optim
