#pragma once

#include <reel/core/kernels/reduce.h>

namespace reel::kernels {

template <class T>
struct Product {
  /// y = the product of x over what the nest reduces, 1 of nothing; its chunks are not used.
  void (*product)(const ReduceNest& g, const T* x, T* y);
};

}  // namespace reel::kernels
