#pragma once

#include <cstdint>

namespace reel::kernels {

/// Losses of probabilities element by element; the equation numbers are those of
/// docs/ops/probability_loss.md. The gradient of element i is dy[i * step_dy] * scale; null w
/// stands for ones; dx and dt may be null.
template <class T>
struct ProbabilityLoss {
  /// Equation 1.
  void (*cross_entropy)(int64_t n, const T* x, const T* t, const T* w, T* y);
  /// Equations 2 and 3.
  void (*cross_entropy_backward)(int64_t n, const T* x, const T* t, const T* w, const T* dy,
                                 int64_t step_dy, T scale, T* dx, T* dt);
  /// Equation 4, of log probabilities t when log_target.
  void (*divergence)(bool log_target, int64_t n, const T* x, const T* t, T* y);
  /// Equations 5 and 6.
  void (*divergence_backward)(bool log_target, int64_t n, const T* x, const T* t, const T* dy,
                              int64_t step_dy, T scale, T* dx, T* dt);
};

}  // namespace reel::kernels
