#pragma once

#include <reel/nn/loss.h>

namespace reel::nn::functional {

using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;

inline Tensor cross_entropy(const Tensor& x, const Tensor& target,
                            const CrossEntropyFuncOptions& options = {}) {
  return reel::cross_entropy(x, target, options.weight(), options.reduction(),
                             options.ignore_index(), options.label_smoothing());
}

inline Tensor nll_loss(const Tensor& x, const Tensor& target,
                       const NLLLossFuncOptions& options = {}) {
  return reel::nll_loss(x, target, options.weight(), options.reduction(), options.ignore_index());
}

inline Tensor mse_loss(const Tensor& x, const Tensor& target,
                       const MSELossFuncOptions& options = {}) {
  return reel::mse_loss(x, target, options.reduction());
}

inline Tensor l1_loss(const Tensor& x, const Tensor& target,
                      const L1LossFuncOptions& options = {}) {
  return reel::l1_loss(x, target, options.reduction());
}

inline Tensor smooth_l1_loss(const Tensor& x, const Tensor& target,
                             const SmoothL1LossFuncOptions& options = {}) {
  return reel::smooth_l1_loss(x, target, options.reduction(), options.beta());
}

inline Tensor huber_loss(const Tensor& x, const Tensor& target,
                         const HuberLossFuncOptions& options = {}) {
  return reel::huber_loss(x, target, options.reduction(), options.delta());
}

inline Tensor binary_cross_entropy_with_logits(
    const Tensor& x, const Tensor& target,
    const BinaryCrossEntropyWithLogitsFuncOptions& options = {}) {
  return reel::binary_cross_entropy_with_logits(x, target, options.weight(), options.pos_weight(),
                                                options.reduction());
}

}  // namespace reel::nn::functional
