#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/instance_norm.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor instance_norm(const Tensor& x, const InstanceNormFuncOptions& o) {
  return reel::instance_norm(x, o.weight(), o.bias(), o.running_mean(), o.running_var(),
                             o.use_input_stats(), o.momentum(), o.eps());
}

}  // namespace functional

template <int D, class Derived>
InstanceNormImpl<D, Derived>::InstanceNormImpl(int64_t num_features)
    : InstanceNormImpl(InstanceNormOptions(num_features)) {}

template <int D, class Derived>
InstanceNormImpl<D, Derived>::InstanceNormImpl(const InstanceNormOptions& o) : options(o) {
  REEL_CHECK(o.num_features() > 0, "InstanceNorm", D, "d: num_features is ", o.num_features(),
             "; it must be positive.");
  if (o.affine()) {
    weight = this->register_parameter("weight", empty({o.num_features()}));
    bias = this->register_parameter("bias", empty({o.num_features()}));
  }
  if (o.track_running_stats()) {
    running_mean = this->register_buffer("running_mean", empty({o.num_features()}));
    running_var = this->register_buffer("running_var", empty({o.num_features()}));
    num_batches_tracked = this->register_buffer("num_batches_tracked", empty({}, kInt64));
  }
  reset_parameters();
}

template <int D, class Derived>
void InstanceNormImpl<D, Derived>::reset_parameters() {
  reset_running_stats();
  const NoGradGuard no_grad;
  if (weight.defined()) weight.fill_(1);
  if (bias.defined()) bias.fill_(0);
}

template <int D, class Derived>
void InstanceNormImpl<D, Derived>::reset_running_stats() {
  if (!running_mean.defined()) return;
  running_mean.fill_(0);
  running_var.fill_(1);
  num_batches_tracked.fill_(0);
}

template <int D, class Derived>
Tensor InstanceNormImpl<D, Derived>::forward(const Tensor& x) const {
  REEL_CHECK(x.dim() == D + 2 || x.dim() == D + 1, this->name(), ": input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, ", D, " spatial) or (C, ", D, " spatial).");
  const bool by_input = this->is_training() || !running_mean.defined();
  const auto normalize = [&](const Tensor& batch) {
    return instance_norm(batch, weight, bias, running_mean, running_var, by_input,
                         options.momentum(), options.eps());
  };
  return x.dim() == D + 2 ? normalize(x) : normalize(x.unsqueeze(0)).squeeze(0);
}

template <int D, class Derived>
void InstanceNormImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(" << options.num_features() << ", eps=" << options.eps()
         << ", momentum=" << options.momentum() << ", affine=" << print_bool(options.affine())
         << ", track_running_stats=" << print_bool(options.track_running_stats()) << ")";
}

template class InstanceNormImpl<1, InstanceNorm1dImpl>;
template class InstanceNormImpl<2, InstanceNorm2dImpl>;
template class InstanceNormImpl<3, InstanceNorm3dImpl>;

}  // namespace reel::nn
