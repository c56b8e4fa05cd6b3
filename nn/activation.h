#pragma once
// Activations. docs/ops/activation.md, docs/ops/softmax.md, docs/ops/prelu.md. Options named
// `inplace` overwrite the input, which then must not be needed for a gradient.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

#include <string>

namespace reel::nn {

// Declares the module of an elementwise function without options, and of one with NameOptions whose
// defaults suffice; activation.cpp has the bodies.
#define REEL_ACTIVATION(Name)                               \
  class Name##Impl final : public Cloneable<Name##Impl> {   \
   public:                                                  \
    Tensor forward(const Tensor& x) const;                  \
    void pretty_print(std::ostream& stream) const override; \
  };                                                        \
  REEL_MODULE(Name)
#define REEL_ACTIVATION_OF(Name, default_options)                \
  class Name##Impl final : public Cloneable<Name##Impl> {        \
   public:                                                       \
    explicit Name##Impl(const Name##Options& o default_options); \
    Tensor forward(const Tensor& x) const;                       \
    void pretty_print(std::ostream& stream) const override;      \
    Name##Options options;                                       \
  };                                                             \
  REEL_MODULE(Name)

/// 1 / (1 + exp(-x)). Source: torch.nn.Sigmoid.
REEL_ACTIVATION(Sigmoid);
/// Source: torch.nn.Tanh.
REEL_ACTIVATION(Tanh);
/// x sigmoid(x). Source: torch.nn.SiLU.
REEL_ACTIVATION(SiLU);
/// x tanh(softplus(x)). Source: torch.nn.Mish.
REEL_ACTIVATION(Mish);
/// log(sigmoid(x)). Source: torch.nn.LogSigmoid.
REEL_ACTIVATION(LogSigmoid);
/// x / (1 + |x|). Source: torch.nn.Softsign.
REEL_ACTIVATION(Softsign);
/// x - tanh(x). Source: torch.nn.Tanhshrink.
REEL_ACTIVATION(Tanhshrink);
/// x / 6 + 1/2 within [0, 1]. Source: torch.nn.Hardsigmoid.
REEL_ACTIVATION(Hardsigmoid);
/// x hardsigmoid(x). Source: torch.nn.Hardswish.
REEL_ACTIVATION(Hardswish);
/// Softmax over the channels of (N, C, H, W) or (C, H, W). Source: torch.nn.Softmax2d.
REEL_ACTIVATION(Softmax2d);

/// Of an activation that can overwrite its input: `nn::ReLU(true)`.
struct InplaceOptions {
  InplaceOptions(bool inplace = false) : inplace_(inplace) {}
  REEL_ARG(bool, inplace);
};
using ReLUOptions = InplaceOptions;
using ReLU6Options = InplaceOptions;
using SELUOptions = InplaceOptions;

/// max(x, 0). Source: torch.nn.ReLU.
REEL_ACTIVATION_OF(ReLU, = {});
/// x within [0, 6]. Source: torch.nn.ReLU6.
REEL_ACTIVATION_OF(ReLU6, = {});
/// ELU scaled so that mean and variance keep to 0 and 1. Source: torch.nn.SELU.
REEL_ACTIVATION_OF(SELU, = {});

struct LeakyReLUOptions {
  REEL_ARG(double, negative_slope) = 0.01;
  REEL_ARG(bool, inplace) = false;
};
/// x where x > 0, else negative_slope x. Source: torch.nn.LeakyReLU.
REEL_ACTIVATION_OF(LeakyReLU, = {});

struct ELUOptions {
  REEL_ARG(double, alpha) = 1;
  REEL_ARG(bool, inplace) = false;
};
using CELUOptions = ELUOptions;
/// x where x > 0, else alpha (exp(x) - 1). Source: torch.nn.ELU.
REEL_ACTIVATION_OF(ELU, = {});
/// x where x > 0, else alpha (exp(x / alpha) - 1). Source: torch.nn.CELU.
REEL_ACTIVATION_OF(CELU, = {});

