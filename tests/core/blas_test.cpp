#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/core/blas.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/parallel.h>

#include <cmath>
#include <cstring>

using namespace reel;
using namespace reel::tests;

namespace {

struct Product {
  int64_t M, N, K;
  int64_t padding = 3;  // rows are so much longer in memory than the matrices
};

// The matrices of a product and, in double by plain loops, op(A) op(B).
template <class T>
struct Operands {
  Product p;
  Trans ta, tb;
  int64_t lda, ldb, ldc;
  Tensor a, b, bias;
  std::vector<double> sums;

  Operands(const Product& product, Trans trans_a, Trans trans_b)
      : p(product), ta(trans_a), tb(trans_b) {
    const bool at = ta == Trans::kYes, bt = tb == Trans::kYes;
    lda = (at ? p.M : p.K) + p.padding;
    ldb = (bt ? p.K : p.N) + p.padding;
    ldc = p.N + 2;
    // The last row ends where the matrix does: reading on is seen by the address sanitizer.
    a = memory(at ? p.K : p.M, at ? p.M : p.K, lda, 1);
    b = memory(bt ? p.N : p.K, bt ? p.K : p.N, ldb, 2);
    bias = uniform({p.N}, 4, -1, 1, dtype_of<T>);
    sums.resize(static_cast<size_t>(p.M * p.N));
    const T *pa = a.data_ptr<T>(), *pb = b.data_ptr<T>();
    for (int64_t i = 0; i < p.M; ++i)
      for (int64_t k = 0; k < p.K; ++k) {
        const double x = pa[at ? k * lda + i : i * lda + k];
        double* row = sums.data() + i * p.N;
        for (int64_t j = 0; j < p.N; ++j) row[j] += x * pb[bt ? j * ldb + k : k * ldb + j];
      }
  }

  static Tensor memory(int64_t rows, int64_t cols, int64_t ld, uint64_t seed) {
    const int64_t size = rows > 0 && cols > 0 ? (rows - 1) * ld + cols : 0;
    return uniform({size}, seed, -1, 1, dtype_of<T>);
  }

  // C as it was, with a row and columns around it that must be kept.
  Tensor target(T beta) const {
    const Tensor c = uniform({p.M + 1, ldc}, 3, -1, 1, dtype_of<T>);
    if (beta == T(0)) c.fill_(std::nan(""));  // must not be read
    return c;
  }

  Tensor run(T alpha, T beta, bool parallel, bool with_bias) const {
    const Tensor c = target(beta);
    (parallel ? parallel_gemm<T> : gemm<T>)(ta, tb, p.M, p.N, p.K, alpha, a.template data_ptr<T>(),
                                            lda, b.template data_ptr<T>(), ldb, beta,
                                            c.data_ptr<T>(), ldc,
                                            with_bias ? bias.template data_ptr<T>() : nullptr);
    return c;
  }

