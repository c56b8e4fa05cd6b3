#pragma once
// Convolution layers. docs/ops/conv.md, docs/ops/pad.md.

#include <reel/autograd/padding.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

template <int D>
struct ConvOptions {
  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  REEL_ARG(int64_t, in_channels);
  REEL_ARG(int64_t, out_channels);
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride) = 1;
  REEL_ARG(ConvPadding<D>, padding) = 0;
  REEL_ARG(ExpandingArray<D>, dilation) = 1;
  REEL_ARG(int64_t, groups) = 1;
  REEL_ARG(bool, bias) = true;
  REEL_ARG(PaddingMode, padding_mode) = kZeros;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

/// A weighted sum over a window of each sample, the same weights everywhere. Parameters: weight
/// (out_channels, in_channels / groups, kernel), bias (out_channels), uniform in +-1 / sqrt(inputs
/// of an output). Source: torch.nn.Conv2d.
template <int D, class Derived>
class ConvImpl : public Cloneable<Derived> {
 public:
  ConvImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : ConvImpl(ConvOptions<D>(in_channels, out_channels, kernel_size)) {}
  /// Throws: ArgumentError on sizes below 1, and unless groups divide both numbers of channels.
  explicit ConvImpl(const ConvOptions<D>& o);
  void reset_parameters();
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  ConvOptions<D> options;
  Parameter weight, bias;
};

REEL_MODULES_OF_DIMENSIONS(Conv, int64_t in_channels, int64_t out_channels, Size kernel_size);

}  // namespace reel::nn
