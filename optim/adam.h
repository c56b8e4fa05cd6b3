#pragma once
// Adam and AdamW, which differ in what weight decay acts on.

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// Options of Adam and AdamW: `AdamOptions(1e-3).betas({0.9, 0.99})`.
template <bool kDecoupled>
struct AdamOptionsOf : OptimizerOptions {
  using Betas = std::tuple<double, double>;
  AdamOptionsOf(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(Betas, betas) = {0.9, 0.999};
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(double, weight_decay) = kDecoupled ? 1e-2 : 0;
  REEL_ARG(bool, amsgrad) = false;
  REEL_ARG(bool, maximize) = false;
};

/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; with c_i = 1 - beta_i^step,
/// x -= lr (m / c1) / (sqrt(v / c2) + eps). amsgrad puts the largest v so far in its place.
/// Adam adds weight_decay x to g; AdamW takes lr weight_decay x from x instead. docs/optim.md.
/// Source: Kingma, Ba 2014, arXiv 1412.6980; Loshchilov, Hutter 2017, arXiv 1711.05101.
template <bool kDecoupled>
class AdamOf : public Optimizer {
 public:
  using Options = AdamOptionsOf<kDecoupled>;
  explicit AdamOf(TensorList parameters, const Options& defaults = {});
  explicit AdamOf(std::vector<OptimizerParamGroup> groups, const Options& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  bool uses(const OptimizerOptions& options, size_t buffer) const override;
};

extern template struct AdamOptionsOf<false>;
extern template struct AdamOptionsOf<true>;
extern template class AdamOf<false>;
extern template class AdamOf<true>;

using AdamOptions = AdamOptionsOf<false>;
using AdamWOptions = AdamOptionsOf<true>;
using Adam = AdamOf<false>;
using AdamW = AdamOf<true>;

}  // namespace reel::optim
