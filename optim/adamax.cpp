#include <reel/core/kernels/kernels.h>
#include <reel/optim/adamax.h>

#include <cmath>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> AdamaxOptions::clone() const {
  return std::make_unique<AdamaxOptions>(*this);
}

std::vector<std::pair<const char*, double*>> AdamaxOptions::numbers() {
  return {{"lr", &lr_},
          {"beta1", &std::get<0>(betas_)},
          {"beta2", &std::get<1>(betas_)},
          {"eps", &eps_},
          {"weight_decay", &weight_decay_}};
}

void AdamaxOptions::check() const {
  check_not_negative("Adamax", "lr", lr_);
  check_betas("Adamax", std::get<0>(betas_), std::get<1>(betas_));
  check_not_negative("Adamax", "eps", eps_);
  check_not_negative("Adamax", "weight_decay", weight_decay_);
}

Adamax::Adamax(TensorList parameters, const AdamaxOptions& defaults)
    : Adamax(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
             defaults) {}

Adamax::Adamax(std::vector<OptimizerParamGroup> groups, const AdamaxOptions& defaults)
    : Optimizer("Adamax", {"exp_avg", "exp_inf"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

void Adamax::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const AdamaxOptions&>(options);
  const auto [beta1, beta2] = o.betas();
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(batch.step));
  const kernels::AdamaxStep step{o.lr() / correction1, beta1,       beta2, o.eps(),
                                 o.weight_decay(),     o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().adamax(batch.size(),
                                                                    batch.segments.data(), step);
  });
}

}  // namespace reel::optim
