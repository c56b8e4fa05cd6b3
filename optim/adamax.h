#pragma once

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// Options of Adamax: `AdamaxOptions(2e-3).betas({0.9, 0.99})`.
struct AdamaxOptions : OptimizerOptions {
  using Betas = std::tuple<double, double>;
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(Betas, betas) = {0.9, 0.999};
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(bool, maximize) = false;
};

/// m = beta1 m + (1 - beta1) d with d = g + weight_decay x; u = max(beta2 u, |d| + eps);
/// x -= lr / (1 - beta1^step) m / u: Adam by the largest gradient in place of the mean square.
/// docs/optim.md. Source: Kingma, Ba 2014, arXiv 1412.6980.
class Adamax : public Optimizer {
 public:
  explicit Adamax(TensorList parameters, const AdamaxOptions& defaults = {});
  explicit Adamax(std::vector<OptimizerParamGroup> groups, const AdamaxOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
};

}  // namespace reel::optim