  int64_t wrong(const Tensor& c, T alpha, T beta, bool with_bias) const {
    const Tensor before = target(beta);
    const double tolerance = (sizeof(T) == 4 ? 1e-6 : 1e-15) * static_cast<double>(p.K + 8);
    int64_t count = 0;
    for (int64_t i = 0; i <= p.M; ++i)
      for (int64_t j = 0; j < ldc; ++j) {
        const T *got = c.data_ptr<T>() + i * ldc + j, *old = before.data_ptr<T>() + i * ldc + j;
        if (i >= p.M || j >= p.N) {
          count += std::memcmp(got, old, sizeof(T)) != 0;
          continue;
        }
        double wanted = static_cast<double>(alpha) * sums[static_cast<size_t>(i * p.N + j)];
        if (beta != T(0)) wanted += static_cast<double>(beta) * static_cast<double>(*old);
        if (with_bias) wanted += static_cast<double>(bias.template data_ptr<T>()[j]);
        count += !(std::fabs(static_cast<double>(*got) - wanted) <= tolerance);
      }
    return count;
  }
};

bool same_bits(const Tensor& x, const Tensor& y) {
  return std::memcmp(x.data_ptr(), y.data_ptr(), static_cast<size_t>(x.numel()) * x.itemsize()) ==
         0;
}

// At every level: the values, and the same bits on the calling thread and on 1, 2 and 3.
template <class T>
void check_form(const Operands<T>& o, T alpha, T beta, bool with_bias) {
  ExecutionScope scope;
  set_parallel_work(0);
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    INFO(o.p.M << " x " << o.p.N << " x " << o.p.K << ", transposed " << (o.ta == Trans::kYes)
               << " " << (o.tb == Trans::kYes) << ", alpha " << alpha << ", beta " << beta
               << ", bias " << with_bias << ", " << name_of(isa));
    const Tensor c = o.run(alpha, beta, false, with_bias);
    CHECK(o.wrong(c, alpha, beta, with_bias) == 0);
    for (int threads : {1, 2, 3}) {
      set_num_threads(threads);
      CHECK(same_bits(c, o.run(alpha, beta, true, with_bias)));
    }
  }
}

template <class T>
void check_product(const Product& p) {
  for (Trans ta : {Trans::kNo, Trans::kYes})
    for (Trans tb : {Trans::kNo, Trans::kYes}) {
      const Operands<T> o(p, ta, tb);
      check_form<T>(o, 1, 0, false);
      check_form<T>(o, 1, 0, true);
      check_form<T>(o, 1, 1, false);
      check_form<T>(o, 1.5, 0, false);
      check_form<T>(o, 1.5, 0.5, false);
    }
}

void check_both(const Product& p) {
  check_product<float>(p);
  check_product<double>(p);
}

}  // namespace

TEST_CASE("gemm: sizes around those of tiles and vectors", "[gemm]") {
  const int64_t sizes[] = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100};
  for (int64_t n : sizes) {
    check_both({n, 5, 6});
    check_both({3, n, 6});
    check_both({4, 9, n});
    check_both({n, n, 20});
    check_both({20, n, n});
  }
  check_both({33, 100, 33, 0});
}

TEST_CASE("gemm: vectors", "[gemm]") {
  for (int64_t padding : {0, 3})
    for (int64_t n : {1, 4, 16, 33, 100, 700}) {
      check_both({1, n, 40, padding});
      check_both({n, 1, 40, padding});
      check_both({1, 40, n, padding});
      check_both({40, 1, n, padding});
    }
  // A column of C that lies side by side.
  const Tensor a = uniform({50, 7}, 1), b = uniform({50}, 2), c = zeros({7}, kFloat64);
  gemm<double>(Trans::kYes, Trans::kNo, 7, 1, 50, 1, a.data_ptr<double>(), 7, b.data_ptr<double>(),
               1, 0, c.data_ptr<double>(), 1);
  CHECK((c - a.t().matmul(b.unsqueeze(1)).squeeze(1)).abs().max().item<double>() < 1e-13);
}

TEST_CASE("gemm: more than a block of each size", "[gemm]") {
  check_both({70, 130, 600});    // blocks of the depth
  check_both({12, 40, 700});     // few rows, in vectors along the depth
  check_both({40, 9, 700});      // few columns
  check_both({3, 800, 700});     // a large matrix read once
  check_both({20, 1600, 30});    // many panels: A^T is packed
  check_both({50, 2045, 9});     // rows a page apart: B is packed
  check_both({200, 61, 40, 1});  // rows that straddle cache lines
  check_both({520, 64, 40, 0});  // many rows: B is packed, A in several blocks
  check_both({60, 300, 520});    // B packed in several blocks
  check_both({520, 510, 3});     // rows first
  check_product<float>({150, 1100, 270});
}

TEST_CASE("gemm: small outputs of long products are shared by depth", "[gemm]") {
  check_both({20, 30, 2500});
  check_product<float>({17, 13, 9216});
  check_product<float>({64, 128, 4096});
}
