#pragma once

#include <reel/core/kernels/reduce.h>

namespace reel::kernels {

/// Where the largest or smallest element lies, for one element type; bool goes as uint8. The nest
/// has one reduced dimension; positions count along it. The first of equals; the first NaN before
/// all else.
template <class T>
struct ArgReduce {
  /// values and indices lie alike; null values are not wanted.
  void (*max)(const ReduceNest& g, const T* x, T* values, int64_t* indices);
  void (*min)(const ReduceNest& g, const T* x, T* values, int64_t* indices);
};

}  // namespace reel::kernels
