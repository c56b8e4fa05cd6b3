#pragma once
// Steps of the optimizers that give each element a rate of its own, and of Lion.

#include <reel/core/segment.h>

#include <cstdint>

namespace reel::kernels {

struct RmspropStep {
  double lr, alpha, eps, weight_decay, momentum;
  bool centered, maximize;
};

struct AdagradStep {
  double lr, eps, weight_decay;  ///< lr as it has decayed by now
  bool maximize;
};

struct AdadeltaStep {
  double lr, rho, eps, weight_decay;
  bool maximize;
};

struct AdamaxStep {
  double lr, beta1, beta2, eps, weight_decay;  ///< lr over 1 - beta1^step
  bool maximize;
};

struct NadamStep {
  double lr, beta1, beta2, eps, weight_decay;
  double correction2;            ///< 1 - beta2^step
  double rate_gradient, rate_m;  ///< what the gradient and m are multiplied by
  bool decoupled, maximize;
};

struct RadamStep {
  double lr, beta1, beta2, eps, weight_decay;
  double rate;     ///< what m is multiplied by, all but the division by the root of v
  bool rectified;  ///< whether it is divided by that
  bool decoupled, maximize;
};

struct LionStep {
  double lr, beta1, beta2, weight_decay;
  bool maximize;
};

/// One pass each over `count` parameters of type T, as OptimizerStep; docs/optim.md has the
/// formulas. Buffers are in the order named here; those not in use are null.
template <class T>
struct AdaptiveStep {
  /// square_avg, momentum_buffer (with momentum), grad_avg (if centered)
  void (*rmsprop)(int64_t count, const Segment* segments, RmspropStep step);
  /// sum
  void (*adagrad)(int64_t count, const Segment* segments, AdagradStep step);
  /// square_avg, acc_delta
  void (*adadelta)(int64_t count, const Segment* segments, AdadeltaStep step);
  /// exp_avg, exp_inf
  void (*adamax)(int64_t count, const Segment* segments, AdamaxStep step);
  /// exp_avg, exp_avg_sq
  void (*nadam)(int64_t count, const Segment* segments, NadamStep step);
  /// exp_avg, exp_avg_sq
  void (*radam)(int64_t count, const Segment* segments, RadamStep step);
  /// exp_avg
  void (*lion)(int64_t count, const Segment* segments, LionStep step);
};

}  // namespace reel::kernels
