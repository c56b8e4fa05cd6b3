#pragma once

#include <cstdint>

namespace reel::kernels {

/// Row-major C[M,N] = alpha * op(A)[M,K] * op(B)[K,N] + beta * C on the calling thread, for
/// products so small that a BLAS call costs more than they do. With beta = 0 C is not read.
template <class T>
struct SmallGemm {
  /// Any shape; efficient while op(B) fits the second-level cache.
  void (*matrix)(bool trans_a, bool trans_b, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
                 int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc);
  /// c[j * step_c] for M = 1: a[k * step_a] times op(B)[K,N], of any size.
  void (*vector)(bool trans_b, int64_t N, int64_t K, T alpha, const T* a, int64_t step_a,
                 const T* B, int64_t ldb, T beta, T* c, int64_t step_c);
};

}  // namespace reel::kernels
