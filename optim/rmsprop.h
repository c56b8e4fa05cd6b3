#pragma once

#include <reel/optim/optimizer.h>

namespace reel::optim {

/// Options of RMSprop: `RMSpropOptions(0.01).alpha(0.9).centered(true)`.
struct RMSpropOptions : OptimizerOptions {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(double, alpha) = 0.99;
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(double, momentum) = 0;
  REEL_ARG(bool, centered) = false;
  REEL_ARG(bool, maximize) = false;
};

/// s = alpha s + (1 - alpha) d^2 with d = g + weight_decay x; x -= lr d / (sqrt(s) + eps).
/// Centered, it takes the square of the mean of d from s under the root; with momentum, b =
/// momentum b + that quotient takes its place. docs/optim.md. Source: Tieleman, Hinton 2012,
/// "Lecture 6.5 - rmsprop"; centered: Graves 2013, arXiv 1308.0850.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(TensorList parameters, const RMSpropOptions& defaults = {});
  explicit RMSprop(std::vector<OptimizerParamGroup> groups, const RMSpropOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  bool uses(const OptimizerOptions& options, size_t buffer) const override;
};

}  // namespace reel::optim
