#pragma once
// The three products that convolution and its gradients are made of. Each is bilinear, and its
// gradients are the other two, so gradients of any order need nothing more. A transposed
// convolution is the second.

#include <reel/core/kernels/conv.h>
#include <reel/core/tensor.h>

namespace reel {

using kernels::ConvGeometry;

/// y = weight * x + bias (equation 1), recorded; `bias` may be undefined.
template <int D>
Tensor convolve(const ConvGeometry& g, const Tensor& x, const Tensor& weight, const Tensor& bias);

/// dx of dy and weight (equation 2), recorded; plus `bias`, a value for each channel of dx, for a
/// transposed convolution. `op` is what profiles show.
template <int D>
Tensor conv_input_grad(const ConvGeometry& g, const Tensor& dy, const Tensor& weight,
                       const Tensor& bias, const char* op);

/// dw of dy and x (equation 3), recorded.
template <int D>
Tensor conv_weight_grad(const ConvGeometry& g, const Tensor& dy, const Tensor& x);

// --- what convolutions and transposed ones check alike; `op` is named in errors ---

/// Of stride, dilation, padding, kernel and image sizes: their products stay in 64 bits.
inline constexpr int64_t kLargestConvSize = INT32_MAX;

void check_conv_option(const char* op, const char* what, IntArrayRef values, int64_t least);

/// dtypes and numbers of dimensions; `channels` names the first two of the weight.
void check_conv_tensors(const char* op, int D, const Tensor& x, const Tensor& weight,
                        const Tensor& bias, const char* channels);

}  // namespace reel
