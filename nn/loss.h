#pragma once
// Losses as modules. Their pages: docs/ops/cross_entropy.md, elementwise_loss.md,
// probability_loss.md, likelihood_loss.md, margin_loss.md, metric_loss.md.

#include <reel/autograd/ops/losses.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

// A loss without state: its options, and a forward of the parameters named last.
#define REEL_LOSS(Name, ...)                                \
  class Name##Impl final : public Cloneable<Name##Impl> {   \
   public:                                                  \
    explicit Name##Impl(const Name##Options& o = {});       \
    Tensor forward(__VA_ARGS__) const;                      \
    void pretty_print(std::ostream& stream) const override; \
    Name##Options options;                                  \
  };                                                        \
  REEL_MODULE(Name)

// The same with a buffer `weight`, undefined unless given.
#define REEL_WEIGHTED_LOSS(Name, ...)                       \
  class Name##Impl final : public Cloneable<Name##Impl> {   \
   public:                                                  \
    explicit Name##Impl(const Name##Options& o = {});       \
    Tensor forward(__VA_ARGS__) const;                      \
    void pretty_print(std::ostream& stream) const override; \
    Name##Options options;                                  \
    Buffer weight;                                          \
  };                                                        \
  REEL_MODULE(Name)

/// Options of a loss that has no others.
struct ReductionOptions {
  ReductionOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
};

// --- of classes ---

struct CrossEntropyLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(int64_t, ignore_index) = -100;
  REEL_ARG(Reduction, reduction) = kMean;
  REEL_ARG(double, label_smoothing) = 0;
};
/// Minus the log of the softmax of scores (N, C, ...) at the target classes (N, ...), or against
/// probabilities (N, C, ...). Source: torch.nn.CrossEntropyLoss.
REEL_WEIGHTED_LOSS(CrossEntropyLoss, const Tensor& x, const Tensor& target);

struct NLLLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(int64_t, ignore_index) = -100;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// Minus the log probabilities (N, C, ...) at the target classes (N, ...). Source:
/// torch.nn.NLLLoss.
REEL_WEIGHTED_LOSS(NLLLoss, const Tensor& x, const Tensor& target);

// --- of differences ---

using MSELossOptions = ReductionOptions;
/// (x - target)^2. Source: torch.nn.MSELoss.
REEL_LOSS(MSELoss, const Tensor& x, const Tensor& target);

using L1LossOptions = ReductionOptions;
/// |x - target|. Source: torch.nn.L1Loss.
REEL_LOSS(L1Loss, const Tensor& x, const Tensor& target);

struct SmoothL1LossOptions {
  SmoothL1LossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
  REEL_ARG(double, beta) = 1;
};
/// (x - target)^2 / (2 beta) below beta, |x - target| - beta / 2 above. Source:
/// torch.nn.SmoothL1Loss.
REEL_LOSS(SmoothL1Loss, const Tensor& x, const Tensor& target);

struct HuberLossOptions {
  HuberLossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
  REEL_ARG(double, delta) = 1;
};
/// (x - target)^2 / 2 up to delta, delta (|x - target| - delta / 2) beyond. Source:
/// torch.nn.HuberLoss.
REEL_LOSS(HuberLoss, const Tensor& x, const Tensor& target);

// --- of probabilities ---

struct BCELossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Reduction, reduction) = kMean;
};
/// Binary cross entropy of target against probabilities x, elementwise. Source: torch.nn.BCELoss.
REEL_WEIGHTED_LOSS(BCELoss, const Tensor& x, const Tensor& target);

struct BCEWithLogitsLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Reduction, reduction) = kMean;
  REEL_ARG(Tensor, pos_weight) = {};
};
/// Binary cross entropy of target against sigmoid(x), elementwise. Buffers: weight and pos_weight,
/// if given. Source: torch.nn.BCEWithLogitsLoss.
class BCEWithLogitsLossImpl final : public Cloneable<BCEWithLogitsLossImpl> {
 public:
  explicit BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& o = {});
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  BCEWithLogitsLossOptions options;
  Buffer weight, pos_weight;
};
REEL_MODULE(BCEWithLogitsLoss);

