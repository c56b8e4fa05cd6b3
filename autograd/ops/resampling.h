#pragma once
// More or fewer pixels, and pixels rearranged.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/interpolate.cpp ---

/// How values between pixels are made: the pixel that a place falls into, or whose centre is
/// nearest (kNearestExact), straight lines in 1 to 3 dimensions, cubic polynomials, or means.
enum class InterpolateMode : uint8_t {
  kNearest,
  kNearestExact,
  kLinear,
  kBilinear,
  kTrilinear,
  kBicubic,
  kArea
};
inline constexpr InterpolateMode kNearest = InterpolateMode::kNearest;
inline constexpr InterpolateMode kNearestExact = InterpolateMode::kNearestExact;
inline constexpr InterpolateMode kLinear = InterpolateMode::kLinear;
inline constexpr InterpolateMode kBilinear = InterpolateMode::kBilinear;
inline constexpr InterpolateMode kTrilinear = InterpolateMode::kTrilinear;
inline constexpr InterpolateMode kBicubic = InterpolateMode::kBicubic;
inline constexpr InterpolateMode kArea = InterpolateMode::kArea;

/// x with other numbers of pixels: `size`, or floor(pixels * scale_factor), one value a dimension
/// or for all, the other empty. align_corners lays the centres of outer pixels onto each other
/// rather than their borders; recompute_scale_factor takes the scale from the rounded size;
/// antialias widens kBilinear and kBicubic where pixels become fewer. Shapes: (N, C, spatial).
/// Throws: ArgumentError for what a mode does not have. docs/ops/interpolate.md.
Tensor interpolate(const Tensor& x, IntArrayRef size, const std::vector<double>& scale_factor = {},
                   InterpolateMode mode = kNearest, std::optional<bool> align_corners = {},
                   bool recompute_scale_factor = false, bool antialias = false);

// --- autograd/ops/unfold.cpp ---

/// The windows of a convolution as columns: y[n, (c, tap), window] = x[n, c, place]; zeros beyond
/// the border. Shapes: (N, C, H, W) to (N, C * taps, windows), both with or without N. Throws:
/// ArgumentError when the kernel does not fit. docs/ops/unfold.md.
Tensor unfold(const Tensor& x, ExpandingArray<2> kernel_size, ExpandingArray<2> dilation = 1,
              ExpandingArray<2> padding = 0, ExpandingArray<2> stride = 1);

/// The transpose of unfold: each pixel the sum over the windows' elements that show it. Shapes:
/// (N, C * taps, windows) to (N, C, output_size), both with or without N. Throws: ArgumentError
/// when the number of windows is not that of output_size.
Tensor fold(const Tensor& x, ExpandingArray<2> output_size, ExpandingArray<2> kernel_size,
            ExpandingArray<2> dilation = 1, ExpandingArray<2> padding = 0,
            ExpandingArray<2> stride = 1);

// --- autograd/ops/pixel_shuffle.cpp ---

/// Channels become pixels: (..., C * r^2, H, W) to (..., C, H * r, W * r). Throws: ArgumentError
/// unless r^2 divides the channels. Source: Shi et al. 2016, arXiv 1609.05158.
Tensor pixel_shuffle(const Tensor& x, int64_t upscale_factor);
/// Its inverse: (..., C, H * r, W * r) to (..., C * r^2, H, W).
Tensor pixel_unshuffle(const Tensor& x, int64_t downscale_factor);
/// Channel i of group g becomes channel i * groups + g. Shapes: (N, C, spatial...). Source: Zhang
/// et al. 2017, arXiv 1707.01083.
Tensor channel_shuffle(const Tensor& x, int64_t groups);

}  // namespace reel
