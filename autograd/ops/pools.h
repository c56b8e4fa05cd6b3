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

/// The same, and as int64 which pixel won each window, counted over the input's spatial dimensions
/// in row-major order (-1: a dilated window beside the input).
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1,
                                                   bool ceil_mode = false);

// --- autograd/ops/adaptive_max_pool.cpp ---

/// y_o = the maximum over inputs floor(o in / out) to ceil((o + 1) in / out), and which pixel it
/// was, as max_pool2d_with_indices says it. Shapes: x (N, C, spatial) or (C, spatial) to
/// output_size. Throws: ArgumentError on impossible sizes. docs/ops/adaptive_max_pool.md.
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, IntArrayRef output_size);
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, IntArrayRef output_size);
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, IntArrayRef output_size);

// --- autograd/ops/max_unpool.cpp ---

/// Zeros of output_size with x at the pixels that max pooling took them from. Shapes: x and indices
/// (N, C, spatial) or (C, spatial), alike. Throws: ArgumentError on mismatches and on an index
/// outside the output. docs/ops/max_unpool.md.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, IntArrayRef output_size);
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, IntArrayRef output_size);
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, IntArrayRef output_size);

// --- autograd/ops/lp_pool.cpp ---

/// y = (the sum over a window of x^p)^(1/p), p being norm_type; where the sum is 0 the gradient is
/// 0. An empty stride means the kernel's size. Shapes: x (N, C, spatial) or (C, spatial). Throws:
/// ArgumentError on impossible sizes. docs/ops/lp_pool.md.
Tensor lp_pool1d(const Tensor& x, double norm_type, IntArrayRef kernel_size,
                 IntArrayRef stride = {}, bool ceil_mode = false);
Tensor lp_pool2d(const Tensor& x, double norm_type, IntArrayRef kernel_size,
                 IntArrayRef stride = {}, bool ceil_mode = false);
Tensor lp_pool3d(const Tensor& x, double norm_type, IntArrayRef kernel_size,
                 IntArrayRef stride = {}, bool ceil_mode = false);

}  // namespace reel
