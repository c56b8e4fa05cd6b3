#pragma once

#include <reel/optim/optimizer.h>

namespace reel::optim {

/// Options of Adagrad: `AdagradOptions(0.1).lr_decay(1e-3)`.
struct AdagradOptions : OptimizerOptions {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(double, lr_decay) = 0;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(double, initial_accumulator_value) = 0;
  REEL_ARG(double, eps) = 1e-10;
  REEL_ARG(bool, maximize) = false;
};

/// s += d^2 with d = g + weight_decay x; x -= lr / (1 + (step - 1) lr_decay) d / (sqrt(s) + eps), s
/// being initial_accumulator_value before the first step. docs/optim.md.
/// Source: Duchi, Hazan, Singer 2011, "Adaptive subgradient methods".
class Adagrad : public Optimizer {
 public:
  explicit Adagrad(TensorList parameters, const AdagradOptions& defaults = {});
  explicit Adagrad(std::vector<OptimizerParamGroup> groups, const AdagradOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  double initial(const OptimizerOptions& options, size_t buffer) const override;
};

}  // namespace reel::optim
