#pragma once
// Pooling.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/avg_pool.cpp ---

/// y = the sum over a window divided by its size (count_include_pad: the padding counts;
/// divisor_override: by that). An empty stride means the kernel's size; ceil_mode keeps the last,
/// partial window. Shapes: x (N, C, spatial) or (C, spatial). Throws: ArgumentError on impossible
/// sizes. docs/ops/avg_pool.md.
Tensor avg_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true);
Tensor avg_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = {});
Tensor avg_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = {});

/// In an adaptive output size: as large as the input.
inline constexpr int64_t kKeepSize = -1;

/// y_o = the mean over inputs floor(o in / out) to ceil((o + 1) in / out): any input size to a
/// given one. Shapes: x (N, C, spatial) or (C, spatial) to output_size. Throws: ArgumentError on
/// impossible sizes.
Tensor adaptive_avg_pool1d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, IntArrayRef output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, IntArrayRef output_size);

// --- autograd/ops/max_pool.cpp ---

/// y = the maximum over a window; padding never wins, of equal values the first does, NaN wins over
/// all. An empty stride means the kernel's size; ceil_mode keeps the last, partial window. Shapes:
/// x (N, C, spatial) or (C, spatial). Throws: ArgumentError on impossible sizes.
/// docs/ops/max_pool.md.
Tensor max_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);
Tensor max_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

}  // namespace reel
