#include <reel/core/kernels/kernels.h>
#include <reel/optim/adadelta.h>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> AdadeltaOptions::clone() const {
  return std::make_unique<AdadeltaOptions>(*this);
}

std::vector<std::pair<const char*, double*>> AdadeltaOptions::numbers() {
  return {{"lr", &lr_}, {"rho", &rho_}, {"eps", &eps_}, {"weight_decay", &weight_decay_}};
}

void AdadeltaOptions::check() const {
  check_not_negative("Adadelta", "lr", lr_);
  REEL_CHECK(rho_ >= 0 && rho_ <= 1, "Adadelta: rho is ", rho_, "; it must be from 0 to 1.");
  check_not_negative("Adadelta", "eps", eps_);
  check_not_negative("Adadelta", "weight_decay", weight_decay_);
}

Adadelta::Adadelta(TensorList parameters, const AdadeltaOptions& defaults)
    : Adadelta(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
               defaults) {}

Adadelta::Adadelta(std::vector<OptimizerParamGroup> groups, const AdadeltaOptions& defaults)
    : Optimizer("Adadelta", {"square_avg", "acc_delta"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

void Adadelta::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const AdadeltaOptions&>(options);
  const kernels::AdadeltaStep step{o.lr(), o.rho(), o.eps(), o.weight_decay(), o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().adadelta(batch.size(),
                                                                      batch.segments.data(), step);
  });
}

}  // namespace reel::optim
