#pragma once

#include <reel/core/random.h>

#include <cstdint>

namespace reel::kernels {

/// N samples of C channels of P pixels, in either layout; other tensors are one sample of one
/// channel.
struct DropoutGeometry {
  int64_t N, C, P;
  bool channels_last;
};

template <class T>
struct Dropout {
  /// y = x * scale where the element's random number is at least `threshold`, else 0. The number
  /// depends on the stream and the element's logical place (n, c, p), not on its layout: block (n,
  /// p / 4, c) of the stream, number p % 4.
  void (*apply)(const DropoutGeometry& g, RandomStream stream, uint32_t threshold, T scale,
                const T* x, T* y);
};

}  // namespace reel::kernels
