#pragma once
// Winograd's algorithm along one dimension (docs/ops/conv.md): pixels of the target are a product,
// at some points, of transformed pixels of the source and transformed taps. With the points 0, +-1,
// +-2 in place of roots of 2 and 1/2 errors are four times as large. Included inside kernels only:
// everything here belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

namespace reel::kernels::REEL_ISA {

using Floats = Vector<float>;
inline constexpr int64_t kLanes = kWidth<float>;

inline int64_t whole_vectors(int64_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

/// 0, 1, infinity, or 0, 1, -1, infinity, or 0, sqrt(1/2), -sqrt(1/2), sqrt(2), -sqrt(2), infinity.
template <int P>
struct Points {
  static constexpr int kPoints = P, kSource = P;
  static_assert(P == 1 || P == 3 || P == 4 || P == 6);
  static constexpr double kNear = P == 6 ? 0.70710678118654752 : 1, kFar = 1 / kNear;

  static constexpr float power(double point, int n) {
    double result = 1;
    for (; n > 0; --n) result *= point;
    return static_cast<float>(result);
  }

  /// scalar: v = B^T x, of as many pixels of the source
  [[gnu::always_inline]] static void pixels(const Floats (&x)[P], Floats (&v)[P]) {
    if constexpr (P == 1) {
      v[0] = x[0];
    } else if constexpr (P == 3) {
      v[0] = x[0] - x[1];
      v[1] = x[1];
      v[2] = x[2] - x[1];
    } else if constexpr (P == 4) {
      v[0] = x[0] - x[2];
      v[1] = x[1] + x[2];
      v[2] = x[2] - x[1];
      v[3] = x[3] - x[1];
    } else {
      const Floats even = x[4] - 2.0F * x[2], odd = power(kNear, 1) * (x[3] - 2.0F * x[1]);
      const Floats even2 = x[4] - 0.5F * x[2], odd2 = power(kFar, 1) * (x[3] - 0.5F * x[1]);
      v[0] = x[0] + x[4] - 2.5F * x[2];
      v[5] = x[5] + x[1] - 2.5F * x[3];
      v[1] = even + odd;
      v[2] = even - odd;
      v[3] = even2 + odd2;
      v[4] = even2 - odd2;
    }
  }
};

/// M pixels of the target through R taps, at as many points as pixels of the source that they meet.
/// M = R = 1 is a dimension of one tap. At each point pixels have weights and sums of their own.
template <int M, int R>
struct Line : Points<M + R - 1> {
  using Source = Points<M + R - 1>;
  using Source::kPoints;
  static constexpr int kTarget = M, kAdvance = M, kTaps = R;
  static constexpr int kWeights = kPoints, kSums = kPoints;
  static constexpr int weights_at(int point) { return point; }
  static constexpr int sum_at(int point) { return point; }

  /// scalar: u = G w
  [[gnu::always_inline]] static void weights(const Floats (&w)[R], Floats (&u)[kPoints]) {
    evaluate(w, kNearWeight, kFarWeight, u);
  }
  /// scalar: y = A^T m
  [[gnu::always_inline]] static void products(const Floats (&m)[kPoints], Floats (&y)[M]) {
    collect(m, 1, 1, y);
  }
  /// scalar: e = A dy
  [[gnu::always_inline]] static void grads(const Floats (&dy)[M], Floats (&e)[kPoints]) {
    evaluate(dy, 1, 1, e);
  }
  /// scalar: w = G^T s
  [[gnu::always_inline]] static void sums(const Floats (&s)[kPoints], Floats (&w)[R]) {
    collect(s, kNearWeight, kFarWeight, w);
  }

 private:
  using Source::kNear, Source::kFar, Source::power;
  static constexpr float kNearWeight = kPoints == 6   ? -2.0F / 3
                                       : kPoints == 4 ? 0.5F
                                                      : 1,
                         kFarWeight = 1.0F / 6;

  // The polynomial with those coefficients at +point and -point, times a scale. By Horner's scheme:
  // of a sum of products GCC chooses the one that is not rounded, and not the same in all uses.
  template <int N>
  [[gnu::always_inline]] static void evaluate_pair(const Floats (&c)[N], double point, float scale,
                                                   Floats& plus, Floats& minus) {
    constexpr int kEven = (N - 1) / 2 * 2, kOdd = (N - 2) / 2 * 2 + 1;  // the last of either
    Floats even = c[kEven], odd = c[kOdd];
    unrolled<kEven / 2>([&](auto i) __attribute__((always_inline)) {
      even = c[kEven - 2 - 2 * i.value] + power(point, 2) * even;
    });
    unrolled<kOdd / 2>([&](auto i) __attribute__((always_inline)) {
      odd = c[kOdd - 2 - 2 * i.value] + power(point, 2) * odd;
    });
    even *= scale;
    plus = even + scale * power(point, 1) * odd;
    minus = even - scale * power(point, 1) * odd;
  }

  // At all points; its last coefficient is its value at infinity.
  template <int N>
  [[gnu::always_inline]] static void evaluate(const Floats (&c)[N], float near, float far,
                                              Floats (&at)[kPoints]) {
    at[0] = c[0];
    if constexpr (kPoints > 1) at[kPoints - 1] = c[N - 1];
    if constexpr (kPoints == 3) at[1] = c[0] + c[1];
    if constexpr (kPoints >= 4) evaluate_pair(c, kNear, near, at[1], at[2]);
    if constexpr (kPoints == 6) evaluate_pair(c, kFar, far, at[3], at[4]);
  }

  // The transpose of evaluate: what each coefficient gathers from all points.
  template <int N>
  [[gnu::always_inline]] static void collect(const Floats (&at)[kPoints], float near, float far,
                                             Floats (&c)[N]) {
    if constexpr (kPoints == 3) {
      c[0] = at[0] + at[1];
      c[1] = at[1] + at[2];
    } else if constexpr (kPoints >= 4) {
      const Floats pair[2] = {at[1] + at[2], at[1] - at[2]};
      Floats far_pair[2] = {};
      if constexpr (kPoints == 6) {
        far_pair[0] = at[3] + at[4];
        far_pair[1] = at[3] - at[4];
      }
      unrolled<N>([&](auto i) __attribute__((always_inline)) {
        c[i.value] = near * power(kNear, i.value) * pair[i.value % 2];
        if constexpr (kPoints == 6)
          c[i.value] += far * power(kFar, i.value) * far_pair[i.value % 2];
      });
      c[0] += at[0];
      c[N - 1] += at[kPoints - 1];
    } else {
      c[0] = at[0];
    }
  }
};

/// Three taps of stride 2: the outer ones meet every other pixel, as a kernel of two taps of stride
/// 1 would, at the points 0, 1 and infinity; the inner one meets the two pixels between as they
/// are.
struct StridedPoints {
  static constexpr int kPoints = 5, kWeights = 4, kTaps = 3, kAdvance = 2;
  static constexpr int weights_at(int point) { return point < kWeights ? point : kWeights - 1; }

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
  using Source = StridedLine;
  static constexpr int kTarget = 2, kSource = 5, kSums = 3;
  static constexpr int sum_at(int point) { return point < 3 ? point : point == 3 ? 0 : 2; }

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
  using Source = StridedGradLine;
  static constexpr int kTarget = 4, kSource = 3, kSums = 5;
  static constexpr int sum_at(int point) { return point; }

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
