#include <reel/core/kernels/kernels.h>
#include <reel/optim/sgd.h>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> SGDOptions::clone() const {
  return std::make_unique<SGDOptions>(*this);
}

std::vector<std::pair<const char*, double*>> SGDOptions::numbers() {
  return {{"lr", &lr_},
          {"momentum", &momentum_},
          {"dampening", &dampening_},
          {"weight_decay", &weight_decay_}};
}

void SGDOptions::check() const {
  check_not_negative("SGD", "lr", lr_);
  check_not_negative("SGD", "momentum", momentum_);
  check_not_negative("SGD", "weight_decay", weight_decay_);
  REEL_CHECK(!nesterov_ || (momentum_ > 0 && dampening_ == 0), "SGD: nesterov with momentum ",
             momentum_, " and dampening ", dampening_,
             "; it needs a momentum above 0 and no dampening.");
}

SGD::SGD(TensorList parameters, const SGDOptions& defaults)
    : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))}, defaults) {}

SGD::SGD(std::vector<OptimizerParamGroup> groups, const SGDOptions& defaults)
    : Optimizer("SGD", {"momentum_buffer"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

bool SGD::uses(const OptimizerOptions& options, size_t) const {
  return static_cast<const SGDOptions&>(options).momentum() != 0;
}

void SGD::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const SGDOptions&>(options);
  const kernels::SgdStep step{o.lr(),       o.momentum(), o.dampening(), o.weight_decay(),
                              o.nesterov(), o.maximize(), batch.first};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::OptimizerStep<decltype(zero)>>().sgd(batch.size(),
                                                                  batch.segments.data(), step);
  });
}

}  // namespace reel::optim
