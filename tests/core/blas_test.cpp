#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/core/blas.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/parallel.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

struct Product {
  int64_t M, N, K;
};

template <class T>
void check_product(const Product& p, Trans ta, Trans tb, T alpha, T beta, bool parallel) {
  // Rows are longer in memory than the matrices, so that leading dimensions matter.
  const int64_t lda = (ta == Trans::kYes ? p.M : p.K) + 3,
                ldb = (tb == Trans::kYes ? p.K : p.N) + 1;
  const int64_t ldc = p.N + 2;
  const Dtype dtype = dtype_of<T>;
  const Tensor a = uniform({(ta == Trans::kYes ? p.K : p.M) + 1, lda}, 1, -1, 1, dtype);
  const Tensor b = uniform({(tb == Trans::kYes ? p.N : p.K) + 1, ldb}, 2, -1, 1, dtype);
  const Tensor c = uniform({p.M + 1, ldc}, 3, -1, 1, dtype);
  if (beta == T(0)) c.select(0, 0).fill_(std::nan(""));  // must not be read
  const std::vector<double> before = c.to_vector();
  const auto product = parallel ? parallel_gemm<T> : gemm<T>;
  product(ta, tb, p.M, p.N, p.K, alpha, a.data_ptr<T>(), lda, b.data_ptr<T>(), ldb, beta,
          c.data_ptr<T>(), ldc);
  const std::vector<double> va = a.to_vector(), vb = b.to_vector(), vc = c.to_vector();
  const double tolerance = (dtype == kFloat32 ? 1e-6 : 1e-15) * static_cast<double>(p.K + 8);
  int64_t wrong = 0;
  for (int64_t i = 0; i <= p.M; ++i)
    for (int64_t j = 0; j < ldc; ++j) {
      const auto at = static_cast<size_t>(i * ldc + j);
      if (i >= p.M || j >= p.N) {
        const bool kept = vc[at] == before[at] || (std::isnan(vc[at]) && std::isnan(before[at]));
        wrong += !kept;
        continue;
      }
      double sum = 0;
      for (int64_t k = 0; k < p.K; ++k)
        sum += va[static_cast<size_t>(ta == Trans::kYes ? k * lda + i : i * lda + k)] *
               vb[static_cast<size_t>(tb == Trans::kYes ? j * ldb + k : k * ldb + j)];
      const double old = beta == T(0) ? 0 : static_cast<double>(beta) * before[at];
      const double wanted = static_cast<double>(alpha) * sum + old;
      wrong += !(std::fabs(vc[at] - wanted) <= tolerance);
    }
  INFO(p.M << " x " << p.N << " x " << p.K << ", transposed " << (ta == Trans::kYes) << " "
           << (tb == Trans::kYes) << ", beta " << beta << ", " << name_of(active_isa()));
  CHECK(wrong == 0);
}

template <class T>
void check_all_forms(const Product& p, bool parallel = false) {
  for (Trans ta : {Trans::kNo, Trans::kYes})
    for (Trans tb : {Trans::kNo, Trans::kYes})
      for (T beta : {T(0), T(1), T(0.5)}) check_product<T>(p, ta, tb, T(1.5), beta, parallel);
}

}  // namespace

TEST_CASE("gemm: small products, vectors and BLAS agree with plain loops at every level",
          "[gemm]") {
  ExecutionScope scope;
  std::vector<Product> products = {{1, 1, 1},    {2, 3, 0},     {1, 5, 0},    {0, 4, 3},
                                   {3, 0, 4},    {16, 16, 16},  {32, 32, 32}, {5, 20, 300},
                                   {1, 100, 33}, {70, 1, 40},   {33, 33, 33}, {64, 10, 128},
                                   {1, 64, 700}, {130, 100, 70}};
  for (int64_t n : {7, 8, 9, 15, 17, 31}) {
    products.push_back({n, 5, 6});
    products.push_back({3, n, 6});
    products.push_back({4, 9, n});
    products.push_back({1, n, 20});
  }
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Product& p : products) {
      check_all_forms<float>(p);
      check_all_forms<double>(p);
    }
  }
}

TEST_CASE("gemm: parallel products", "[gemm]") {
  ExecutionScope scope;
  set_parallel_work(0);
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    for (const Product& p : {Product{200, 40, 50}, Product{30, 300, 40}, Product{1, 3000, 40}})
      check_all_forms<float>(p, true);
  }
}
