#pragma once

#include <reel/optim/optimizer.h>

namespace reel::optim {

/// Options of SGD: `SGDOptions(0.1).momentum(0.9).nesterov(true)`.
struct SGDOptions : OptimizerOptions {
  SGDOptions(double lr = 1e-3) : lr_(lr) {}
  std::unique_ptr<OptimizerOptions> clone() const override;
  void check() const override;
  std::vector<std::pair<const char*, double*>> numbers() override;
  REEL_ARG(double, lr);
  REEL_ARG(double, momentum) = 0;
  REEL_ARG(double, dampening) = 0;
  REEL_ARG(double, weight_decay) = 0;
  REEL_ARG(bool, nesterov) = false;
  REEL_ARG(bool, maximize) = false;
};

/// Stochastic gradient descent: d = g + weight_decay x; v = momentum v + (1 - dampening) d, where
/// the first v is d; x -= lr v, or lr (d + momentum v) with Nesterov. docs/optim.md.
/// Source: Sutskever et al. 2013, "On the importance of initialization and momentum".
class SGD : public Optimizer {
 public:
  explicit SGD(TensorList parameters, const SGDOptions& defaults = {});
  explicit SGD(std::vector<OptimizerParamGroup> groups, const SGDOptions& defaults = {});

 protected:
  void update(const OptimizerOptions& options, const ParameterBatch& batch) override;
  bool uses(const OptimizerOptions& options, size_t buffer) const override;
};

}  // namespace reel::optim
