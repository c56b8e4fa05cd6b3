#pragma once
// Winograd's algorithm along one dimension (docs/ops/conv.md): how many pixels a tile has and
// reads, at how many points, and the transforms. With the points 0, +-1, +-2 in place of roots of 2
// and 1/2 errors are four times as large. Included inside kernels only: everything here belongs to
// the level that compiles it.

#include <reel/core/kernels/vectors.h>

namespace reel::kernels::REEL_ISA {

using Floats = Vector<float>;
inline constexpr int64_t kLanes = kWidth<float>;

inline constexpr float kA = 0.70710678118654752F, kB = 1.41421356237309505F;

/// Stride 1: M pixels of the target from M + 2 of the source, at the points 0, 1, -1, infinity or
/// 0, sqrt(1/2), -sqrt(1/2), sqrt(2), -sqrt(2), infinity. M = 1 is a dimension of one tap.
template <int M>
struct Line {
  static constexpr int kTarget = M, kSource = M == 1 ? 1 : M + 2;
  static constexpr int kPoints = kSource, kWeights = kPoints, kSums = kPoints;
  static constexpr int kTaps = M == 1 ? 1 : 3;
  static constexpr int sum_of(int point) { return point; }
  /// The source pixel that a tile reads first, but for padding.
  static constexpr int64_t source_at(int64_t target) { return target; }
  static constexpr int64_t pad_of_grad(int64_t pad) { return kTaps - 1 - pad; }

  /// scalar: v = B^T x
  [[gnu::always_inline]] static void pixels(const Floats (&x)[kSource], Floats (&v)[kPoints]) {
    if constexpr (M == 1) {
      v[0] = x[0];
    } else if constexpr (M == 2) {
      v[0] = x[0] - x[2];
      v[1] = x[1] + x[2];
      v[2] = x[2] - x[1];
      v[3] = x[1] - x[3];
    } else {
      const Floats even = x[4] - 2.0F * x[2], odd = kA * (x[3] - 2.0F * x[1]);
      const Floats even2 = x[4] - 0.5F * x[2], odd2 = kB * (x[3] - 0.5F * x[1]);
      v[0] = x[0] + x[4] - 2.5F * x[2];
      v[5] = x[5] + x[1] - 2.5F * x[3];
      v[1] = even + odd;
      v[2] = even - odd;
      v[3] = even2 + odd2;
      v[4] = even2 - odd2;
    }
  }

  /// scalar: u = G w
  [[gnu::always_inline]] static void weights(const Floats (&w)[kTaps], Floats (&u)[kWeights]) {
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
  [[gnu::always_inline]] static void products(const Floats (&m)[kSums], Floats (&y)[M]) {
    if constexpr (M == 1) {
      y[0] = m[0];
    } else {
      const Floats sum = m[1] + m[2], difference = m[1] - m[2];
      if constexpr (M == 2) {
        y[0] = m[0] + sum;
        y[1] = difference - m[3];
      } else {
        const Floats sum2 = m[3] + m[4], difference2 = m[3] - m[4];
        y[0] = m[0] + sum + sum2;
        y[1] = kA * difference + kB * difference2;
        y[2] = 0.5F * sum + 2.0F * sum2;
        y[3] = 0.5F * kA * difference + 2.0F * kB * difference2 + m[5];
      }
    }
  }

  /// scalar: e = A dy
  [[gnu::always_inline]] static void grads(const Floats (&dy)[M], Floats (&e)[kSums]) {
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
  [[gnu::always_inline]] static void sums(const Floats (&s)[kWeights], Floats (&w)[kTaps]) {
    w[0] = s[0];
    if constexpr (M > 1) {
      const Floats sum = s[1] + s[2], difference = s[1] - s[2];
      if constexpr (M == 2) {
        w[0] = s[0] + 0.5F * sum;
        w[1] = 0.5F * difference;
        w[2] = 0.5F * sum + s[3];
      } else {
        const Floats sum2 = s[3] + s[4], difference2 = s[3] - s[4];
        w[0] = s[0] - 2.0F / 3 * sum + 1.0F / 6 * sum2;
        w[1] = -2.0F / 3 * kA * difference + kB / 6 * difference2;
        w[2] = s[5] - 1.0F / 3 * sum + 1.0F / 3 * sum2;
      }
    }
  }
};

/// Stride 2: the outer taps meet every other pixel, as a kernel of two taps of stride 1 would, at
/// the points 0, 1 and infinity; the inner one meets the two pixels between as they are.
struct StridedPoints {
  static constexpr int kPoints = 5, kWeights = 4, kTaps = 3;

  /// scalar: u = G w
  [[gnu::always_inline]] static void weights(const Floats (&w)[kTaps], Floats (&u)[kWeights]) {
    u[0] = w[0];
    u[1] = w[0] + w[2];
    u[2] = w[2];
    u[3] = w[1];
  }
  /// scalar: w = G^T s
  [[gnu::always_inline]] static void sums(const Floats (&s)[kWeights], Floats (&w)[kTaps]) {
    w[0] = s[0] + s[1];
    w[1] = s[3];
    w[2] = s[1] + s[2];
  }
};

/// Two pixels of y from five of x. The products of the inner tap are added to those that only its
/// pixel has.
struct StridedLine : StridedPoints {
  static constexpr int kTarget = 2, kSource = 5, kSums = 3;
  static constexpr int sum_of(int point) { return point < 3 ? point : point == 3 ? 0 : 2; }
  static constexpr int64_t source_at(int64_t target) { return 2 * target; }

  /// scalar: v = B^T x
  [[gnu::always_inline]] static void pixels(const Floats (&x)[kSource], Floats (&v)[kPoints]) {
    v[0] = x[0] - x[2];
    v[1] = x[2];
    v[2] = x[4] - x[2];
    v[3] = x[1];
    v[4] = x[3];
  }
  /// scalar: y = A^T m
  [[gnu::always_inline]] static void products(const Floats (&m)[kSums], Floats (&y)[kTarget]) {
    y[0] = m[0] + m[1];
    y[1] = m[1] + m[2];
  }
  /// scalar: e = A dy
  [[gnu::always_inline]] static void grads(const Floats (&dy)[kTarget], Floats (&e)[kSums]) {
    e[0] = dy[0];
    e[1] = dy[0] + dy[1];
    e[2] = dy[1];
  }
};

/// Four pixels of dx, the first of which meets the inner tap (odd padding), from three of dy.
struct StridedGradLine : StridedPoints {
  static constexpr int kTarget = 4, kSource = 3, kSums = 5;
  static constexpr int sum_of(int point) { return point; }
  static constexpr int64_t source_at(int64_t target) { return target / 2; }
  static constexpr int64_t pad_of_grad(int64_t pad) { return (1 - pad) / 2; }

  /// scalar: v = B^T dy
  [[gnu::always_inline]] static void pixels(const Floats (&x)[kSource], Floats (&v)[kPoints]) {
    v[0] = x[0] - x[1];
    v[1] = x[1];
    v[2] = x[2] - x[1];
    v[3] = x[0];
    v[4] = x[1];
  }
  /// scalar: dx = A^T m
  [[gnu::always_inline]] static void products(const Floats (&m)[kSums], Floats (&y)[kTarget]) {
    y[0] = m[3];
    y[1] = m[0] + m[1];
    y[2] = m[4];
    y[3] = m[1] + m[2];
  }
};

}  // namespace reel::kernels::REEL_ISA
