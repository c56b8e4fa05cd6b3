#pragma once
// The table of contents: every operation as a free function, by family, in the order of
// autograd/ops/. Elementwise operations, comparisons, reductions and views are methods of Tensor
// first (core/tensor.h); the functions here are the same under the names that generic code prefers.

#include <reel/core/tensor.h>

namespace reel {

/// How a loss combines its elements.
enum class Reduction : uint8_t { kNone, kMean, kSum };
inline constexpr Reduction kNone = Reduction::kNone;
inline constexpr Reduction kMean = Reduction::kMean;
inline constexpr Reduction kSum = Reduction::kSum;

// --- autograd/ops/layer_norm.cpp ---

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias, moments over the last dimensions, biased
/// variance. Shapes: x (..., normalized_shape), weight and bias (normalized_shape) or undefined, y
/// as x. Throws: ArgumentError when x does not end in normalized_shape, or shapes or dtypes
/// disagree. Source: Ba, Kiros, Hinton 2016, arXiv 1607.06450; docs/ops/layer_norm.md.
Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5);

}  // namespace reel
