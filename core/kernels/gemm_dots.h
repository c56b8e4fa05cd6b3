#pragma once
// Products of rows with rows, A times B^T without copies: vectors lie along the depth. Included
// inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/gemm_pack.h>

namespace reel::kernels::REEL_ISA {

/// Rows of A and of B that share their loads.
inline constexpr int kDotRows = kVectorBytes == 64 ? 4 : 2, kDotColumns = 4;

template <int kFirst, class V, int... kLane>
[[gnu::always_inline]] inline auto lanes_from(const V& v, Lanes<kLane...>) {
  return __builtin_shufflevector(v, v, (kFirst + kLane)...);
}
/// The sum of the pieces of v.
template <class T, int kLanes, class V>
[[gnu::always_inline]] inline Piece<T> add_pieces(const V& v) {
  if constexpr (kLanes == kPieceLanes<T>) {
    return v;
  } else {
    constexpr LanesTo<kLanes / 2> half;
    return add_pieces<T, kLanes / 2>(lanes_from<0>(v, half) + lanes_from<kLanes / 2>(v, half));
  }
}
/// sums[s] = the sum of the lanes of v[s].
template <class T>
[[gnu::always_inline]] inline void add_lanes(const Vector<T> (&v)[kDotColumns], T* sums) {
  constexpr LanesTo<kWidth<T>> all;
  const Vector<T> ab = interleave<T, false>(v[0], v[1], all) + interleave<T, true>(v[0], v[1], all);
  const Vector<T> cd = interleave<T, false>(v[2], v[3], all) + interleave<T, true>(v[2], v[3], all);
  if constexpr (kPieceLanes<T> == 2) {
    put_lanes(sums, add_pieces<T, kWidth<T>>(ab));
    put_lanes(sums + 2, add_pieces<T, kWidth<T>>(cd));
  } else {
    put_lanes(sums, add_pieces<T, kWidth<T>>(join_halves<T, false>(ab, cd, all) +
                                             join_halves<T, true>(ab, cd, all)));
  }
}

/// The first n elements, zeros beyond.
template <class T>
[[gnu::noinline]] Vector<T> load_part(int64_t n, const T* p) {
  T part[kWidth<T>] = {};
  copy_part(n, p, part);
  return lanes_at<Vector<T>>(part);
}

/// kRows rows by `columns` columns of C, of rows of A and of B.
// scalar: c[r][s] = alpha * (bias[s] + sum over k of a[r][k] * b[s][k]) + beta * c[r][s]
template <class T, int kRows>
[[gnu::noinline]] void dots(int64_t columns, int64_t K, const T* a, int64_t lda, const T* b,
                            int64_t ldb, const Epilogue<T>& e, T* c, int64_t ldc) {
  constexpr int W = kWidth<T>, S = kDotColumns;
  // Beyond the last column, the last again; it is not stored.
  const T* b1 = columns > 1 ? b + ldb : b;
  const T* b2 = columns > 2 ? b1 + ldb : b1;
  const T* b3 = columns > 3 ? b2 + ldb : b2;
  Vector<T> sum[kRows][S] = {};
  const auto add_step = [&](auto at) __attribute__((always_inline)) {
    Vector<T> bv[S] = {at(b), at(b1), at(b2), at(b3)};
    if constexpr (kRows > 1)
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) hold(bv[s]);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Vector<T> av = at(a + r * lda);
#pragma GCC unroll 4
      for (int s = 0; s < S; ++s) sum[r][s] += av * bv[s];
    }
  };
  int64_t k = 0;
  for (; k + W <= K; k += W)
    add_step([k](const T* p) __attribute__((always_inline)) { return lanes_at<Vector<T>>(p + k); });
  if (k < K) add_step([k, K](const T* p) { return load_part(K - k, p + k); });
  T bias[S] = {}, y[S];
  if (e.bias) std::memcpy(bias, e.bias, static_cast<size_t>(columns) * sizeof(T));
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r, c += ldc) {
    add_lanes<T>(sum[r], y);
    for (int s = 0; s < S; ++s) y[s] = e.alpha * (y[s] + bias[s]);
    if (columns == S) {
      if (e.beta != T(0))
        for (int s = 0; s < S; ++s) y[s] += e.beta * c[s];
      std::memcpy(c, y, sizeof y);
    } else {
      for (int64_t s = 0; s < columns; ++s) c[s] = e.beta == T(0) ? y[s] : y[s] + e.beta * c[s];
    }
  }
}

template <class T>
inline void dots(int64_t rows, int64_t columns, int64_t K, const T* a, int64_t lda, const T* b,
                 int64_t ldb, const Epilogue<T>& e, T* c, int64_t ldc) {
  if constexpr (kDotRows == 4) {
    if (rows == 4) return dots<T, 4>(columns, K, a, lda, b, ldb, e, c, ldc);
    if (rows == 3) return dots<T, 3>(columns, K, a, lda, b, ldb, e, c, ldc);
  }
  if (rows == 2) return dots<T, 2>(columns, K, a, lda, b, ldb, e, c, ldc);
  return dots<T, 1>(columns, K, a, lda, b, ldb, e, c, ldc);
}

}  // namespace reel::kernels::REEL_ISA
