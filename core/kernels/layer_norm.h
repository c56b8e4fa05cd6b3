#pragma once

#include <cstdint>

namespace reel::kernels {

/// Rows of which backward adds up the weight's gradient: at most 32 chunks, of 8 rows or some 8192
/// elements or more, whatever the number of threads.
inline int64_t layer_norm_chunks(int64_t N, int64_t D) {
  const int64_t by_work = N * D / 8192, by_rows = N / 8,
                chunks = by_work < by_rows ? by_work : by_rows;
  return chunks < 1 ? 1 : chunks < 32 ? chunks : 32;
}

/// Scratch of backward, in units of double: of each chunk two sums an element, and two chains in T.
/// Rows are padded to a vector at least.
inline int64_t layer_norm_scratch(int64_t N, int64_t D) {
  return layer_norm_chunks(N, D) * 4 * (D < 16 ? 16 : D);
}

/// Layer normalization of N rows of D elements; the equation numbers are those of
/// docs/ops/layer_norm.md. Null w stands for ones, null b for zeros.
template <class T>
struct LayerNorm {
  /// Equations 1 to 3; mean and rstd (N).
  void (*forward)(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
                  T* rstd);
  /// Equations 4 to 6; null dx, dw or db is not wanted, and `scratch` of layer_norm_scratch(N, D)
  /// is for dw and db.
  void (*backward)(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
                   const T* rstd, double* scratch, T* dx, T* dw, T* db);
};

}  // namespace reel::kernels
