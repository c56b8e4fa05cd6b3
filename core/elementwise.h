#pragma once
// Builds loop nests over tensors of one broadcast shape.

#include <reel/core/kernels/elementwise.h>
#include <reel/core/tensor.h>

namespace reel {

/// The nest over `tensors`, each broadcast to the shape of tensors[0], on their physical strides.
/// Loops are ordered by the memory of tensors[0], so that it is written front to back.
template <int N>
kernels::LoopNest<N> loop_nest(const Tensor (&tensors)[N]);

/// An uninitialised result for inputs that broadcast to `sizes`: channels-last when the first input
/// of that shape is, else contiguous.
Tensor empty_result(IntArrayRef sizes, Dtype dtype, const Tensor& a, const Tensor& b);

}  // namespace reel
