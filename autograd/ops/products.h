#pragma once
// Products of matrices.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/linear.cpp ---

/// y = x weight^T + bias over the last dimension. Shapes: x (..., in), weight (out, in), bias (out)
/// or undefined, y (..., out). Throws: ArgumentError on mismatches. docs/ops/linear.md.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// --- autograd/ops/matmul.cpp ---

/// The matrix product over the last two dimensions; those before broadcast. A vector on the left is
/// a row, on the right a column, and its dimension goes from the result. docs/ops/matmul.md.
/// Shapes: a (..., M, K), b (..., K, N), result (..., M, N). Throws: ArgumentError on mismatches.
Tensor matmul(const Tensor& a, const Tensor& b);
/// Of two matrices only.
Tensor mm(const Tensor& a, const Tensor& b);
/// Of two equally long stacks of matrices.
Tensor bmm(const Tensor& a, const Tensor& b);
/// Of two vectors.
Tensor dot(const Tensor& a, const Tensor& b);
/// beta * c + alpha * (a b), c broadcasting; with beta = 0 c is not read.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);

}  // namespace reel
