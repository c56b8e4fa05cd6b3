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
  const auto [beta1, beta2] = betas_;
  REEL_CHECK(lr_ >= 0, name, ": lr is ", lr_, "; it must be at least 0.");
  REEL_CHECK(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, name, ": betas are ", beta1, ", ",
             beta2, "; they must be at least 0 and below 1.");
  REEL_CHECK(eps_ >= 0, name, ": eps is ", eps_, "; it must be at least 0.");
  REEL_CHECK(weight_decay_ >= 0, name, ": weight_decay is ", weight_decay_,
             "; it must be at least 0.");
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
bool AdamOf<kDecoupled>::accepts(const OptimizerOptions& options) const {
  return dynamic_cast<const Options*>(&options) != nullptr;
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
