#pragma once
// What the pooling operations share: their sizes, checked.

#include <reel/autograd/trace.h>
#include <reel/core/kernels/pool.h>
#include <reel/core/layout.h>
#include <reel/core/tensor.h>

namespace reel {

/// The geometry of pooling `x` (N, C, D spatial dimensions) by windows; an empty stride means the
/// kernel's. Throws: ArgumentError unless sizes are positive, padding is at most half the kernel,
/// and at least one window fits.
kernels::PoolGeometry check_pool(const char* op, const Tensor& x, int D, IntArrayRef kernel,
                                 IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                                 bool ceil_mode);

/// The sizes of adaptive pooling of `x` (N, C, D spatial dimensions), ones in front; kKeepSize is
/// the input's. Throws: ArgumentError unless output_size has one value or D, and all are positive.
void adaptive_sizes(const char* op, const Tensor& x, int D, IntArrayRef output_size,
                    int64_t (&in)[3], int64_t (&out)[3]);

/// (N, C, the last D of three spatial sizes)
Shape pooled_shape(int64_t N, int64_t C, const int64_t (&spatial)[3], int D);

/// The windows of a pooling with D spatial dimensions.
void tell_trace(TracedOperation& t, const kernels::PoolGeometry& g, int D);

/// `x` with a batch dimension: pooling takes (C, spatial...) as well. Sets `unbatched`.
Borrowed with_batch(const char* op, const Tensor& x, int D, bool* unbatched);

// --- autograd/ops/adaptive_max_pool.cpp, recorded ---

/// Zeros of shape `sizes` (N, C, spatial) to which dy is added at the pixels that `indices`, shaped
/// like dy, name.
Tensor pool_spread(const Tensor& dy, const Tensor& indices, const Shape& sizes);
/// The pixels of `x` that `indices` name: the adjoint.
Tensor pool_pick(const Tensor& x, const Tensor& indices);

}  // namespace reel
