#pragma once
// Pictures in tensors.

#include <reel/core/tensor.h>
#include <reel/io/png.h>

namespace reel::io {

/// The pixels of x (H, W) or (C, H, W), of 1 to 4 channels: uint8 as they are, floating-point from
/// 0 to 1 times 255 and cut off; NaN becomes 0. `op` is the operation that errors are reported for.
/// Throws: ArgumentError for another shape or dtype.
Image image_of(const char* op, const Tensor& x);

}  // namespace reel::io
