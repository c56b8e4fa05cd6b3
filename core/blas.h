#pragma once
// Matrix products by OpenBLAS, held to one thread: the loops around it are ours, so two thread
// pools never fight and results do not depend on the number of threads.

#include <cstdint>

namespace reel {

enum class Trans : bool { kNo, kYes };

/// Row-major C[M,N] = alpha * op(A)[M,K] * op(B)[K,N] + beta * C, on the calling thread. The
/// leading dimensions are row lengths as stored. With beta = 0 C is not read.
template <class T>
void gemm(Trans trans_a, Trans trans_b, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
          int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc);

/// The same on several threads: rows of C in chunks that the problem's size alone decides.
template <class T>
void parallel_gemm(Trans trans_a, Trans trans_b, int64_t M, int64_t N, int64_t K, T alpha,
                   const T* A, int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc);

/// "OpenBLAS 0.3.21 ..."
const char* blas_description();

}  // namespace reel
