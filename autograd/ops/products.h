#pragma once
// Products of matrices.

#include <reel/core/tensor.h>

#include <string>

namespace reel {

// --- autograd/ops/linear.cpp ---

/// y = x weight^T + bias over the last dimension. Shapes: x (..., in), weight (out, in), bias (out)
/// or undefined, y (..., out). Throws: ArgumentError on mismatches. docs/ops/linear.md.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// --- autograd/ops/bilinear.cpp ---

/// y_k = x1^T weight_k x2 + bias_k. Shapes: x1 (..., in1), x2 (..., in2), weight (out, in1, in2),
/// bias (out) or undefined, y (..., out). Throws: ArgumentError on mismatches.
/// docs/ops/bilinear.md.
Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias = {});

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

// --- autograd/ops/addmm.cpp ---

/// beta * c + alpha * (a b), c broadcasting; with beta = 0 c is not read.
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
/// The same with a matrix a and a vector b; with the outer product; with stacks of matrices; with
/// the sum of their products.
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor addr(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1,
               Scalar alpha = 1);
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);

// --- autograd/ops/tensordot.cpp ---

/// The products of a and b summed over the pairs dims_a[i], dims_b[i] of dimensions; those of a
/// that stay come first. Throws: ArgumentError when sizes of a pair differ.
Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a, IntArrayRef dims_b);
/// The products summed over the last dimensions of both.
Tensor inner(const Tensor& a, const Tensor& b);
/// All products of the elements of two vectors.
Tensor outer(const Tensor& a, const Tensor& b);
/// Of a matrix and a vector.
Tensor mv(const Tensor& a, const Tensor& b);
/// All products, b filling the place of each element of a.
Tensor kron(const Tensor& a, const Tensor& b);
/// The sum of a matrix's diagonal.
Tensor trace(const Tensor& x);

// --- autograd/ops/einsum.cpp ---

/// Operands of named dimensions, multiplied and summed: einsum("bij,bjk->bik", {a, b}). A name that
/// the result lacks is summed, one that an operand has twice takes its diagonal, "..." stands for
/// further dimensions; without "->" the result has, in alphabetical order, the names that occur
/// once. Throws: ArgumentError when shapes do not match. docs/ops/einsum.md.
Tensor einsum(const std::string& equation, const TensorList& operands);

}  // namespace reel
