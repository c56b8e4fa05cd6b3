#pragma once
// Rows of the pointwise table on the tape; autograd/ops/activation.cpp and pointwise.cpp give them
// names.

#include <reel/core/kernels/pointwise.h>
#include <reel/core/tensor.h>

namespace reel {

/// y = f(x) with the row's numbers a and b; integers are converted to float32 first.
Tensor apply_row(kernels::PointwiseOp f, const Tensor& x, double a = 0, double b = 0);

/// x = f(x) in place. `op` is named in errors. Throws: ArgumentError unless x is floating-point,
/// GraphError when x may not be written.
const Tensor& apply_row_in_place(const char* op, kernels::PointwiseOp f, const Tensor& x,
                                 double a = 0, double b = 0);

}  // namespace reel
