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
inline Tensor add(const Tensor& a, Scalar b) { return a.add(b); }
inline Tensor sub(const Tensor& a, Scalar b) { return a.sub(b); }
inline Tensor mul(const Tensor& a, Scalar b) { return a.mul(b); }
inline Tensor div(const Tensor& a, Scalar b) { return a.div(b); }
/// The dtype in which the two meet in these and what follows: of tensors with dimensions, or if
/// those are of a lower kind (bool < integer < floating), then also of those without, then of
/// numbers. Quotients are floating.
Dtype result_type(const Tensor& a, const Tensor& b);
Dtype result_type(const Tensor& a, Scalar b);

// --- autograd/ops/remainder.cpp ---

/// a / b rounded: "floor" down, "trunc" towards 0; the derivative is 0. Throws: ArgumentError for
/// integers when b holds a 0.
Tensor div(const Tensor& a, const Tensor& b, const std::string& rounding_mode);
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, Scalar b);
/// a - b floor(a / b), which has the sign of b; the same as a % b.
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, Scalar b);
/// a - b trunc(a / b), which has the sign of a.
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, Scalar b);

// --- autograd/ops/atan2.cpp, lerp.cpp ---

/// The angle of the point (b, a), from -pi to pi.
Tensor atan2(const Tensor& a, const Tensor& b);
/// sqrt(a^2 + b^2) without overflow.
Tensor hypot(const Tensor& a, const Tensor& b);
/// x + weight (end - x)
Tensor lerp(const Tensor& x, const Tensor& end, Scalar weight);
Tensor lerp(const Tensor& x, const Tensor& end, const Tensor& weight);
/// x + value a b, x + value a / b
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);

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

// --- autograd/ops/elementary.cpp ---

Tensor ceil(const Tensor& x);
/// To the nearest, halves to even numbers.
Tensor round(const Tensor& x);
/// Towards 0, and what that takes away.
Tensor trunc(const Tensor& x);
Tensor frac(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// 1 - erf(x)
Tensor erfc(const Tensor& x);

// --- autograd/ops/power.cpp, extremum.cpp ---

/// Of integers an integer. Throws: ArgumentError for integers with a negative exponent.
Tensor pow(const Tensor& x, const Tensor& exponent);
Tensor pow(Scalar x, const Tensor& exponent);
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max);
inline Tensor clamp_min(const Tensor& x, Scalar min) { return x.clamp_min(min); }
inline Tensor clamp_max(const Tensor& x, Scalar max) { return x.clamp_max(max); }
inline Tensor clamp_min(const Tensor& x, const Tensor& min) { return x.clamp_min(min); }
inline Tensor clamp_max(const Tensor& x, const Tensor& max) { return x.clamp_max(max); }
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
/// x with the value where the mask, broadcast, is true.
inline Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  return x.masked_fill(mask, value);
}
/// Numbers in place of NaN and of both infinities: unless given, the largest of the dtype.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = {},
                  std::optional<double> neginf = {});

// --- autograd/ops/compare.cpp: bool, never on the tape ---

Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor eq(const Tensor& a, Scalar b);
Tensor ne(const Tensor& a, Scalar b);
Tensor lt(const Tensor& a, Scalar b);
Tensor le(const Tensor& a, Scalar b);
Tensor gt(const Tensor& a, Scalar b);
Tensor ge(const Tensor& a, Scalar b);
/// On whether elements are not 0.
Tensor logical_not(const Tensor& x);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
/// Whether |a - b| <= atol + rtol |b|.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
Tensor isfinite(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
/// Whether shapes and all values agree.
bool equal(const Tensor& a, const Tensor& b);
/// Whether |a - b| <= atol + rtol |b| everywhere.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);

// --- autograd/ops/bitwise.cpp: never on the tape ---

/// Of bool (then logic) and integers. Throws: ArgumentError for floating-point tensors.
Tensor bitwise_not(const Tensor& x);
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_and(const Tensor& a, Scalar b);
Tensor bitwise_or(const Tensor& a, Scalar b);
Tensor bitwise_xor(const Tensor& a, Scalar b);

}  // namespace reel
