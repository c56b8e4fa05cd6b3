#pragma once
// What the pooling operations share: their sizes, checked.

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

/// (N, C, the last D of three spatial sizes)
Shape pooled_shape(int64_t N, int64_t C, const int64_t (&spatial)[3], int D);

/// `x` with a batch dimension: pooling takes (C, spatial...) as well. Sets `unbatched`.
Borrowed with_batch(const char* op, const Tensor& x, int D, bool* unbatched);

}  // namespace reel
