#pragma once

#include <cstdint>

namespace reel::kernels {

/// Losses of a difference d = x - t; `param` is beta of kSmoothL1 and delta of kHuber.
/// kMse: d^2. kL1: |d|. kSmoothL1: d^2 / (2 beta) below beta, |d| - beta / 2 above.
/// kHuber: d^2 / 2 below delta, delta (|d| - delta / 2) above.
enum class DifferenceLoss : uint8_t { kMse, kL1, kSmoothL1, kHuber };

/// Losses element by element; docs/ops/elementwise_loss.md has the equations. The gradient of
/// element i is dy[i * step_dy] * scale.
template <class T>
struct ElementwiseLoss {
  /// y = f(x - t)
  void (*difference)(DifferenceLoss f, int64_t n, T param, const T* x, const T* t, T* y);
  /// dx = dy f'(x - t); that of t is its negative.
  void (*difference_backward)(DifferenceLoss f, int64_t n, T param, const T* x, const T* t,
                              const T* dy, int64_t step_dy, T scale, T* dx);
  /// y = w (softplus(x) - t x) for pos_w = 1: the cross entropy of t against sigmoid(x). Null w and
  /// pos_w stand for ones.
  void (*logits)(int64_t n, const T* x, const T* t, const T* w, const T* pos_w, T* y);
  /// dx and dt, either null.
  void (*logits_backward)(int64_t n, const T* x, const T* t, const T* w, const T* pos_w,
                          const T* dy, int64_t step_dy, T scale, T* dx, T* dt);
};

}  // namespace reel::kernels
