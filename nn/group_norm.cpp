#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/group_norm.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor group_norm(const Tensor& x, const GroupNormFuncOptions& o) {
  return reel::group_norm(x, o.num_groups(), o.weight(), o.bias(), o.eps());
}

}  // namespace functional

GroupNormImpl::GroupNormImpl(const GroupNormOptions& o) : options(o) {
  REEL_CHECK(o.num_channels() > 0 && o.num_groups() > 0 && o.num_channels() % o.num_groups() == 0,
             "GroupNorm: num_groups = ", o.num_groups(),
             " does not divide num_channels = ", o.num_channels(), "; it must.");
  if (!o.affine()) return;
  weight = register_parameter("weight", empty({o.num_channels()}));
  bias = register_parameter("bias", empty({o.num_channels()}));
  reset_parameters();
}

void GroupNormImpl::reset_parameters() {
  const NoGradGuard no_grad;
  if (weight.defined()) weight.fill_(1);
  if (bias.defined()) bias.fill_(0);
}

Tensor GroupNormImpl::normalize(const Tensor& x, bool relu) const {
  REEL_CHECK(x.dim() >= 2 && x.size(1) == options.num_channels(), "GroupNorm: input ", x,
             " does not have ", options.num_channels(),
             " channels in dimension 1, as num_channels says.");
  const auto run = relu ? group_norm_relu : reel::group_norm;
  return run(x, options.num_groups(), weight, bias, options.eps());
}

void GroupNormImpl::pretty_print(std::ostream& stream) const {
  stream << "GroupNorm(" << options.num_groups() << ", " << options.num_channels()
         << ", eps=" << options.eps() << ", affine=" << print_bool(options.affine()) << ")";
}

}  // namespace reel::nn
