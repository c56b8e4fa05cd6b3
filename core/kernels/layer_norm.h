#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows are summed in this many chunks, whatever the number of threads.
inline int64_t layer_norm_chunks(int64_t N) { return N < 16 ? N : 16; }

/// Layer normalization of N rows of D elements; the equation numbers are those of
/// docs/ops/layer_norm.md. Null w stands for ones, null b for zeros.
template <class T>
struct LayerNorm {
  /// Equations 1 to 3; mean and rstd (N).
  void (*forward)(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
                  T* rstd);
  /// Equation 6.
  void (*backward_input)(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
                         const T* rstd, T* dx);
  /// Equations 4 and 5; `partial` is scratch of 2 * layer_norm_chunks(N) * D.
  void (*backward_affine)(int64_t N, int64_t D, const T* dy, const T* x, const T* mean,
                          const T* rstd, T* partial, T* dw, T* db);
};

}  // namespace reel::kernels
