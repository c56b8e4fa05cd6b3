#pragma once

#include <cstdint>

namespace reel::kernels {

struct SgdStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first;  ///< the velocity starts as the gradient
};

struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  double correction1, correction2;  ///< 1 - beta^step
  bool decoupled;  ///< weight decay acts on the parameter (AdamW), not the gradient
  bool maximize;
};

/// Elements of the chunks that sum_of_squares adds up one at a time.
inline constexpr int64_t kSquaresChunk = 32768;

/// One pass over a parameter x of N elements, its gradient g and its state; docs/optim.md has the
/// formulas.
template <class T>
struct OptimizerStep {
  /// v is the velocity, null without momentum.
  void (*sgd)(int64_t N, SgdStep step, const T* g, T* x, T* v);
  /// m and v are the moments; v_max, the largest v so far, is null without amsgrad.
  void (*adam)(int64_t N, AdamStep step, const T* g, T* x, T* m, T* v, T* v_max);
  /// partial[c] = sum of the squares of chunk c.
  void (*sum_of_squares)(int64_t N, const T* g, double* partial);
};

}  // namespace reel::kernels
