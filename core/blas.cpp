#include <reel/core/blas.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>
#include <reel/core/work.h>

#include <utility>

namespace reel {

namespace {

using kernels::GemmGeometry;

// Vectors as the kernel is fastest with them: a column that lies side by side is a row, and A^T
// times a column is a row times A.
template <class T>
void arrange_vectors(GemmGeometry& g, const T*& A, const T*& B, const T* bias) {
  if (g.N == 1 && g.trans_a && g.ldc == 1 && !bias) {
    g = {!g.trans_b, false, 1, g.M, g.K, g.ldb, g.lda, g.M};
    std::swap(A, B);
  }
  if (g.M == 1 && g.trans_a && g.lda == 1) {
    g.trans_a = false;
    g.lda = g.K;
  }
  if (g.N == 1 && !g.trans_b && g.ldb == 1) {
    g.trans_b = true;
    g.ldb = g.K;
  }
}

template <class T>
void product(int64_t threads, GemmGeometry g, T alpha, const T* A, const T* B, T beta, T* C,
             const T* bias) {
  if (g.M == 0 || g.N == 0) return;
  arrange_vectors(g, A, B, bias);
  kernels::active<kernels::Gemm<T>>().run(g, threads, alpha, A, B, beta, bias, C);
}

}  // namespace

template <class T>
void gemm(Trans ta, Trans tb, int64_t M, int64_t N, int64_t K, T alpha, const T* A, int64_t lda,
          const T* B, int64_t ldb, T beta, T* C, int64_t ldc, const T* bias) {
  product(1, {ta == Trans::kYes, tb == Trans::kYes, M, N, K, lda, ldb, ldc}, alpha, A, B, beta, C,
          bias);
}

template <class T>
void parallel_gemm(Trans ta, Trans tb, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
                   int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc, const T* bias) {
  count_multiply_adds(M * N * K);
  product(num_threads(), {ta == Trans::kYes, tb == Trans::kYes, M, N, K, lda, ldb, ldc}, alpha, A,
          B, beta, C, bias);
}

#define REEL_INSTANTIATE(T)                                                                   \
  template void gemm(Trans, Trans, int64_t, int64_t, int64_t, T, const T*, int64_t, const T*, \
                     int64_t, T, T*, int64_t, const T*);                                      \
  template void parallel_gemm(Trans, Trans, int64_t, int64_t, int64_t, T, const T*, int64_t,  \
                              const T*, int64_t, T, T*, int64_t, const T*);
REEL_INSTANTIATE(float)
REEL_INSTANTIATE(double)
#undef REEL_INSTANTIATE

}  // namespace reel
