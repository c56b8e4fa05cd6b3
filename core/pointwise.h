#pragma once
// Elementwise functions of one floating-point tensor, off the tape.

#include <reel/core/kernels/elementary.h>
#include <reel/core/kernels/pointwise.h>
#include <reel/core/tensor.h>

namespace reel {

/// y = f(x) with the numbers a and b of the table's row; channels-last when x is.
Tensor pointwise(kernels::PointwiseOp f, const Tensor& x, double a = 0, double b = 0);

/// x = f(x). Does not count as a write.
void pointwise_into(kernels::PointwiseOp f, const Tensor& x, double a = 0, double b = 0);

/// The same for functions of the C library.
Tensor elementary(kernels::ElementaryOp f, const Tensor& x);

/// dx from dy and what the row saves; undefined where it saves nothing. Written into the memory of
/// dy when no one else holds that.
Tensor pointwise_backward(kernels::PointwiseOp f, Tensor dy, const Tensor& saved, double a = 0,
                          double b = 0);

}  // namespace reel
