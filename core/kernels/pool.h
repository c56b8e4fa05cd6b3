#pragma once
// Pooling over up to three spatial dimensions; activations are channels-last.

#include <cstdint>

namespace reel::kernels {

/// N samples of C channels; fewer than three spatial dimensions have sizes of 1 in front. An
/// output's window in dimension d starts at o * stride - padding and takes `kernel` steps of
/// `dilation`.
struct PoolGeometry {
  int64_t N, C;
  int64_t in[3], out[3];
  int64_t kernel[3], stride[3], padding[3], dilation[3];

  // Inlined into kernels of any instruction set.
  [[gnu::always_inline]] int64_t in_pixels() const { return in[0] * in[1] * in[2]; }
  [[gnu::always_inline]] int64_t out_pixels() const { return out[0] * out[1] * out[2]; }
  [[gnu::always_inline]] int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
};

/// Maximum pooling; docs/ops/max_pool.md. Tap is the type that numbers the places of a window: a
/// byte where it can. `tap` (N, out pixels, C) says which one won, counted from 0; the largest Tap
/// says none.
template <class T, class Tap>
struct MaxPool {
  /// The first of equal maxima wins; NaN wins over all.
  void (*forward)(const PoolGeometry& g, const T* x, T* y, Tap* tap);
  /// dx gathers from the windows that each input pixel won.
  void (*backward)(const PoolGeometry& g, const T* dy, const Tap* tap, T* dx);
  /// y takes the winners' places of another x: the derivative of backward.
  void (*pick)(const PoolGeometry& g, const T* x, const Tap* tap, T* y);
  /// The winners' pixels, counted over the input's; -1 of a window without any.
  void (*locate)(const PoolGeometry& g, const Tap* tap, int64_t* index);
};

/// Adaptive windows: output o of a dimension takes the inputs from floor(o in / out) to
/// ceil((o + 1) in / out).
struct AdaptiveGeometry {
  int64_t N, C;
  int64_t in[3], out[3];
};

/// Images of `large` pixels, and of `small` ones that each name a pixel of the large: `index` (N,
/// small, C), in [0, large).
struct IndexGeometry {
  int64_t N, C, large, small;
};

/// Adaptive maximum pooling, and what any pooling does with the pixels that won;
/// docs/ops/adaptive_max_pool.md.
template <class T>
struct AdaptiveMaxPool {
  /// The first of equal maxima wins; NaN wins over all. An image has less than 2^31 pixels.
  void (*forward)(const AdaptiveGeometry& g, const T* x, T* y, int64_t* index);
  /// dx = 0, then dx[index] += dy
  void (*backward)(const IndexGeometry& g, const T* dy, const int64_t* index, T* dx);
  /// y = x[index]: the derivative of backward.
  void (*pick)(const IndexGeometry& g, const T* x, const int64_t* index, T* y);
  /// y = 0, then y[index] = x
  void (*unpool)(const IndexGeometry& g, const T* x, const int64_t* index, T* y);
};

/// One dimension's windows for averaging, which need not be regular. Arrays of `out` and of `in`
/// elements.
struct AverageWindows {
  int64_t in, out;
  const int64_t *begin, *end;   // of each output: its input pixels
  const int64_t *first, *last;  // of each input: the outputs that may see it, last exclusive
  const double* scale;          // of each output: 1 / what it is divided by, in this dimension
};

struct AveragePoolGeometry {
  int64_t N, C;
  AverageWindows dim[3];
};

/// Average pooling, regular and adaptive; docs/ops/avg_pool.md. Each function is the other's
/// transpose.
template <class T>
struct AveragePool {
  void (*forward)(const AveragePoolGeometry& g, const T* x, T* y);
  void (*backward)(const AveragePoolGeometry& g, const T* dy, T* dx);
};

}  // namespace reel::kernels
