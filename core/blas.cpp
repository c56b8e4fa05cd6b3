#include <reel/core/blas.h>
#include <reel/core/error.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/parallel.h>

#include <cblas.h>

#include <algorithm>
#include <climits>

// Comes with an OpenBLAS that is built on OpenMP; null with others.
extern "C" {
[[gnu::weak]] int omp_get_max_threads();
[[gnu::weak]] void omp_set_num_threads(int n);
}

namespace reel {

namespace {

constexpr int kOpenMpBuild = 2;  // openblas_get_parallel(): 0 serial, 1 pthreads, 2 OpenMP

// One OpenBLAS thread, once for the process (pthreads), or for this scope (OpenMP builds follow the
// calling thread's OpenMP setting at every call and ignore their own).
class OneBlasThread {
 public:
  OneBlasThread() {
    static const bool openmp_build = [] {
      openblas_set_num_threads(1);
      return openblas_get_parallel() == kOpenMpBuild && omp_get_max_threads && omp_set_num_threads;
    }();
    if (openmp_build) {
      saved_ = omp_get_max_threads();
      if (saved_ != 1) omp_set_num_threads(1);
    }
  }
  ~OneBlasThread() {
    if (saved_ > 1) omp_set_num_threads(saved_);
  }

 private:
  int saved_ = 1;
};

CBLAS_TRANSPOSE transposed(Trans t) { return t == Trans::kYes ? CblasTrans : CblasNoTrans; }

blasint to_blasint(int64_t v) {
  REEL_CHECK(v <= INT_MAX, "gemm: a dimension of ", v, "; OpenBLAS takes at most ", INT_MAX, ".");
  return static_cast<blasint>(v);
}

// Up to this many multiply-adds a call to BLAS costs more than the product.
constexpr int64_t kSmallProduct = 32 * 32 * 32;

// Products that our own kernels do faster: vectors of any size, and small matrices.
template <class T>
bool small_gemm(Trans ta, Trans tb, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
                int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc) {
  const auto& kernels = kernels::active<kernels::SmallGemm<T>>();
  const bool trans_a = ta == Trans::kYes, trans_b = tb == Trans::kYes;
  if (M == 1)
    kernels.vector(trans_b, N, K, alpha, A, trans_a ? lda : 1, B, ldb, beta, C, 1);
  else if (N == 1)  // C^T = B^T A^T
    kernels.vector(!trans_a, M, K, alpha, B, trans_b ? 1 : ldb, A, lda, beta, C, ldc);
  else if (M * N <= kSmallProduct && M * N * K <= kSmallProduct)
    kernels.matrix(trans_a, trans_b, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
  else
    return false;
  return true;
}

}  // namespace

template <class T>
void gemm(Trans ta, Trans tb, int64_t M, int64_t N, int64_t K, T alpha, const T* A, int64_t lda,
          const T* B, int64_t ldb, T beta, T* C, int64_t ldc) {
  if (M == 0 || N == 0) return;
  FlushDenormals flush;
  if (small_gemm(ta, tb, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc)) return;
  OneBlasThread one;
  const blasint m = to_blasint(M), n = to_blasint(N), k = to_blasint(K);
  // A leading dimension must be at least 1 even where it is never stepped over.
  const blasint la = to_blasint(std::max<int64_t>(lda, 1)),
                lb = to_blasint(std::max<int64_t>(ldb, 1)),
                lc = to_blasint(std::max<int64_t>(ldc, 1));
  if constexpr (sizeof(T) == 4)
    cblas_sgemm(CblasRowMajor, transposed(ta), transposed(tb), m, n, k, alpha, A, la, B, lb, beta,
                C, lc);
  else
    cblas_dgemm(CblasRowMajor, transposed(ta), transposed(tb), m, n, k, alpha, A, la, B, lb, beta,
                C, lc);
}

template <class T>
void parallel_gemm(Trans ta, Trans tb, int64_t M, int64_t N, int64_t K, T alpha, const T* A,
                   int64_t lda, const T* B, int64_t ldb, T beta, T* C, int64_t ldc) {
  if (M == 0 || N == 0) return;
  const int64_t work =
      M * N * std::max<int64_t>(K, 1) / 8;  // a vector multiply-add is about one unit
  // Chunks of rows: of the longer side, few enough that packing the other operand again stays
  // cheap.
  const bool by_rows = M >= N;
  const int64_t length = by_rows ? M : N;
  const int64_t chunks = std::clamp<int64_t>(std::min(length / 32, work / kParallelWork), 1, 8);
  parallel_for(chunks, chunks > 1 ? work : 0, [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) {
      const int64_t first = length * c / chunks, size = length * (c + 1) / chunks - first;
      if (by_rows)
        gemm(ta, tb, size, N, K, alpha, A + (ta == Trans::kYes ? first : first * lda), lda, B, ldb,
             beta, C + first * ldc, ldc);
      else
        gemm(ta, tb, M, size, K, alpha, A, lda, B + (tb == Trans::kYes ? first * ldb : first), ldb,
             beta, C + first, ldc);
    }
  });
}

const char* blas_description() { return openblas_get_config(); }

#define REEL_INSTANTIATE(T)                                                                   \
  template void gemm(Trans, Trans, int64_t, int64_t, int64_t, T, const T*, int64_t, const T*, \
                     int64_t, T, T*, int64_t);                                                \
  template void parallel_gemm(Trans, Trans, int64_t, int64_t, int64_t, T, const T*, int64_t,  \
                              const T*, int64_t, T, T*, int64_t);
REEL_INSTANTIATE(float)
REEL_INSTANTIATE(double)
#undef REEL_INSTANTIATE

}  // namespace reel
