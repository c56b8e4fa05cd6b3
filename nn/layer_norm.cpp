#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/layer_norm.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor layer_norm(const Tensor& x, const LayerNormFuncOptions& o) {
  return reel::layer_norm(x, o.normalized_shape(), o.weight(), o.bias(), o.eps());
}

}  // namespace functional

LayerNormImpl::LayerNormImpl(const LayerNormOptions& o) : options(o) {
  REEL_CHECK(!o.normalized_shape().empty(),
             "LayerNorm: normalized_shape is empty; it must name 1 or more dimensions.");
  if (!o.elementwise_affine()) return;
  weight = register_parameter("weight", empty(o.normalized_shape()));
  if (o.bias()) bias = register_parameter("bias", empty(o.normalized_shape()));
  reset_parameters();
}

void LayerNormImpl::reset_parameters() {
  const NoGradGuard no_grad;
  if (weight.defined()) weight.fill_(1);
  if (bias.defined()) bias.fill_(0);
}

Tensor LayerNormImpl::forward(const Tensor& x) const {
  return layer_norm(x, options.normalized_shape(), weight, bias, options.eps());
}

void LayerNormImpl::pretty_print(std::ostream& stream) const {
  stream << "LayerNorm(" << print_tuple(options.normalized_shape()) << ", eps=" << options.eps()
         << ", elementwise_affine=" << print_bool(options.elementwise_affine()) << ")";
}

}  // namespace reel::nn