struct GELUOptions {
  REEL_ARG(std::string, approximate) = "none";
};
/// x Phi(x), Phi the normal distribution's; "tanh" approximates it. Source: torch.nn.GELU.
REEL_ACTIVATION_OF(GELU, = {});

struct SoftplusOptions {
  REEL_ARG(double, beta) = 1;
  REEL_ARG(double, threshold) = 20;
};
/// log(1 + exp(beta x)) / beta, or x where beta x > threshold. Source: torch.nn.Softplus.
REEL_ACTIVATION_OF(Softplus, = {});

struct LambdaOptions {
  LambdaOptions(double lambda = 0.5) : lambda_(lambda) {}
  REEL_ARG(double, lambda);
};
using HardshrinkOptions = LambdaOptions;
using SoftshrinkOptions = LambdaOptions;
/// x where |x| > lambda, else 0. Source: torch.nn.Hardshrink.
REEL_ACTIVATION_OF(Hardshrink, = {});
/// x moved towards 0 by lambda, and no further than 0. Source: torch.nn.Softshrink.
REEL_ACTIVATION_OF(Softshrink, = {});

struct HardtanhOptions {
  REEL_ARG(double, min_val) = -1;
  REEL_ARG(double, max_val) = 1;
  REEL_ARG(bool, inplace) = false;
};
/// x within [min_val, max_val]. Source: torch.nn.Hardtanh.
REEL_ACTIVATION_OF(Hardtanh, = {});

struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  REEL_ARG(double, threshold);
  REEL_ARG(double, value);
  REEL_ARG(bool, inplace) = false;
};
/// x where x > threshold, else value. Source: torch.nn.Threshold.
class ThresholdImpl final : public Cloneable<ThresholdImpl> {
 public:
  ThresholdImpl(double threshold, double value);
  explicit ThresholdImpl(const ThresholdOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  ThresholdOptions options;
};
REEL_MODULE(Threshold);

struct RReLUOptions {
  REEL_ARG(double, lower) = 1.0 / 8;
  REEL_ARG(double, upper) = 1.0 / 3;
  REEL_ARG(bool, inplace) = false;
};
/// x where x > 0, else slope x: drawn from [lower, upper) in training, their mean else. Source:
/// torch.nn.RReLU.
REEL_ACTIVATION_OF(RReLU, = {});

struct PReLUOptions {
  PReLUOptions(int64_t num_parameters = 1) : num_parameters_(num_parameters) {}
  REEL_ARG(int64_t, num_parameters);
  REEL_ARG(double, init) = 0.25;
};
/// x where x > 0, else weight x. Parameter: weight (num_parameters), for all or for each channel,
/// starting at init. Source: torch.nn.PReLU.
class PReLUImpl final : public Cloneable<PReLUImpl> {
 public:
  explicit PReLUImpl(const PReLUOptions& o = {});
  void reset_parameters();
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  PReLUOptions options;
  Parameter weight;
};
REEL_MODULE(PReLU);

struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  REEL_ARG(int64_t, dim);
};
/// a sigmoid(b) for the halves a and b of x along dim. Source: torch.nn.GLU.
REEL_ACTIVATION_OF(GLU, = {});

struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  REEL_ARG(int64_t, dim);
};
using SoftminOptions = SoftmaxOptions;
using LogSoftmaxOptions = SoftmaxOptions;
/// exp(x) / sum exp(x) over dimension dim. Source: torch.nn.Softmax.
REEL_ACTIVATION_OF(Softmax, );
/// The softmax of -x. Source: torch.nn.Softmin.
REEL_ACTIVATION_OF(Softmin, );
/// The log of softmax, without its underflow. Source: torch.nn.LogSoftmax.
REEL_ACTIVATION_OF(LogSoftmax, );

#undef REEL_ACTIVATION
#undef REEL_ACTIVATION_OF

}  // namespace reel::nn
