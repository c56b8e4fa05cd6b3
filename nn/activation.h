#pragma once
// Activations. docs/ops/activation.md, docs/ops/softmax.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

#include <string>

namespace reel::nn {

struct ReLUOptions {
  ReLUOptions(bool inplace = false) : inplace_(inplace) {}
  REEL_ARG(bool, inplace);
};

/// max(x, 0); with inplace it overwrites its input, which then must not be needed for a gradient.
/// Source: torch.nn.ReLU.
class ReLUImpl final : public Cloneable<ReLUImpl> {
 public:
  explicit ReLUImpl(const ReLUOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  ReLUOptions options;
};
REEL_MODULE(ReLU);

struct LeakyReLUOptions {
  REEL_ARG(double, negative_slope) = 0.01;
  REEL_ARG(bool, inplace) = false;
};

/// x where x > 0, else negative_slope x. Source: torch.nn.LeakyReLU.
class LeakyReLUImpl final : public Cloneable<LeakyReLUImpl> {
 public:
  explicit LeakyReLUImpl(const LeakyReLUOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  LeakyReLUOptions options;
};
REEL_MODULE(LeakyReLU);

/// 1 / (1 + exp(-x)). Source: torch.nn.Sigmoid.
class SigmoidImpl final : public Cloneable<SigmoidImpl> {
 public:
  Tensor forward(const Tensor& x) const { return x.sigmoid(); }
  void pretty_print(std::ostream& stream) const override;
};
REEL_MODULE(Sigmoid);

/// Source: torch.nn.Tanh.
class TanhImpl final : public Cloneable<TanhImpl> {
 public:
  Tensor forward(const Tensor& x) const { return x.tanh(); }
  void pretty_print(std::ostream& stream) const override;
};
REEL_MODULE(Tanh);

struct GELUOptions {
  REEL_ARG(std::string, approximate) = "none";
};

/// x Phi(x), Phi the normal distribution's; "tanh" approximates it. Source: torch.nn.GELU.
class GELUImpl final : public Cloneable<GELUImpl> {
 public:
  explicit GELUImpl(const GELUOptions& o = {}) : options(o) {}
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  GELUOptions options;
};
REEL_MODULE(GELU);

/// x sigmoid(x). Source: torch.nn.SiLU.
class SiLUImpl final : public Cloneable<SiLUImpl> {
 public:
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
};
REEL_MODULE(SiLU);

struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  REEL_ARG(int64_t, dim);
};

/// exp(x) / sum exp(x) over dimension dim. Source: torch.nn.Softmax.
class SoftmaxImpl final : public Cloneable<SoftmaxImpl> {
 public:
  SoftmaxImpl(const SoftmaxOptions& o) : options(o) {}
  Tensor forward(const Tensor& x) const { return x.softmax(options.dim()); }
  void pretty_print(std::ostream& stream) const override;
  SoftmaxOptions options;
};
REEL_MODULE(Softmax);

using LogSoftmaxOptions = SoftmaxOptions;

/// The log of softmax, without its underflow. Source: torch.nn.LogSoftmax.
class LogSoftmaxImpl final : public Cloneable<LogSoftmaxImpl> {
 public:
  LogSoftmaxImpl(const LogSoftmaxOptions& o) : options(o) {}
  Tensor forward(const Tensor& x) const { return x.log_softmax(options.dim()); }
  void pretty_print(std::ostream& stream) const override;
  LogSoftmaxOptions options;
};
REEL_MODULE(LogSoftmax);

}  // namespace reel::nn
