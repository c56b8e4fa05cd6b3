#pragma once

#include <cstdint>

namespace reel::kernels {

/// Padding in memory order: `outer` times, the dimensions between the first and the last padded
/// one, `inner` elements side by side. Pixel i of an output dimension lies at i - before of the
/// input; a negative `before` crops.
struct PadGeometry {
  /// Where a place outside the input takes its value.
  enum class Border : uint8_t { kConstant, kReflect, kReplicate, kCircular };

  Border border;
  int ndim;  // at least 1
  int64_t outer, inner;
  int64_t in[8], out[8], before[8];
};

/// Moves values only: T is an unsigned integer of the element's size.
template <class T>
struct Pad {
  void (*forward)(const PadGeometry& g, T value, const T* x, T* y);
};

/// dx: each element the sum of dy over the places that took its value.
template <class T>
struct PadGrad {
  void (*backward)(const PadGeometry& g, const T* dy, T* dx);
};

}  // namespace reel::kernels
