#pragma once

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// Options of RAdam: `RAdamOptions(1e-3).decoupled_weight_decay(true)`.
struct RAdamOptions : OptimizerOptions {
  using Betas = std::tuple<double, double>;
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(Betas, betas) = {0.9, 0.999};
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(bool, decoupled_weight_decay) = false;
  REEL_ARG(bool, maximize) = false;
};

/// Adam whose second moment counts once enough steps have told it: with R = 2 / (1 - beta2) - 1 and
/// r = R - 2 step beta2^step / (1 - beta2^step), while r <= 5, x -= lr m / c1; then
/// x -= lr m / c1 sqrt((r - 4) (r - 2) R / ((R - 4) (R - 2) r)) sqrt(c2) / (sqrt(v) + eps).
/// Weight decay is Adam's, or AdamW's if decoupled. docs/optim.md.
/// Source: Liu et al. 2019, arXiv 1908.03265.
class RAdam : public Optimizer {
 public:
  explicit RAdam(TensorList parameters, const RAdamOptions& defaults = {});
  explicit RAdam(std::vector<OptimizerParamGroup> groups, const RAdamOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
};

}  // namespace reel::optim
