#pragma once

#include <cstdint>

namespace reel::kernels {

/// Sizes of C[M,N] = op(A)[M,K] * op(B)[K,N], row-major; leading dimensions are row lengths as
/// stored.
struct GemmGeometry {
  bool trans_a, trans_b;
  int64_t M, N, K, lda, ldb, ldc;
};

template <class T>
struct Gemm {
  /// C = alpha * op(A) op(B) + beta * C, or op(A) op(B) + bias, a value a column, where bias is not
  /// null: alpha is then 1 and beta 0. With beta = 0 C is not read.
  void (*run)(const GemmGeometry& g, int64_t threads, T alpha, const T* A, const T* B, T beta,
              const T* bias, T* C);
};

}  // namespace reel::kernels
