#pragma once
// Group normalization. docs/ops/group_norm.md, docs/ops/choosing_a_norm.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  REEL_ARG(int64_t, num_groups);
  REEL_ARG(int64_t, num_channels);
  REEL_ARG(double, eps) = 1e-5;
  REEL_ARG(bool, affine) = true;
};

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias over groups of num_channels / num_groups
/// channels and their pixels. Parameters, if affine: weight (ones), bias (zeros), a value a
/// channel. Throws: ArgumentError unless num_groups divides num_channels. Source:
/// torch.nn.GroupNorm.
class GroupNormImpl final : public Cloneable<GroupNormImpl> {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels)
      : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
  explicit GroupNormImpl(const GroupNormOptions& o);
  void reset_parameters();
  Tensor forward(const Tensor& x) const { return normalize(x, false); }
  Tensor forward_relu(const Tensor& x) override { return normalize(x, true); }
  void pretty_print(std::ostream& stream) const override;

  GroupNormOptions options;
  Parameter weight, bias;

 private:
  Tensor normalize(const Tensor& x, bool relu) const;
};
REEL_MODULE(GroupNorm);

}  // namespace reel::nn
