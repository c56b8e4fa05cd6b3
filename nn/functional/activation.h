#pragma once

#include <reel/autograd/ops/activations.h>
#include <reel/nn/activation.h>

namespace reel::nn::functional {

using CELUFuncOptions = CELUOptions;
using ELUFuncOptions = ELUOptions;
using GELUFuncOptions = GELUOptions;
using GLUFuncOptions = GLUOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using HardtanhFuncOptions = HardtanhOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using LogSoftmaxFuncOptions = LogSoftmaxOptions;
using ReLU6FuncOptions = ReLU6Options;
using ReLUFuncOptions = ReLUOptions;
using SELUFuncOptions = SELUOptions;
using SoftmaxFuncOptions = SoftmaxOptions;
using SoftminFuncOptions = SoftminOptions;
using SoftplusFuncOptions = SoftplusOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using ThresholdFuncOptions = ThresholdOptions;

struct RReLUFuncOptions {
  REEL_ARG(double, lower) = 1.0 / 8;
  REEL_ARG(double, upper) = 1.0 / 3;
  REEL_ARG(bool, training) = false;
  REEL_ARG(bool, inplace) = false;
};

struct GumbelSoftmaxFuncOptions {
  REEL_ARG(double, tau) = 1;
  REEL_ARG(bool, hard) = false;
  REEL_ARG(int64_t, dim) = -1;
};

struct NormalizeFuncOptions {
  REEL_ARG(double, p) = 2;
  REEL_ARG(int64_t, dim) = 1;
  REEL_ARG(double, eps) = 1e-12;
};

using reel::hardsigmoid;
using reel::hardswish;
using reel::logsigmoid;
using reel::mish;
using reel::prelu;
using reel::sigmoid;
using reel::silu;
using reel::softsign;
using reel::tanh;
using reel::tanhshrink;

Tensor celu(const Tensor& x, const CELUFuncOptions& options = {});
Tensor elu(const Tensor& x, const ELUFuncOptions& options = {});
Tensor gelu(const Tensor& x, const GELUFuncOptions& options = {});
Tensor glu(const Tensor& x, const GLUFuncOptions& options = {});
Tensor gumbel_softmax(const Tensor& x, const GumbelSoftmaxFuncOptions& options = {});
Tensor hardshrink(const Tensor& x, const HardshrinkFuncOptions& options = {});
Tensor hardtanh(const Tensor& x, const HardtanhFuncOptions& options = {});
Tensor leaky_relu(const Tensor& x, const LeakyReLUFuncOptions& options = {});
Tensor log_softmax(const Tensor& x, const LogSoftmaxFuncOptions& options);
Tensor normalize(const Tensor& x, const NormalizeFuncOptions& options = {});
Tensor relu(const Tensor& x, const ReLUFuncOptions& options = {});
Tensor relu6(const Tensor& x, const ReLU6FuncOptions& options = {});
Tensor rrelu(const Tensor& x, const RReLUFuncOptions& options = {});
Tensor selu(const Tensor& x, const SELUFuncOptions& options = {});
Tensor softmax(const Tensor& x, const SoftmaxFuncOptions& options);
Tensor softmin(const Tensor& x, const SoftminFuncOptions& options);
Tensor softplus(const Tensor& x, const SoftplusFuncOptions& options = {});
Tensor softshrink(const Tensor& x, const SoftshrinkFuncOptions& options = {});
Tensor threshold(const Tensor& x, const ThresholdFuncOptions& options);

}  // namespace reel::nn::functional
