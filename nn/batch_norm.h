#pragma once
// Batch normalization layers. docs/ops/batch_norm.md, docs/ops/choosing_a_norm.md.

#include <reel/nn/options.h>
#include <reel/nn/running_norm.h>

#include <optional>

namespace reel::nn {

/// Options of BatchNorm. momentum is the weight of the new batch in the running statistics; none
/// averages all batches equally.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  REEL_ARG(int64_t, num_features);
  REEL_ARG(double, eps) = 1e-5;
  REEL_ARG(std::optional<double>, momentum) = 0.1;
  REEL_ARG(bool, affine) = true;
  REEL_ARG(bool, track_running_stats) = true;
  /// Passes its input on in evaluation: the layer before does its work (nn/fuse_conv_bn.h).
  REEL_ARG(bool, folded) = false;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

/// y = (x - mean) / sqrt(var + eps) * weight + bias a channel: by the batch's statistics in
/// training (and, without running ones, always), else by the running ones. Parameters: weight
/// (ones), bias (zeros), if affine. Buffers, if track_running_stats: running_mean (zeros),
/// running_var (ones), num_batches_tracked. Shapes: (N, C, D spatial) to the same; with D = 1 also
/// (N, C). Source: torch.nn.BatchNorm2d.
template <int D, class Derived>
class BatchNormImpl : public RunningNormImpl<Derived> {
 public:
  BatchNormImpl(int64_t num_features) : BatchNormImpl(BatchNormOptions(num_features)) {}
  explicit BatchNormImpl(const BatchNormOptions& o);
  Tensor forward(const Tensor& x) { return normalize(x, false); }
  Tensor forward_relu(const Tensor& x) override { return normalize(x, true); }
  void pretty_print(std::ostream& stream) const override;
  /// Gives its work up, and its parameters and buffers.
  void fold();

  BatchNormOptions options;
  using RunningNormImpl<Derived>::weight, RunningNormImpl<Derived>::bias;
  using RunningNormImpl<Derived>::running_mean, RunningNormImpl<Derived>::running_var;
  using RunningNormImpl<Derived>::num_batches_tracked;

 private:
  Tensor normalize(const Tensor& x, bool relu);
  /// The weight of this batch in the running statistics; counts it.
  double next_momentum();
};

struct BatchNorm1dImpl final : BatchNormImpl<1, BatchNorm1dImpl> {
  using BatchNormImpl<1, BatchNorm1dImpl>::BatchNormImpl;
};
struct BatchNorm2dImpl final : BatchNormImpl<2, BatchNorm2dImpl> {
  using BatchNormImpl<2, BatchNorm2dImpl>::BatchNormImpl;
};
struct BatchNorm3dImpl final : BatchNormImpl<3, BatchNorm3dImpl> {
  using BatchNormImpl<3, BatchNorm3dImpl>::BatchNormImpl;
};
REEL_MODULE(BatchNorm1d);
REEL_MODULE(BatchNorm2d);
REEL_MODULE(BatchNorm3d);

}  // namespace reel::nn
