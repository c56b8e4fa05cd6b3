#pragma once
// Distances and similarities of vectors.

#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/distance.cpp ---

/// |x1 - x2 + eps| in the p-norm over the last dimension; the gradient where it is 0 is 0. Shapes:
/// x1 and x2 (..., D) broadcast, result (...), or (..., 1) with keepdim. Throws: ArgumentError on
/// mismatches and when p is negative. docs/ops/distance.md.
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);

/// x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) over a dimension. Shapes: x1 and x2 broadcast.
/// Throws: ArgumentError on mismatches.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

/// The p-norm of each row of x1 minus each row of x2. Shapes: x1 (..., P, D), x2 (..., R, D),
/// result (..., P, R); dimensions before broadcast. Throws: ArgumentError on mismatches and when p
/// is negative.
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2);

}  // namespace reel
