#include <reel/nn/functional/loss.h>
#include <reel/nn/loss.h>

#include <ostream>

namespace reel::nn {

namespace {

// A buffer of the module's own: clones must not share it.
Tensor own(const Tensor& x) { return x.defined() ? x.clone() : x; }

// The options with the weight that the module has now.
template <class Options>
Options with_weight(Options options, const Tensor& weight) {
  return options.weight(weight);
}

}  // namespace

#define REEL_LOSS(Name)                                          \
  Name##Impl::Name##Impl(const Name##Options& o) : options(o) {} \
  void Name##Impl::pretty_print(std::ostream& stream) const { stream << #Name "()"; }

#define REEL_WEIGHTED_LOSS(Name)                                \
  Name##Impl::Name##Impl(const Name##Options& o) : options(o) { \
    weight = register_buffer("weight", own(o.weight()));        \
  }                                                             \
  void Name##Impl::pretty_print(std::ostream& stream) const { stream << #Name "()"; }

REEL_WEIGHTED_LOSS(CrossEntropyLoss)
Tensor CrossEntropyLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::cross_entropy(x, target, with_weight(options, weight));
}

REEL_WEIGHTED_LOSS(NLLLoss)
Tensor NLLLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::nll_loss(x, target, with_weight(options, weight));
}

REEL_LOSS(MSELoss)
Tensor MSELossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::mse_loss(x, target, options);
}

REEL_LOSS(L1Loss)
Tensor L1LossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::l1_loss(x, target, options);
}

REEL_LOSS(SmoothL1Loss)
Tensor SmoothL1LossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::smooth_l1_loss(x, target, options);
}

REEL_LOSS(HuberLoss)
Tensor HuberLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::huber_loss(x, target, options);
}

REEL_WEIGHTED_LOSS(BCELoss)
Tensor BCELossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::binary_cross_entropy(x, target, with_weight(options, weight));
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& o) : options(o) {
  weight = register_buffer("weight", own(o.weight()));
  pos_weight = register_buffer("pos_weight", own(o.pos_weight()));
}
void BCEWithLogitsLossImpl::pretty_print(std::ostream& stream) const {
  stream << "BCEWithLogitsLoss()";
}
Tensor BCEWithLogitsLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::binary_cross_entropy_with_logits(
      x, target, with_weight(options, weight).pos_weight(pos_weight));
}

REEL_LOSS(KLDivLoss)
Tensor KLDivLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::kl_div(x, target, options);
}

REEL_LOSS(PoissonNLLLoss)
Tensor PoissonNLLLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::poisson_nll_loss(x, target, options);
}

REEL_LOSS(GaussianNLLLoss)
Tensor GaussianNLLLossImpl::forward(const Tensor& x, const Tensor& target,
                                    const Tensor& var) const {
  return functional::gaussian_nll_loss(x, target, var, options);
}

REEL_LOSS(HingeEmbeddingLoss)
Tensor HingeEmbeddingLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::hinge_embedding_loss(x, target, options);
}

REEL_LOSS(MarginRankingLoss)
Tensor MarginRankingLossImpl::forward(const Tensor& x1, const Tensor& x2,
                                      const Tensor& target) const {
  return functional::margin_ranking_loss(x1, x2, target, options);
}

REEL_LOSS(SoftMarginLoss)
Tensor SoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::soft_margin_loss(x, target, options);
}

REEL_WEIGHTED_LOSS(MultiMarginLoss)
Tensor MultiMarginLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::multi_margin_loss(x, target, with_weight(options, weight));
}

REEL_LOSS(MultiLabelMarginLoss)
Tensor MultiLabelMarginLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::multilabel_margin_loss(x, target, options);
}

REEL_WEIGHTED_LOSS(MultiLabelSoftMarginLoss)
Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::multilabel_soft_margin_loss(x, target, with_weight(options, weight));
}

REEL_LOSS(CosineEmbeddingLoss)
Tensor CosineEmbeddingLossImpl::forward(const Tensor& x1, const Tensor& x2,
                                        const Tensor& target) const {
  return functional::cosine_embedding_loss(x1, x2, target, options);
}

REEL_LOSS(TripletMarginLoss)
Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                      const Tensor& negative) const {
  return functional::triplet_margin_loss(anchor, positive, negative, options);
}

REEL_LOSS(TripletMarginWithDistanceLoss)
Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) const {
  return functional::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}

}  // namespace reel::nn
