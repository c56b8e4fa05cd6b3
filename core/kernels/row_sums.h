#pragma once
// Sums of short and long rows by explicit vectors. Included inside kernels only: everything here
// belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Four lanes from a vector of floats: its quarters added up.
[[gnu::always_inline]] inline FourOf<float>::type fold_to_four(const Vector<float>& v) {
#if defined(__AVX512F__)
  const Half<float> h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  const Vector<float>& h = v;
#endif
#if defined(__AVX__)
  return __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#else
  return h;
#endif
}

/// sum[r] = all lanes of v[r], added in an order that does not depend on r.
[[gnu::always_inline]] inline void add_lanes(const Vector<float> (&v)[4], float (&sum)[4]) {
  using Four = FourOf<float>::type;
  const Four a = fold_to_four(v[0]), b = fold_to_four(v[1]), c = fold_to_four(v[2]),
             d = fold_to_four(v[3]);
  const Four ab =
      __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd =
      __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
  put_lanes(sum, __builtin_shufflevector(ab, cd, 0, 1, 4, 5) +
                     __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
}
[[gnu::always_inline]] inline void add_lanes(const Vector<float> (&v)[1], float (&sum)[1]) {
  const FourOf<float>::type four = fold_to_four(v[0]);
  sum[0] = (four[0] + four[2]) + (four[1] + four[3]);
}
template <int kRows>
[[gnu::always_inline]] inline void add_lanes(const Vector<double> (&v)[kRows],
                                             double (&sum)[kRows]) {
  for (int r = 0; r < kRows; ++r) {
    sum[r] = 0;
    for (int l = 0; l < kWidth<double>; ++l) sum[r] += v[r][l];
  }
}

/// Lanes of the last vector of a row of D elements, which overlaps those before it: true for the
/// elements that these leave. A row shorter than a vector is padded to one.
template <class T>
struct LastLanes {
  using V = Vector<T>;
  explicit LastLanes(int64_t D) : from(D > kWidth<T> ? D - kWidth<T> : 0) {
    const int64_t left = D % kWidth<T>;
    T lane[kWidth<T>];
    for (int64_t l = 0; l < kWidth<T>; ++l)
      lane[l] = (D < kWidth<T> ? l < D : l >= kWidth<T> - left) ? T(1) : T(0);
    const V ones = lanes_at<V>(lane);
    counted = ones > V{};
    any = left != 0;
  }
  [[gnu::always_inline]] V of(const V& v) const { return counted ? v : V{}; }
  int64_t from;
  bool any;
  decltype(V{} > V{}) counted;
};

}  // namespace reel::kernels::REEL_ISA
