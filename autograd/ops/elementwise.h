#pragma once
// Elementwise arithmetic, functions, choices and comparisons, with broadcasting. They are methods
// of Tensor first (core/tensor.h); the functions are the same under the names that generic code
// prefers.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/arithmetic.cpp ---

/// a + alpha b, a - alpha b, a b, a / b, as the operators; with broadcasting.
Tensor add(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha = 1);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);

// --- autograd/ops/pointwise.cpp ---

Tensor neg(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x)
Tensor rsqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor abs(const Tensor& x);
/// -1, 0 or 1; 0 of NaN.
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
/// 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
Tensor erf(const Tensor& x);
Tensor pow(const Tensor& x, Scalar exponent);

// --- autograd/ops/power.cpp, extremum.cpp ---

Tensor pow(const Tensor& x, const Tensor& exponent);
/// The larger of a and b, NaN if either is; of equals each takes half the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller, in the same way.
Tensor minimum(const Tensor& a, const Tensor& b);

// --- autograd/ops/where.cpp ---

/// a where the condition holds, else b; all three broadcast.
/// Throws: ArgumentError unless the condition is bool.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
Tensor where(const Tensor& condition, Scalar a, Scalar b);

// --- autograd/ops/compare.cpp: bool, never on the tape ---

Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor isfinite(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
/// Whether shapes and all values agree.
bool equal(const Tensor& a, const Tensor& b);
/// Whether |a - b| <= atol + rtol |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

}  // namespace reel
