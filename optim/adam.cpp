#include <reel/core/kernels/kernels.h>
#include <reel/optim/adam.h>

#include <cmath>

namespace reel::optim {

namespace {

template <bool kDecoupled>
constexpr const char* kName = kDecoupled ? "AdamW" : "Adam";

}  // namespace

template <bool kDecoupled>
std::unique_ptr<OptimizerOptions> AdamOptionsOf<kDecoupled>::clone() const {
  return std::make_unique<AdamOptionsOf>(*this);
}

template <bool kDecoupled>
std::vector<std::pair<const char*, double*>> AdamOptionsOf<kDecoupled>::numbers() {
  return {{"lr", &lr_},
          {"beta1", &std::get<0>(betas_)},
          {"beta2", &std::get<1>(betas_)},
          {"eps", &eps_},
          {"weight_decay", &weight_decay_}};
}

template <bool kDecoupled>
void AdamOptionsOf<kDecoupled>::check() const {
  const char* name = kName<kDecoupled>;
  check_not_negative(name, "lr", lr_);
  check_betas(name, std::get<0>(betas_), std::get<1>(betas_));
  check_not_negative(name, "eps", eps_);
  check_not_negative(name, "weight_decay", weight_decay_);
}

template <bool kDecoupled>
AdamOf<kDecoupled>::AdamOf(TensorList parameters, const Options& defaults)
    : AdamOf(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(parameters))},
             defaults) {}

template <bool kDecoupled>
AdamOf<kDecoupled>::AdamOf(std::vector<OptimizerParamGroup> groups, const Options& defaults)
    : Optimizer(kName<kDecoupled>, {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}, defaults.clone()) {
  add_param_groups(std::move(groups));
}

template <bool kDecoupled>
bool AdamOf<kDecoupled>::uses(const OptimizerOptions& options, size_t buffer) const {
  return buffer < 2 || static_cast<const Options&>(options).amsgrad();
}

template <bool kDecoupled>
void AdamOf<kDecoupled>::update(const OptimizerOptions& options, const ParameterBatch& batch) {
  const auto& o = static_cast<const Options&>(options);
  const auto [beta1, beta2] = o.betas();
  const double steps = static_cast<double>(batch.step);
  const kernels::AdamStep step{.lr = o.lr(),
                               .beta1 = beta1,
                               .beta2 = beta2,
                               .eps = o.eps(),
                               .weight_decay = o.weight_decay(),
                               .correction1 = 1 - std::pow(beta1, steps),
                               .correction2 = 1 - std::pow(beta2, steps),
                               .decoupled = kDecoupled,
                               .amsgrad = o.amsgrad(),
                               .maximize = o.maximize()};
  visit_floating(batch.dtype, [&](auto zero) {
    kernels::active<kernels::OptimizerStep<decltype(zero)>>().adam(batch.size(),
                                                                   batch.segments.data(), step);
  });
}

template struct AdamOptionsOf<false>;
template struct AdamOptionsOf<true>;
template class AdamOf<false>;
template class AdamOf<true>;

}  // namespace reel::optim
