#include <reel/nn/functional/loss.h>
#include <reel/nn/loss.h>

#include <ostream>

namespace reel::nn {

namespace {

// A buffer of the module's own: clones must not share it.
Tensor own(const Tensor& x) { return x.defined() ? x.clone() : x; }

}  // namespace

CrossEntropyLossImpl::CrossEntropyLossImpl(const CrossEntropyLossOptions& o) : options(o) {
  weight = register_buffer("weight", own(o.weight()));
}

Tensor CrossEntropyLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return cross_entropy(x, target, weight, options.reduction(), options.ignore_index(),
                       options.label_smoothing());
}

void CrossEntropyLossImpl::pretty_print(std::ostream& stream) const {
  stream << "CrossEntropyLoss()";
}

NLLLossImpl::NLLLossImpl(const NLLLossOptions& o) : options(o) {
  weight = register_buffer("weight", own(o.weight()));
}

Tensor NLLLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return nll_loss(x, target, weight, options.reduction(), options.ignore_index());
}

void NLLLossImpl::pretty_print(std::ostream& stream) const { stream << "NLLLoss()"; }

Tensor MSELossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::mse_loss(x, target, options);
}

void MSELossImpl::pretty_print(std::ostream& stream) const { stream << "MSELoss()"; }

Tensor L1LossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::l1_loss(x, target, options);
}

void L1LossImpl::pretty_print(std::ostream& stream) const { stream << "L1Loss()"; }

Tensor SmoothL1LossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::smooth_l1_loss(x, target, options);
}

void SmoothL1LossImpl::pretty_print(std::ostream& stream) const { stream << "SmoothL1Loss()"; }

Tensor HuberLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return functional::huber_loss(x, target, options);
}

void HuberLossImpl::pretty_print(std::ostream& stream) const { stream << "HuberLoss()"; }

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& o) : options(o) {
  weight = register_buffer("weight", own(o.weight()));
  pos_weight = register_buffer("pos_weight", own(o.pos_weight()));
}

Tensor BCEWithLogitsLossImpl::forward(const Tensor& x, const Tensor& target) const {
  return binary_cross_entropy_with_logits(x, target, weight, pos_weight, options.reduction());
}

void BCEWithLogitsLossImpl::pretty_print(std::ostream& stream) const {
  stream << "BCEWithLogitsLoss()";
}

}  // namespace reel::nn
