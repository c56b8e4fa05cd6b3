#pragma once

#include <reel/optim/optimizer.h>

#include <tuple>

namespace reel::optim {

/// Options of Lion: `LionOptions(1e-4).weight_decay(0.1)`.
struct LionOptions : OptimizerOptions {
  using Betas = std::tuple<double, double>;
  LionOptions(double lr = 1e-4) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(Betas, betas) = {0.9, 0.99};
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(bool, maximize) = false;
};

/// x = (1 - lr weight_decay) x - lr sign(beta1 m + (1 - beta1) g); m = beta2 m + (1 - beta2) g.
/// Every element moves by lr, so it wants a rate 3 to 10 times below AdamW's, and as much more
/// decay. docs/optim.md. Source: Chen et al. 2023, arXiv 2302.06675.
class Lion : public Optimizer {
 public:
  explicit Lion(TensorList parameters, const LionOptions& defaults = {});
  explicit Lion(std::vector<OptimizerParamGroup> groups, const LionOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
};

}  // namespace reel::optim
