#pragma once
// Losses as modules. docs/ops/cross_entropy.md, docs/ops/elementwise_loss.md.

#include <reel/autograd/ops/losses.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct CrossEntropyLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(int64_t, ignore_index) = -100;
  REEL_ARG(Reduction, reduction) = kMean;
  REEL_ARG(double, label_smoothing) = 0;
};

/// Minus the log of the softmax of scores (N, C, ...) at the target classes (N, ...). Buffer:
/// weight (C), if given. Source: torch.nn.CrossEntropyLoss.
class CrossEntropyLossImpl final : public Cloneable<CrossEntropyLossImpl> {
 public:
  explicit CrossEntropyLossImpl(const CrossEntropyLossOptions& o = {});
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  CrossEntropyLossOptions options;
  Buffer weight;
};
REEL_MODULE(CrossEntropyLoss);

struct NLLLossOptions {
  REEL_ARG(Tensor, weight) = {};
  REEL_ARG(int64_t, ignore_index) = -100;
  REEL_ARG(Reduction, reduction) = kMean;
};

/// Minus the log probabilities (N, C, ...) at the target classes (N, ...). Buffer: weight (C), if
/// given. Source: torch.nn.NLLLoss.
class NLLLossImpl final : public Cloneable<NLLLossImpl> {
 public:
  explicit NLLLossImpl(const NLLLossOptions& o = {});
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  NLLLossOptions options;
  Buffer weight;
};
REEL_MODULE(NLLLoss);

struct MSELossOptions {
  MSELossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
};

/// (x - target)^2. Source: torch.nn.MSELoss.
class MSELossImpl final : public Cloneable<MSELossImpl> {
 public:
  explicit MSELossImpl(const MSELossOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  MSELossOptions options;
};
REEL_MODULE(MSELoss);

struct L1LossOptions {
  L1LossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
};

/// |x - target|. Source: torch.nn.L1Loss.
class L1LossImpl final : public Cloneable<L1LossImpl> {
 public:
  explicit L1LossImpl(const L1LossOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  L1LossOptions options;
};
REEL_MODULE(L1Loss);

struct SmoothL1LossOptions {
  SmoothL1LossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
  REEL_ARG(double, beta) = 1;
};

/// (x - target)^2 / (2 beta) below beta, |x - target| - beta / 2 above. Source:
/// torch.nn.SmoothL1Loss.
class SmoothL1LossImpl final : public Cloneable<SmoothL1LossImpl> {
 public:
  explicit SmoothL1LossImpl(const SmoothL1LossOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  SmoothL1LossOptions options;
};
REEL_MODULE(SmoothL1Loss);

struct HuberLossOptions {
  HuberLossOptions(Reduction reduction = kMean) : reduction_(reduction) {}
  REEL_ARG(Reduction, reduction);
  REEL_ARG(double, delta) = 1;
};

/// (x - target)^2 / 2 up to delta, delta (|x - target| - delta / 2) beyond. Source:
/// torch.nn.HuberLoss.
class HuberLossImpl final : public Cloneable<HuberLossImpl> {
 public:
  explicit HuberLossImpl(const HuberLossOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x, const Tensor& target) const;
  void pretty_print(std::ostream& stream) const override;
  HuberLossOptions options;
};
REEL_MODULE(HuberLoss);

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

}  // namespace reel::nn