struct KLDivLossOptions {
  KLDivLossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
  REEL_ARG(bool, log_target) = false;
};
/// target (log target - x) of log probabilities x. Source: torch.nn.KLDivLoss.
REEL_LOSS(KLDivLoss, const Tensor& x, const Tensor& target);

// --- of likelihoods ---

struct PoissonNLLLossOptions {
  REEL_ARG(bool, log_input) = true;
  REEL_ARG(bool, full) = false;
  REEL_ARG(double, eps) = 1e-8;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// exp(x) - target x of counts. Source: torch.nn.PoissonNLLLoss.
REEL_LOSS(PoissonNLLLoss, const Tensor& x, const Tensor& target);

struct GaussianNLLLossOptions {
  REEL_ARG(bool, full) = false;
  REEL_ARG(double, eps) = 1e-6;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// (log var + (x - target)^2 / var) / 2. Source: torch.nn.GaussianNLLLoss.
REEL_LOSS(GaussianNLLLoss, const Tensor& x, const Tensor& target, const Tensor& var);

// --- of margins ---

struct HingeEmbeddingLossOptions {
  REEL_ARG(double, margin) = 1;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// x where the target is 1, max(0, margin - x) where it is -1. Source: torch.nn.HingeEmbeddingLoss.
REEL_LOSS(HingeEmbeddingLoss, const Tensor& x, const Tensor& target);

struct MarginRankingLossOptions {
  REEL_ARG(double, margin) = 0;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// max(0, -target (x1 - x2) + margin). Source: torch.nn.MarginRankingLoss.
REEL_LOSS(MarginRankingLoss, const Tensor& x1, const Tensor& x2, const Tensor& target);

using SoftMarginLossOptions = ReductionOptions;
/// log(1 + exp(-target x)). Source: torch.nn.SoftMarginLoss.
REEL_LOSS(SoftMarginLoss, const Tensor& x, const Tensor& target);

struct MultiMarginLossOptions {
  REEL_ARG(int64_t, p) = 1;
  REEL_ARG(double, margin) = 1;
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Reduction, reduction) = kMean;
};
/// The mean over classes of max(0, margin - x_target + x_j)^p. Source: torch.nn.MultiMarginLoss.
REEL_WEIGHTED_LOSS(MultiMarginLoss, const Tensor& x, const Tensor& target);

using MultiLabelMarginLossOptions = ReductionOptions;
/// The sum over labels and other classes of max(0, 1 - x_label + x_j) / C. Source:
/// torch.nn.MultiLabelMarginLoss.
REEL_LOSS(MultiLabelMarginLoss, const Tensor& x, const Tensor& target);

struct MultiLabelSoftMarginLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(Reduction, reduction) = kMean;
};
/// The mean over classes of the binary cross entropy of scores. Source:
/// torch.nn.MultiLabelSoftMarginLoss.
REEL_WEIGHTED_LOSS(MultiLabelSoftMarginLoss, const Tensor& x, const Tensor& target);

// --- of embeddings ---

struct CosineEmbeddingLossOptions {
  REEL_ARG(double, margin) = 0;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. Source:
/// torch.nn.CosineEmbeddingLoss.
REEL_LOSS(CosineEmbeddingLoss, const Tensor& x1, const Tensor& x2, const Tensor& target);

struct TripletMarginLossOptions {
  REEL_ARG(double, margin) = 1;
  REEL_ARG(double, p) = 2;
  REEL_ARG(double, eps) = 1e-6;
  REEL_ARG(bool, swap) = false;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// max(0, |anchor - positive| - |anchor - negative| + margin). Source: torch.nn.TripletMarginLoss.
REEL_LOSS(TripletMarginLoss, const Tensor& anchor, const Tensor& positive, const Tensor& negative);

struct TripletMarginWithDistanceLossOptions {
  REEL_ARG(DistanceFunction, distance_function) = {};
  REEL_ARG(double, margin) = 1;
  REEL_ARG(bool, swap) = false;
  REEL_ARG(Reduction, reduction) = kMean;
};
/// The same with any distance. Source: torch.nn.TripletMarginWithDistanceLoss.
REEL_LOSS(TripletMarginWithDistanceLoss, const Tensor& anchor, const Tensor& positive,
          const Tensor& negative);

#undef REEL_LOSS
#undef REEL_WEIGHTED_LOSS

}  // namespace reel::nn
