#include <reel/autograd/ops/norms.h>
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
  this->register_state(o.num_features(), o.affine(), o.track_running_stats());
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
