#pragma once
// What batch and group normalization do to rows of channels, as operations of channel_rows.h and
// channel_sums.h. Included inside kernels only: everything here belongs to the level that compiles
// it.
//
// Each takes its factors from a callable (c, n, k), as many as k has rows, in the order of the
// names below.

#include <reel/core/kernels/channel_sums.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

enum Factor { kCentre, kScale, kShift, kMeanGradient, kMeanProduct };

/// Sums of x - centre and of its squares. Shifted near the mean, the squares do not cancel.
template <class T, class Factors>
struct AboutCentre {
  static constexpr int kFactors = 1;
  Factors factors;
  const T* x;
  template <class V>
  [[gnu::always_inline]] void operator()(const V* k, int64_t i, V& a, V& b) const {
    const V d = lanes_at<V>(x + i) - k[kCentre];
    a += d;
    b += d * d;
  }
};

/// scalar: y = (x - centre) * scale + shift, with kRelu at least 0
template <class T, bool kRelu, class Factors>
struct Normalize {
  static constexpr int kFactors = 3;
  Factors factors;
  const T* x;
  template <class V>
  [[gnu::always_inline]] V operator()(const V* k, int64_t i) const {
    const V v = (lanes_at<V>(x + i) - k[kCentre]) * k[kScale] + k[kShift];
    if constexpr (kRelu) return v <= V{} ? V{} : v;
    return v;
  }
};

/// scalar: dy of the normalization, 0 where ReLU gave 0
template <bool kRelu, class V, class T>
[[gnu::always_inline]] inline V gradient_at(const V* k, const T* dy, const V& x) {
  const V g = lanes_at<V>(dy);
  if constexpr (kRelu) return (x - k[kCentre]) * k[kScale] + k[kShift] <= V{} ? V{} : g;
  return g;
}

/// Sums of dy and of dy * (x - centre).
template <class T, bool kRelu, class Factors>
struct GradientSums {
  static constexpr int kFactors = kRelu ? 3 : 1;
  Factors factors;
  const T *dy, *x;
  template <class V>
  [[gnu::always_inline]] void operator()(const V* k, int64_t i, V& a, V& b) const {
    const V in = lanes_at<V>(x + i), g = gradient_at<kRelu>(k, dy + i, in);
    a += g;
    b += g * (in - k[kCentre]);
  }
};

/// scalar: dx = dy * scale - mean gradient - (x - centre) * mean product, the means times rstd
template <class T, bool kRelu, class Factors>
struct InputGradient {
  static constexpr int kFactors = 5;
  Factors factors;
  const T *dy, *x;
  template <class V>
  [[gnu::always_inline]] V operator()(const V* k, int64_t i) const {
    const V in = lanes_at<V>(x + i), g = gradient_at<kRelu>(k, dy + i, in);
    return g * k[kScale] - k[kMeanGradient] - (in - k[kCentre]) * k[kMeanProduct];
  }
};

/// scalar: dx = dy * scale, where centre and scale are constants
template <class T, bool kRelu, class Factors>
struct ScaledGradient {
  static constexpr int kFactors = 3;
  Factors factors;
  const T *dy, *x;
  template <class V>
  [[gnu::always_inline]] V operator()(const V* k, int64_t i) const {
    V in = {};
    if constexpr (kRelu) in = lanes_at<V>(x + i);
    return gradient_at<kRelu>(k, dy + i, in) * k[kScale];
  }
};

}  // namespace reel::kernels::REEL_ISA
