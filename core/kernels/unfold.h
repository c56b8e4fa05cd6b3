#pragma once

#include <cstdint>

namespace reel::kernels {

/// Windows over `planes` images (samples times channels) in the plain layout; `in` and `out` are
/// rows and columns of pixels and of windows.
struct UnfoldGeometry {
  int64_t planes;
  int64_t in[2], out[2], kernel[2], dilation[2], padding[2], stride[2];
};

/// Windows as columns, and back; docs/ops/unfold.md. Each is the other's transpose.
template <class T>
struct Unfold {
  /// y (planes, taps, windows) of x (planes, pixels); zeros beyond the border.
  void (*unfold)(const UnfoldGeometry& g, const T* x, T* y);
  /// x: the sum of the elements of y that show each pixel.
  void (*fold)(const UnfoldGeometry& g, const T* y, T* x);
};

}  // namespace reel::kernels
