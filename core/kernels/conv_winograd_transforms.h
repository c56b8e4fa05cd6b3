#pragma once
// The transforms of Winograd's algorithm along one dimension (docs/ops/conv.md), for the points 0,
// 1, -1, infinity and 0, sqrt(1/2), -sqrt(1/2), sqrt(2), -sqrt(2), infinity. With 0, +-1, +-2 in
// place of the roots errors are four times as large. Included inside kernels only: everything here
// belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

namespace reel::kernels::REEL_ISA {

using Floats = Vector<float>;
inline constexpr int64_t kLanes = kWidth<float>;

inline constexpr float kA = 0.70710678118654752F, kB = 1.41421356237309505F;

/// Points and taps of a dimension: one each where the kernel has one tap.
template <int M>
inline constexpr int kPointsOf = M == 1 ? 1 : M + 2;
template <int M>
inline constexpr int kTapsOf = M == 1 ? 1 : 3;

/// scalar: x = B^T x
template <int M>
[[gnu::always_inline]] inline void transform_pixels(Floats (&x)[kPointsOf<M>]) {
  if constexpr (M == 1) return;
  if constexpr (M == 2) {
    const Floats x1 = x[1];
    x[0] -= x[2];
    x[1] = x1 + x[2];
    x[2] -= x1;
    x[3] = x1 - x[3];
  } else if constexpr (M == 4) {
    const Floats even = x[4] - 2.0F * x[2], odd = kA * (x[3] - 2.0F * x[1]);
    const Floats even2 = x[4] - 0.5F * x[2], odd2 = kB * (x[3] - 0.5F * x[1]);
    x[0] += x[4] - 2.5F * x[2];
    x[5] += x[1] - 2.5F * x[3];
    x[1] = even + odd;
    x[2] = even - odd;
    x[3] = even2 + odd2;
    x[4] = even2 - odd2;
  }
}

/// scalar: u = G w
template <int M>
[[gnu::always_inline]] inline void transform_weights(const Floats (&w)[kTapsOf<M>],
                                                     Floats (&u)[kPointsOf<M>]) {
  u[0] = w[0];
  if constexpr (M > 1) u[M + 1] = w[2];
  if constexpr (M == 2) {
    const Floats even = 0.5F * (w[0] + w[2]), odd = 0.5F * w[1];
    u[1] = even + odd;
    u[2] = even - odd;
  } else if constexpr (M == 4) {
    const Floats even = -2.0F / 3 * w[0] - 1.0F / 3 * w[2], odd = -2.0F / 3 * kA * w[1];
    const Floats even2 = 1.0F / 6 * w[0] + 1.0F / 3 * w[2], odd2 = kB / 6 * w[1];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = even2 + odd2;
    u[4] = even2 - odd2;
  }
}

/// scalar: y = A^T m
template <int M>
[[gnu::always_inline]] inline void transform_products(const Floats (&m)[kPointsOf<M>],
                                                      Floats (&y)[M]) {
  y[0] = m[0];
  if constexpr (M == 1) return;
  const Floats sum = m[M > 1] + m[M > 1 ? 2 : 0], difference = m[M > 1] - m[M > 1 ? 2 : 0];
  if constexpr (M == 2) {
    y[0] = m[0] + sum;
    y[1] = difference - m[3];
  } else if constexpr (M == 4) {
    const Floats sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    y[0] = m[0] + sum + sum2;
    y[1] = kA * difference + kB * difference2;
    y[2] = 0.5F * sum + 2.0F * sum2;
    y[3] = 0.5F * kA * difference + 2.0F * kB * difference2 + m[5];
  }
}

/// scalar: e = A dy
template <int M>
[[gnu::always_inline]] inline void transform_grads(const Floats (&dy)[M],
                                                   Floats (&e)[kPointsOf<M>]) {
  e[0] = dy[0];
  if constexpr (M == 2) {
    e[1] = dy[0] + dy[1];
    e[2] = dy[0] - dy[1];
    e[3] = -dy[1];
  } else if constexpr (M == 4) {
    const Floats even = dy[0] + 0.5F * dy[2], odd = kA * (dy[1] + 0.5F * dy[3]);
    const Floats even2 = dy[0] + 2.0F * dy[2], odd2 = kB * (dy[1] + 2.0F * dy[3]);
    e[1] = even + odd;
    e[2] = even - odd;
    e[3] = even2 + odd2;
    e[4] = even2 - odd2;
    e[5] = dy[3];
  }
}

/// scalar: w = G^T s
template <int M>
[[gnu::always_inline]] inline void transform_sums(const Floats (&s)[kPointsOf<M>],
                                                  Floats (&w)[kTapsOf<M>]) {
  w[0] = s[0];
  if constexpr (M == 1) return;
  const Floats sum = s[M > 1] + s[M > 1 ? 2 : 0], difference = s[M > 1] - s[M > 1 ? 2 : 0];
  if constexpr (M == 2) {
    w[0] = s[0] + 0.5F * sum;
    w[1] = 0.5F * difference;
    w[2] = 0.5F * sum + s[3];
  } else if constexpr (M == 4) {
    const Floats sum2 = s[3] + s[4], difference2 = s[3] - s[4];
    w[0] = s[0] - 2.0F / 3 * sum + 1.0F / 6 * sum2;
    w[1] = -2.0F / 3 * kA * difference + kB / 6 * difference2;
    w[2] = s[5] - 1.0F / 3 * sum + 1.0F / 3 * sum2;
  }
}

}  // namespace reel::kernels::REEL_ISA
