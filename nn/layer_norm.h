#pragma once
// Layer normalization. docs/ops/layer_norm.md, docs/ops/choosing_a_norm.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct LayerNormOptions {
  /// The sizes of the last dimensions, which are normalized over.
  LayerNormOptions(IntArrayRef normalized_shape) : normalized_shape_(normalized_shape) {}
  LayerNormOptions(std::initializer_list<int64_t> normalized_shape)
      : normalized_shape_(normalized_shape) {}
  REEL_ARG(Shape, normalized_shape);
  REEL_ARG(double, eps) = 1e-5;
  REEL_ARG(bool, elementwise_affine) = true;
  REEL_ARG(bool, bias) = true;
};

/// y = (x - E[x]) / sqrt(Var[x] + eps) * weight + bias over the last dimensions. Parameters, if
/// elementwise_affine: weight (ones) and, if bias, bias (zeros), of normalized_shape. Source:
/// torch.nn.LayerNorm.
class LayerNormImpl final : public Cloneable<LayerNormImpl> {
 public:
  LayerNormImpl(IntArrayRef normalized_shape) : LayerNormImpl(LayerNormOptions(normalized_shape)) {}
  LayerNormImpl(std::initializer_list<int64_t> normalized_shape)
      : LayerNormImpl(LayerNormOptions(normalized_shape)) {}
  explicit LayerNormImpl(const LayerNormOptions& o);
  void reset_parameters();
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  LayerNormOptions options;
  Parameter weight, bias;
};

class LayerNorm : public ModuleHolder<LayerNormImpl> {
 public:
  using Impl = LayerNormImpl;
  REEL_HOLDER(LayerNorm);
  explicit LayerNorm(std::initializer_list<int64_t> normalized_shape)
      : ModuleHolder(make_module<LayerNormImpl>(normalized_shape)) {}
};

}  // namespace reel::nn
