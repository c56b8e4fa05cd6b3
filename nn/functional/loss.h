#pragma once

#include <reel/nn/loss.h>

namespace reel::nn::functional {

using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;
using GaussianNLLLossFuncOptions = GaussianNLLLossOptions;
using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;
using MarginRankingLossFuncOptions = MarginRankingLossOptions;
using SoftMarginLossFuncOptions = SoftMarginLossOptions;
using MultiMarginLossFuncOptions = MultiMarginLossOptions;
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;

inline Tensor cross_entropy(const Tensor& x, const Tensor& target,
                            const CrossEntropyFuncOptions& o = {}) {
  return reel::cross_entropy(x, target, o.weight(), o.reduction(), o.ignore_index(),
                             o.label_smoothing());
}

inline Tensor nll_loss(const Tensor& x, const Tensor& target, const NLLLossFuncOptions& o = {}) {
  return reel::nll_loss(x, target, o.weight(), o.reduction(), o.ignore_index());
}

inline Tensor mse_loss(const Tensor& x, const Tensor& target, const MSELossFuncOptions& o = {}) {
  return reel::mse_loss(x, target, o.reduction());
}

inline Tensor l1_loss(const Tensor& x, const Tensor& target, const L1LossFuncOptions& o = {}) {
  return reel::l1_loss(x, target, o.reduction());
}

inline Tensor smooth_l1_loss(const Tensor& x, const Tensor& target,
                             const SmoothL1LossFuncOptions& o = {}) {
  return reel::smooth_l1_loss(x, target, o.reduction(), o.beta());
}

inline Tensor huber_loss(const Tensor& x, const Tensor& target,
                         const HuberLossFuncOptions& o = {}) {
  return reel::huber_loss(x, target, o.reduction(), o.delta());
}

inline Tensor binary_cross_entropy(const Tensor& x, const Tensor& target,
                                   const BinaryCrossEntropyFuncOptions& o = {}) {
  return reel::binary_cross_entropy(x, target, o.weight(), o.reduction());
}

inline Tensor binary_cross_entropy_with_logits(
    const Tensor& x, const Tensor& target, const BinaryCrossEntropyWithLogitsFuncOptions& o = {}) {
  return reel::binary_cross_entropy_with_logits(x, target, o.weight(), o.pos_weight(),
                                                o.reduction());
}

inline Tensor kl_div(const Tensor& x, const Tensor& target, const KLDivFuncOptions& o = {}) {
  return reel::kl_div(x, target, o.reduction(), o.log_target());
}

inline Tensor poisson_nll_loss(const Tensor& x, const Tensor& target,
                               const PoissonNLLLossFuncOptions& o = {}) {
  return reel::poisson_nll_loss(x, target, o.log_input(), o.full(), o.eps(), o.reduction());
}

inline Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                                const GaussianNLLLossFuncOptions& o = {}) {
  return reel::gaussian_nll_loss(x, target, var, o.full(), o.eps(), o.reduction());
}

inline Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target,
                                   const HingeEmbeddingLossFuncOptions& o = {}) {
  return reel::hinge_embedding_loss(x, target, o.margin(), o.reduction());
}

inline Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                  const MarginRankingLossFuncOptions& o = {}) {
  return reel::margin_ranking_loss(x1, x2, target, o.margin(), o.reduction());
}

inline Tensor soft_margin_loss(const Tensor& x, const Tensor& target,
                               const SoftMarginLossFuncOptions& o = {}) {
  return reel::soft_margin_loss(x, target, o.reduction());
}

inline Tensor multi_margin_loss(const Tensor& x, const Tensor& target,
                                const MultiMarginLossFuncOptions& o = {}) {
  return reel::multi_margin_loss(x, target, o.p(), o.margin(), o.weight(), o.reduction());
}

inline Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target,
                                     const MultilabelMarginLossFuncOptions& o = {}) {
  return reel::multilabel_margin_loss(x, target, o.reduction());
}

inline Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                          const MultilabelSoftMarginLossFuncOptions& o = {}) {
  return reel::multilabel_soft_margin_loss(x, target, o.weight(), o.reduction());
}

inline Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                    const CosineEmbeddingLossFuncOptions& o = {}) {
  return reel::cosine_embedding_loss(x1, x2, target, o.margin(), o.reduction());
}

inline Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                  const Tensor& negative,
                                  const TripletMarginLossFuncOptions& o = {}) {
  return reel::triplet_margin_loss(anchor, positive, negative, o.margin(), o.p(), o.eps(), o.swap(),
                                   o.reduction());
}

inline Tensor triplet_margin_with_distance_loss(
    const Tensor& anchor, const Tensor& positive, const Tensor& negative,
    const TripletMarginWithDistanceLossFuncOptions& o = {}) {
  return reel::triplet_margin_with_distance_loss(anchor, positive, negative, o.distance_function(),
                                                 o.margin(), o.swap(), o.reduction());
}

}  // namespace reel::nn::functional
