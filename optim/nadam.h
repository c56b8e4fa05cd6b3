#pragma once

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// Options of NAdam: `NAdamOptions(2e-3).momentum_decay(0.01)`.
struct NAdamOptions : OptimizerOptions {
  using Betas = std::tuple<double, double>;
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(Betas, betas) = {0.9, 0.999};
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(double, momentum_decay) = 4e-3;
  REEL_ARG(bool, decoupled_weight_decay) = false;
  REEL_ARG(bool, maximize) = false;
};

/// Adam with Nesterov's momentum: with mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), P_t the
/// product of mu_1 to mu_t, and v as in Adam, x -= lr ((1 - mu_t) / (1 - P_t) g + mu_(t+1) / (1 -
/// P_(t+1)) m) / (sqrt(v / c2) + eps). Weight decay is Adam's, or AdamW's if decoupled.
/// docs/optim.md. Source: Dozat 2016, "Incorporating Nesterov momentum into Adam".
class NAdam : public Optimizer {
 public:
  explicit NAdam(TensorList parameters, const NAdamOptions& defaults = {});
  explicit NAdam(std::vector<OptimizerParamGroup> groups, const NAdamOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  double factor(const OptimizerOptions& options, int64_t step) const override;
};

}  // namespace reel::optim
