#pragma once

#include <cstdint>

namespace reel::kernels {

/// Layer normalisation of N rows of D elements; docs/ops/layer_norm.md has the equations.
template <class T>
struct LayerNorm {
  /// y = (x - mean) * rstd * w + b. Null w means ones, null b zeros.
  void (*forward)(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean, T* rstd);
  /// dx of each row.
  void (*backward_input)(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
                         const T* rstd, T* dx);
  /// dw and db, either null. `partial` is scratch of 2 * chunks(N) * D.
  void (*backward_affine)(int64_t N, int64_t D, const T* dy, const T* x, const T* mean, const T* rstd,
                          T* partial, T* dw, T* db);
};

}  // namespace reel::kernels
