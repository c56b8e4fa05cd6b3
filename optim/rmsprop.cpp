#include <reel/core/kernels/kernels.h>
#include <reel/optim/rmsprop.h>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> RMSpropOptions::clone() const {
  return std::make_unique<RMSpropOptions>(*this);
}

std::vector<std::pair<const char*, double*>> RMSpropOptions::numbers() {
  return {{"lr", &lr_},
          {"alpha", &alpha_},
          {"eps", &eps_},
          {"weight_decay", &weight_decay_},
          {"momentum", &momentum_}};
}

void RMSpropOptions::check() const {
  check_not_negative("RMSprop", "lr", lr_);
  REEL_CHECK(alpha_ >= 0 && alpha_ <= 1, "RMSprop: alpha is ", alpha_, "; it must be from 0 to 1.");
  check_not_negative("RMSprop", "eps", eps_);
  check_not_negative("RMSprop", "weight_decay", weight_decay_);
  check_not_negative("RMSprop", "momentum", momentum_);
}

RMSprop::RMSprop(TensorList parameters, const RMSpropOptions& defaults)
    : RMSprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
              defaults) {}

RMSprop::RMSprop(std::vector<OptimizerParamGroup> groups, const RMSpropOptions& defaults)
    : Optimizer("RMSprop", {"square_avg", "momentum_buffer", "grad_avg"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

bool RMSprop::uses(const OptimizerOptions& options, size_t buffer) const {
  const auto& o = static_cast<const RMSpropOptions&>(options);
  return buffer == 0 || (buffer == 1 ? o.momentum() > 0 : o.centered());
}

void RMSprop::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const RMSpropOptions&>(options);
  const kernels::RmspropStep step{o.lr(),       o.alpha(),    o.eps(),     o.weight_decay(),
                                  o.momentum(), o.centered(), o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().rmsprop(batch.size(),
                                                                     batch.segments.data(), step);
  });
}

}  // namespace reel::optim
