#pragma once

#include <cstdint>

namespace reel::kernels {

/// Softmax over D of x[n][d][s]; the equation numbers are those of docs/ops/softmax.md. Row n, s of
/// D elements has stride S.
template <class T>
struct Softmax {
  /// Equation 1.
  void (*forward)(int64_t N, int64_t D, int64_t S, const T* x, T* y);
  /// Equation 2.
  void (*log_forward)(int64_t N, int64_t D, int64_t S, const T* x, T* y);
  /// Equation 3.
  void (*backward)(int64_t N, int64_t D, int64_t S, const T* dy, const T* y, T* dx);
  /// Equation 4.
  void (*log_backward)(int64_t N, int64_t D, int64_t S, const T* dy, const T* y, T* dx);
};

}  // namespace reel::kernels
