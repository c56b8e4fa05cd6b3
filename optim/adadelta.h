#pragma once

#include <reel/optim/optimizer.h>

namespace reel::optim {

/// Options of Adadelta: `AdadeltaOptions(0.5).rho(0.95)`.
struct AdadeltaOptions : OptimizerOptions {
  AdadeltaOptions(double lr = 1) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(double, rho) = 0.9;
  REEL_ARG(double, eps) = 1e-6;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(bool, maximize) = false;
};

/// s = rho s + (1 - rho) d^2 with d = g + weight_decay x; c = sqrt(u + eps) / sqrt(s + eps) d;
/// u = rho u + (1 - rho) c^2; x -= lr c. docs/optim.md.
/// Source: Zeiler 2012, arXiv 1212.5701.
class Adadelta : public Optimizer {
 public:
  explicit Adadelta(TensorList parameters, const AdadeltaOptions& defaults = {});
  explicit Adadelta(std::vector<OptimizerParamGroup> groups, const AdadeltaOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
};

}  // namespace reel::optim
