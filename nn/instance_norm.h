#pragma once
// Instance normalization layers. docs/ops/instance_norm.md, docs/ops/choosing_a_norm.md.

#include <reel/nn/options.h>
#include <reel/nn/running_norm.h>

namespace reel::nn {

struct InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  REEL_ARG(int64_t, num_features);
  REEL_ARG(double, eps) = 1e-5;
  REEL_ARG(double, momentum) = 0.1;
  REEL_ARG(bool, affine) = false;
  REEL_ARG(bool, track_running_stats) = false;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias over the pixels of each sample and channel;
/// in evaluation by the running statistics, if those are tracked. Parameters, if affine: weight
/// (ones), bias (zeros). Buffers, if track_running_stats: running_mean (zeros), running_var (ones),
/// num_batches_tracked. Shapes: (N, C, D spatial) or (C, D spatial) to the same. Source:
/// torch.nn.InstanceNorm2d.
template <int D, class Derived>
class InstanceNormImpl : public RunningNormImpl<Derived> {
 public:
  InstanceNormImpl(int64_t num_features);
  explicit InstanceNormImpl(const InstanceNormOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  InstanceNormOptions options;
  using RunningNormImpl<Derived>::weight, RunningNormImpl<Derived>::bias;
  using RunningNormImpl<Derived>::running_mean, RunningNormImpl<Derived>::running_var;
  using RunningNormImpl<Derived>::num_batches_tracked;
};

struct InstanceNorm1dImpl final : InstanceNormImpl<1, InstanceNorm1dImpl> {
  using InstanceNormImpl<1, InstanceNorm1dImpl>::InstanceNormImpl;
};
struct InstanceNorm2dImpl final : InstanceNormImpl<2, InstanceNorm2dImpl> {
  using InstanceNormImpl<2, InstanceNorm2dImpl>::InstanceNormImpl;
};
struct InstanceNorm3dImpl final : InstanceNormImpl<3, InstanceNorm3dImpl> {
  using InstanceNormImpl<3, InstanceNorm3dImpl>::InstanceNormImpl;
};
REEL_MODULE(InstanceNorm1d);
REEL_MODULE(InstanceNorm2d);
REEL_MODULE(InstanceNorm3d);

}  // namespace reel::nn
