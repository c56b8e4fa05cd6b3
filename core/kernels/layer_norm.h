#pragma once

#include <cstdint>

namespace reel::kernels {

/// Layer normalization of N rows of D elements; the equation numbers are those of
/// docs/ops/layer_norm.md. Null w stands for ones, null b for zeros.
template <class T>
struct LayerNorm {
  /// Equations 1 to 3; mean and rstd (N).
  void (*forward)(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
                  T* rstd);
  /// Equations 4 to 6; null dx, dw or db is not wanted.
  void (*backward)(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
                   const T* rstd, T* dx, T* dw, T* db);
};

}  // namespace reel::kernels
