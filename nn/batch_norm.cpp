#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/print_size.h>

#include <ostream>

namespace reel::nn {

namespace functional {

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& o) {
  return reel::batch_norm(x, o.weight(), o.bias(), running_mean, running_var, o.training(),
                          o.momentum(), o.eps());
}

}  // namespace functional

template <int D, class Derived>
BatchNormImpl<D, Derived>::BatchNormImpl(const BatchNormOptions& o) : options(o) {
  REEL_CHECK(o.num_features() > 0, "BatchNorm", D, "d: num_features is ", o.num_features(),
             "; it must be positive.");
  REEL_CHECK(o.eps() >= 0, "BatchNorm", D, "d: eps is ", o.eps(), "; it must not be negative.");
  if (!o.folded()) this->register_state(o.num_features(), o.affine(), o.track_running_stats());
}

template <int D, class Derived>
double BatchNormImpl<D, Derived>::next_momentum() {
  if (!num_batches_tracked.defined()) return 0;
  num_batches_tracked.add_(1);
  return options.momentum().value_or(1 / num_batches_tracked.template item<double>());
}

template <int D, class Derived>
Tensor BatchNormImpl<D, Derived>::normalize(const Tensor& x, bool relu) {
  REEL_CHECK(x.dim() == D + 2 || (D == 1 && x.dim() == 2), this->name(), ": input ", x, " has ",
             x.dim(), " dimensions; it must be ", D == 1 ? "(N, C) or " : "", "(N, C, ", D,
             " spatial).");
  const bool training = this->is_training();
  if (options.folded()) {
    REEL_CHECK(
        !training, this->name(),
        ": it was folded into the layer before it; only in evaluation mode can it be called. "
        "[train a model that is not folded]");
    return relu ? Tensor() : x;  // the ReLU computes itself
  }
  const double momentum = training ? next_momentum() : 0;
  const auto run = relu ? batch_norm_relu : reel::batch_norm;
  return run(x, weight, bias, running_mean, running_var, training || !running_mean.defined(),
             momentum, options.eps());
}

template <int D, class Derived>
void BatchNormImpl<D, Derived>::pretty_print(std::ostream& stream) const {
  stream << this->name() << "(" << options.num_features() << ", eps=" << options.eps()
         << ", momentum=";
  if (options.momentum())
    stream << *options.momentum();
  else
    stream << "None";
  stream << ", affine=" << print_bool(options.affine())
         << ", track_running_stats=" << print_bool(options.track_running_stats());
  stream << (options.folded() ? ", folded=True)" : ")");
}

template <int D, class Derived>
void BatchNormImpl<D, Derived>::fold() {
  if (options.affine())
    for (const char* name : {"weight", "bias"}) this->unregister_parameter(name);
  if (options.track_running_stats())
    for (const char* name : {"running_mean", "running_var", "num_batches_tracked"})
      this->unregister_buffer(name);
  weight = Parameter();
  bias = Parameter();
  running_mean = Buffer();
  running_var = Buffer();
  num_batches_tracked = Buffer();
  options.folded(true);
}

template class BatchNormImpl<1, BatchNorm1dImpl>;
template class BatchNormImpl<2, BatchNorm2dImpl>;
template class BatchNormImpl<3, BatchNorm3dImpl>;

}  // namespace reel::nn
