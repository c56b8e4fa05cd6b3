#include <reel/autograd/ops/reductions.h>
#include <reel/nn/functional/activation.h>

namespace reel::nn::functional {

Tensor celu(const Tensor& x, const CELUFuncOptions& options) {
  return options.inplace() ? celu_(x, options.alpha()) : reel::celu(x, options.alpha());
}

Tensor elu(const Tensor& x, const ELUFuncOptions& options) {
  return options.inplace() ? elu_(x, options.alpha()) : reel::elu(x, options.alpha());
}

Tensor gelu(const Tensor& x, const GELUFuncOptions& options) {
  return reel::gelu(x, options.approximate());
}

Tensor glu(const Tensor& x, const GLUFuncOptions& options) { return reel::glu(x, options.dim()); }

Tensor gumbel_softmax(const Tensor& x, const GumbelSoftmaxFuncOptions& options) {
  return reel::gumbel_softmax(x, options.tau(), options.hard(), options.dim());
}

Tensor hardshrink(const Tensor& x, const HardshrinkFuncOptions& options) {
  return reel::hardshrink(x, options.lambda());
}

Tensor hardtanh(const Tensor& x, const HardtanhFuncOptions& options) {
  return options.inplace() ? hardtanh_(x, options.min_val(), options.max_val())
                           : reel::hardtanh(x, options.min_val(), options.max_val());
}

Tensor leaky_relu(const Tensor& x, const LeakyReLUFuncOptions& options) {
  return options.inplace() ? leaky_relu_(x, options.negative_slope())
                           : reel::leaky_relu(x, options.negative_slope());
}

Tensor log_softmax(const Tensor& x, const LogSoftmaxFuncOptions& options) {
  return x.log_softmax(options.dim());
}

Tensor normalize(const Tensor& x, const NormalizeFuncOptions& options) {
  return reel::normalize(x, options.p(), options.dim(), options.eps());
}

Tensor relu(const Tensor& x, const ReLUFuncOptions& options) {
  return options.inplace() ? x.relu_() : x.relu();
}

Tensor relu6(const Tensor& x, const ReLU6FuncOptions& options) {
  return options.inplace() ? relu6_(x) : reel::relu6(x);
}

Tensor rrelu(const Tensor& x, const RReLUFuncOptions& options) {
  return options.inplace() ? rrelu_(x, options.lower(), options.upper(), options.training())
                           : reel::rrelu(x, options.lower(), options.upper(), options.training());
}

Tensor selu(const Tensor& x, const SELUFuncOptions& options) {
  return options.inplace() ? selu_(x) : reel::selu(x);
}

Tensor softmax(const Tensor& x, const SoftmaxFuncOptions& options) {
  return x.softmax(options.dim());
}

Tensor softmin(const Tensor& x, const SoftminFuncOptions& options) {
  return reel::softmin(x, options.dim());
}

Tensor softplus(const Tensor& x, const SoftplusFuncOptions& options) {
  return reel::softplus(x, options.beta(), options.threshold());
}

Tensor softshrink(const Tensor& x, const SoftshrinkFuncOptions& options) {
  return reel::softshrink(x, options.lambda());
}

Tensor threshold(const Tensor& x, const ThresholdFuncOptions& options) {
  return options.inplace() ? threshold_(x, options.threshold(), options.value())
                           : reel::threshold(x, options.threshold(), options.value());
}

}  // namespace reel::nn::functional
