#pragma once

#include <reel/autograd/ops/activations.h>
#include <reel/nn/activation.h>

namespace reel::nn::functional {

using ReLUFuncOptions = ReLUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using GELUFuncOptions = GELUOptions;
using SoftmaxFuncOptions = SoftmaxOptions;
using LogSoftmaxFuncOptions = LogSoftmaxOptions;

using reel::sigmoid;
using reel::silu;
using reel::tanh;

inline Tensor relu(const Tensor& x, const ReLUFuncOptions& options = {}) {
  return options.inplace() ? x.relu_() : x.relu();
}

inline Tensor leaky_relu(const Tensor& x, const LeakyReLUFuncOptions& options = {}) {
  return options.inplace() ? leaky_relu_(x, options.negative_slope())
                           : reel::leaky_relu(x, options.negative_slope());
}

inline Tensor gelu(const Tensor& x, const GELUFuncOptions& options = {}) {
  return reel::gelu(x, options.approximate());
}

inline Tensor softmax(const Tensor& x, const SoftmaxFuncOptions& options) {
  return x.softmax(options.dim());
}

inline Tensor log_softmax(const Tensor& x, const LogSoftmaxFuncOptions& options) {
  return x.log_softmax(options.dim());
}

}  // namespace reel::nn::functional
