#pragma once
// Matrix products, by the kernel in kernels/gemm.cpp.

#include <cstdint>

namespace reel {

enum class Trans : bool { kNo, kYes };

/// Row-major C[M,N] = alpha * op(A)[M,K] * op(B)[K,N] + beta * C, on the calling thread. The
/// leading dimensions are row lengths as stored. With beta = 0 C is not read. A bias, one value a
/// column, is added to every row; it needs alpha = 1 and beta = 0.
template <class T>
void gemm(Trans trans_a, Trans trans_b, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
          int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc, const T* bias = nullptr);

/// The same on several threads, with the same bits, and counted as work (core/work.h).
template <class T>
void parallel_gemm(Trans trans_a, Trans trans_b, int64_t M, int64_t N, int64_t K, T alpha,
                   const T* A, int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc,
                   const T* bias = nullptr);

}  // namespace reel
