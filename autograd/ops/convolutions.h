#pragma once
// Convolutions.

#include <reel/autograd/padding.h>
#include <reel/core/tensor.h>

#include <string>

namespace reel {

// --- autograd/ops/conv.cpp ---

/// y[n, k, o] = bias[k] + sum over c, t of weight[k, c, t] * x[n, c, o * stride + t * dilation -
/// padding], zeros beyond the border. Padding: numbers, kSame ("same") or kValid ("valid"). Shapes:
/// x (N, C, spatial) or (C, spatial), weight (K, C / groups, spatial), bias (K) or undefined.
/// Throws: ArgumentError on mismatches, and when the kernel does not fit. docs/ops/conv.md.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<1> stride = 1, ConvPadding<1> padding = 0,
              ExpandingArray<1> dilation = 1, int64_t groups = 1);
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<2> stride = 1, ConvPadding<2> padding = 0,
              ExpandingArray<2> dilation = 1, int64_t groups = 1);
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              ExpandingArray<3> stride = 1, ConvPadding<3> padding = 0,
              ExpandingArray<3> dilation = 1, int64_t groups = 1);

/// Which algorithm computes each direction of such a convolution, and why the others decline, a
/// line each. core/winograd.h has a switch.
std::string explain_conv1d(const Tensor& x, const Tensor& weight, ExpandingArray<1> stride = 1,
                           ConvPadding<1> padding = 0, ExpandingArray<1> dilation = 1,
                           int64_t groups = 1);
std::string explain_conv2d(const Tensor& x, const Tensor& weight, ExpandingArray<2> stride = 1,
                           ConvPadding<2> padding = 0, ExpandingArray<2> dilation = 1,
                           int64_t groups = 1);
std::string explain_conv3d(const Tensor& x, const Tensor& weight, ExpandingArray<3> stride = 1,
                           ConvPadding<3> padding = 0, ExpandingArray<3> dilation = 1,
                           int64_t groups = 1);

// --- autograd/ops/conv_transpose.cpp ---

/// y[n, k, o * stride + t * dilation - padding] = bias[k] + the sum of weight[c, k, t] * x[n, c,
/// o]: what takes the gradient of a convolution's output to that of its input. `output_padding`
/// widens y behind. Shapes: x (N, C, spatial) or (C, spatial), weight (C, K / groups, spatial),
/// bias (K) or undefined. Throws: ArgumentError on mismatches, and unless output_padding is less
/// than stride or dilation. docs/ops/conv_transpose.md.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        ExpandingArray<1> stride = 1, ExpandingArray<1> padding = 0,
                        ExpandingArray<1> output_padding = 0, int64_t groups = 1,
                        ExpandingArray<1> dilation = 1);
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        ExpandingArray<2> stride = 1, ExpandingArray<2> padding = 0,
                        ExpandingArray<2> output_padding = 0, int64_t groups = 1,
                        ExpandingArray<2> dilation = 1);
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        ExpandingArray<3> stride = 1, ExpandingArray<3> padding = 0,
                        ExpandingArray<3> output_padding = 0, int64_t groups = 1,
                        ExpandingArray<3> dilation = 1);

}  // namespace reel
