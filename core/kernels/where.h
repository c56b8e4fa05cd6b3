#pragma once

#include <reel/core/kernels/elementwise.h>

namespace reel::kernels {

/// y = c ? a : b over a nest of y, c, a and b; T is an unsigned integer of the elements' size. y
/// may be the memory of a or of b, element for element.
template <class T>
struct Where {
  void (*strided)(const LoopNest<4>& nest, const bool* c, const T* a, const T* b, T* y);
};

}  // namespace reel::kernels
