#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/instance_norm.h>

namespace reel::nn {

template <class Derived>
void RunningNormImpl<Derived>::register_state(int64_t num_features, bool affine,
                                              bool track_running_stats) {
  if (affine) {
    weight = this->register_parameter("weight", empty({num_features}));
    bias = this->register_parameter("bias", empty({num_features}));
  }
  if (track_running_stats) {
    running_mean = this->register_buffer("running_mean", empty({num_features}));
    running_var = this->register_buffer("running_var", empty({num_features}));
    num_batches_tracked = this->register_buffer("num_batches_tracked", empty({}, kInt64));
  }
  reset_parameters();
}

template <class Derived>
void RunningNormImpl<Derived>::reset_parameters() {
  reset_running_stats();
  const NoGradGuard no_grad;
  if (weight.defined()) weight.fill_(1);
  if (bias.defined()) bias.fill_(0);
}

template <class Derived>
void RunningNormImpl<Derived>::reset_running_stats() {
  if (!running_mean.defined()) return;
  running_mean.fill_(0);
  running_var.fill_(1);
  num_batches_tracked.fill_(0);
}

template class RunningNormImpl<BatchNorm1dImpl>;
template class RunningNormImpl<BatchNorm2dImpl>;
template class RunningNormImpl<BatchNorm3dImpl>;
template class RunningNormImpl<InstanceNorm1dImpl>;
template class RunningNormImpl<InstanceNorm2dImpl>;
template class RunningNormImpl<InstanceNorm3dImpl>;

}  // namespace reel::nn
