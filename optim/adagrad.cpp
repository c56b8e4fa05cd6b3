#include <reel/core/kernels/kernels.h>
#include <reel/optim/adagrad.h>

namespace reel::optim {

std::unique_ptr<OptimizerOptions> AdagradOptions::clone() const {
  return std::make_unique<AdagradOptions>(*this);
}

std::vector<std::pair<const char*, double*>> AdagradOptions::numbers() {
  return {{"lr", &lr_},
          {"lr_decay", &lr_decay_},
          {"weight_decay", &weight_decay_},
          {"initial_accumulator_value", &initial_accumulator_value_},
          {"eps", &eps_}};
}

void AdagradOptions::check() const {
  check_not_negative("Adagrad", "lr", lr_);
  check_not_negative("Adagrad", "lr_decay", lr_decay_);
  check_not_negative("Adagrad", "weight_decay", weight_decay_);
  check_not_negative("Adagrad", "initial_accumulator_value", initial_accumulator_value_);
  check_not_negative("Adagrad", "eps", eps_);
}

Adagrad::Adagrad(TensorList parameters, const AdagradOptions& defaults)
    : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
              defaults) {}

Adagrad::Adagrad(std::vector<OptimizerParamGroup> groups, const AdagradOptions& defaults)
    : Optimizer("Adagrad", {"sum"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

double Adagrad::initial(const OptimizerOptions& options, size_t) const {
  return static_cast<const AdagradOptions&>(options).initial_accumulator_value();
}

void Adagrad::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const AdagradOptions&>(options);
  const double decay = 1 + static_cast<double>(batch.step - 1) * o.lr_decay();
  const kernels::AdagradStep step{o.lr() / decay, o.eps(), o.weight_decay(), o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::AdaptiveStep<decltype(zero)>>().adagrad(batch.size(),
                                                                     batch.segments.data(), step);
  });
}

}  // namespace reel::optim
