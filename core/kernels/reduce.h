#pragma once

#include <reel/core/shape.h>

#include <cstdint>

namespace reel::kernels {

/// A reduction of a strided tensor x to y as loops. The dimensions of x fall into those kept and
/// those reduced; each list is innermost first, has one entry at least, and has neighbours merged.
/// core/reduction.h builds it.
struct ReduceNest {
  int kept_ndim, reduced_ndim;
  int64_t kept, reduced;  // elements: of y, and of x for each of them
  int64_t kept_size[kMaxDims], kept_stride[kMaxDims], out_stride[kMaxDims];
  int64_t reduced_size[kMaxDims], reduced_stride[kMaxDims];
  /// Whether a kept dimension is innermost in memory: elements of y then advance side by side.
  bool columns;
  /// The reduced elements are taken in this many chunks, whatever the number of threads.
  int64_t chunks;
};

/// Columns that advance together.
inline constexpr int64_t kReduceTile = 128;

/// What a sum of T has as its type.
template <class T>
struct SumType {
  using type = int64_t;
};
template <>
struct SumType<float> {
  using type = float;
};
template <>
struct SumType<double> {
  using type = double;
};

/// Reductions for one element type; bool goes as uint8. `scratch` is 8 * chunks * kept bytes.
template <class T>
struct Reduce {
  /// y = sum x / divisor; integers are not divided.
  void (*sum)(const ReduceNest& g, double divisor, const T* x, void* scratch,
              typename SumType<T>::type* y);
  /// The largest and the smallest; NaN when there is one.
  void (*max)(const ReduceNest& g, const T* x, void* scratch, T* y);
  void (*min)(const ReduceNest& g, const T* x, void* scratch, T* y);
};

/// Reductions about a pivot p, laid out like y; a null pivot is zero.
template <class T>
struct ReduceAbout {
  /// y = sum (x - p)^2 / divisor
  void (*squares)(const ReduceNest& g, double divisor, const T* x, const T* p, void* scratch, T* y);
  /// y = p + log sum exp(x - p)
  void (*log_sum_exp)(const ReduceNest& g, const T* x, const T* p, void* scratch, T* y);
};

}  // namespace reel::kernels
