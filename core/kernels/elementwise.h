#pragma once
// Loops over strided operands: what broadcasting, copies and arithmetic share.

#include <reel/core/shape.h>

#include <cstdint>

namespace reel::kernels {

/// A loop nest over N operands. Dimension 0 is innermost; strides are in elements; broadcast
/// dimensions have stride 0. core/elementwise.h builds it, with neighbouring dimensions merged
/// where they can be.
template <int N>
struct LoopNest {
  int ndim;
  int64_t numel;
  int64_t size[kMaxDims];
  int64_t stride[N][kMaxDims];
};

}  // namespace reel::kernels
