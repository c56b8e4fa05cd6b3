#pragma once
// Losses.

#include <reel/core/tensor.h>

namespace reel {

/// How a loss combines its elements.
enum class Reduction : uint8_t { kNone, kMean, kSum, None = kNone, Mean = kMean, Sum = kSum };
inline constexpr Reduction kNone = Reduction::kNone;
inline constexpr Reduction kMean = Reduction::kMean;
inline constexpr Reduction kSum = Reduction::kSum;

// --- autograd/ops/cross_entropy.cpp ---

/// Minus the log of the softmax of x at the target class; rows with ignore_index count for nothing,
/// kMean divides by the weight of those that count (NaN when none does). Shapes: x (N, C, ...) or
/// (C), target (N, ...) or () of int64, or probabilities shaped like x; weight (C) or undefined.
/// Throws: ArgumentError on mismatches and on a target that is no class. docs/ops/cross_entropy.md.
Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                     Reduction reduction = kMean, int64_t ignore_index = -100,
                     double label_smoothing = 0);

/// The same of log probabilities: -weight[t] * x[t] a row.
Tensor nll_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = kMean, int64_t ignore_index = -100);

// --- autograd/ops/elementwise_loss.cpp ---

/// (x - t)^2. Shapes: x and target alike; nothing broadcasts. Throws: ArgumentError on mismatches.
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// |x - t|
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// (x - t)^2 / (2 beta) where |x - t| < beta, else |x - t| - beta / 2.
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean,
                      double beta = 1);

/// (x - t)^2 / 2 where |x - t| <= delta, else delta (|x - t| - delta / 2).
Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean,
                  double delta = 1);

/// -weight (pos_weight t log s + (1 - t) log(1 - s)) with s = sigmoid(x), for any x without
/// overflow. Shapes: x and target alike; weight and pos_weight broadcast to them, or undefined.
/// Throws: ArgumentError on mismatches. docs/ops/elementwise_loss.md.
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        const Tensor& weight = {}, const Tensor& pos_weight = {},
                                        Reduction reduction = kMean);

}  // namespace reel
