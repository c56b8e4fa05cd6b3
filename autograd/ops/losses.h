#pragma once
// Losses.

#include <reel/core/tensor.h>

namespace reel {

/// How a loss combines its elements; kBatchMean, for kl_div, divides their sum by the batch size.
enum class Reduction : uint8_t {
  kNone,
  kMean,
  kSum,
  kBatchMean,
  None = kNone,
  Mean = kMean,
  Sum = kSum,
};
inline constexpr Reduction kNone = Reduction::kNone;
inline constexpr Reduction kMean = Reduction::kMean;
inline constexpr Reduction kSum = Reduction::kSum;
inline constexpr Reduction kBatchMean = Reduction::kBatchMean;

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

// --- autograd/ops/probability_loss.cpp ---

/// -weight (t log x + (1 - t) log(1 - x)) of probabilities, the logs never below -100. Shapes: x
/// and target alike; weight broadcasts to them, or undefined. Throws: ArgumentError on mismatches
/// and on values outside [0, 1]. docs/ops/probability_loss.md.
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                            Reduction reduction = kMean);

/// t (log t - x) of log probabilities x, 0 where t is 0; log_target: exp(t) (t - x). kMean divides
/// by the number of elements, kBatchMean by x.size(0): the divergence itself. Shapes: x and target
/// alike. Throws: ArgumentError on mismatches.
Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction = kMean,
              bool log_target = false);

// --- autograd/ops/likelihood_loss.cpp ---

/// exp(x) - t x, or, unless log_input, x - t log(x + eps); `full` adds Stirling's approximation of
/// log t! where t > 1. Shapes: x and target broadcast. docs/ops/likelihood_loss.md.
Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input = true,
                        bool full = false, double eps = 1e-8, Reduction reduction = kMean);

/// (log v + (x - t)^2 / v) / 2 with v = max(var, eps), whose gradient passes to var; `full` adds
/// log(2 pi) / 2. Shapes: x and target alike; var too, or of size 1 or missing in the last
/// dimension. Throws: ArgumentError on mismatches and on a negative variance.
Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                         bool full = false, double eps = 1e-6, Reduction reduction = kMean);

// --- autograd/ops/margin_loss.cpp: docs/ops/margin_loss.md ---

/// x where the target is 1, max(0, margin - x) where it is -1. Shapes: x and target alike.
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin = 1,
                            Reduction reduction = kMean);

/// max(0, -t (x1 - x2) + margin), t = 1 where x1 should be the larger, else -1. Shapes: the three
/// broadcast.
Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                           double margin = 0, Reduction reduction = kMean);

/// log(1 + exp(-t x)), t of 1 and -1. Shapes: x and target alike.
Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// weight[t] sum_{j != t} max(0, margin - x_t + x_j)^p / C, p = 1 or 2. Shapes: x (N, C) or (C),
/// target (N) or () of int64, weight (C) or undefined. Throws: ArgumentError on mismatches and on a
/// target that is no class.
Tensor multi_margin_loss(const Tensor& x, const Tensor& target, Scalar p = 1, Scalar margin = 1,
                         const Tensor& weight = {}, Reduction reduction = kMean);

/// sum over labels y and other classes j of max(0, 1 - x_y + x_j) / C; a row's labels end at the
/// first -1. Shapes: x (N, C) or (C), target alike, of int64. Throws: ArgumentError on mismatches
/// and on a target that is no class.
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction = kMean);

/// The mean over the last dimension of -weight (t log s + (1 - t) log(1 - s)), s = sigmoid(x).
/// Shapes: x and target (..., C), weight broadcasts to them, or undefined.
Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const Tensor& weight = {},
                                   Reduction reduction = kMean);

// --- autograd/ops/metric_loss.cpp: docs/ops/metric_loss.md ---

/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. Shapes: x1
/// and x2 (N, D), target (N), or (D) and (). Throws: ArgumentError on mismatches.
Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                             double margin = 0, Reduction reduction = kMean);

/// max(0, |a - p| - |a - n| + margin) in the p-norm of pairwise_distance; swap: with |p - n| for
/// |a - n| where that is less. Shapes: the three (..., D) broadcast, result without D. Throws:
/// ArgumentError unless the margin is positive. Source: Balntas et al. 2016.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1, double p = 2, double eps = 1e-6, bool swap = false,
                           Reduction reduction = kMean);

/// The same with any distance; pairwise_distance when it is empty.
using DistanceFunction = std::function<Tensor(const Tensor&, const Tensor&)>;
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative,
                                         const DistanceFunction& distance_function = {},
                                         double margin = 1, bool swap = false,
                                         Reduction reduction = kMean);

}  // namespace reel
