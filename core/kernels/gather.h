#pragma once

#include <reel/core/shape.h>

#include <cstdint>

namespace reel::kernels {

/// Lines along one dimension of the index, `length` entries each, and where they lie in a strided x
/// and in y, which the index lies like. Dimension 0 of the others is innermost.
struct GatherGeometry {
  int ndim;  // at least 1
  int64_t lines, length;
  int64_t size[kMaxDims], x_stride[kMaxDims], y_stride[kMaxDims];
  int64_t x_step, y_step;  // along the lines
};

/// T is an unsigned integer of the element's size; positions are in range.
template <class T>
struct Gather {
  /// y[..., j, ...] = x[..., index[..., j, ...], ...]
  void (*gather)(const GatherGeometry& g, const int64_t* index, const T* x, T* y);
  /// x[..., index[..., j, ...], ...] = y[..., j, ...]; of equal positions the last remains.
  void (*scatter)(const GatherGeometry& g, const int64_t* index, const T* y, T* x);
};

/// x[..., index[..., j, ...], ...] += y[..., j, ...], in the order of j.
template <class T>
struct ScatterAdd {
  void (*add)(const GatherGeometry& g, const int64_t* index, const T* y, T* x);
};

}  // namespace reel::kernels
