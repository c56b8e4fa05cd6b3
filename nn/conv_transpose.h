#pragma once
// Transposed convolution layers. docs/ops/conv_transpose.md.

#include <reel/autograd/padding.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

#include <optional>

namespace reel::nn {

template <int D>
struct ConvTransposeOptions {
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  REEL_ARG(int64_t, in_channels);
  REEL_ARG(int64_t, out_channels);
  REEL_ARG(ExpandingArray<D>, kernel_size);
  REEL_ARG(ExpandingArray<D>, stride) = 1;
  REEL_ARG(ExpandingArray<D>, padding) = 0;
  REEL_ARG(ExpandingArray<D>, output_padding) = 0;
  REEL_ARG(int64_t, groups) = 1;
  REEL_ARG(bool, bias) = true;
  REEL_ARG(ExpandingArray<D>, dilation) = 1;
  REEL_ARG(PaddingMode, padding_mode) = kZeros;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

/// What takes the gradient of a convolution's output to that of its input, with weights of its own:
/// a learned way to more pixels. Parameters: weight (in_channels, out_channels / groups, kernel),
/// bias (out_channels), uniform in +-1 / sqrt(out_channels / groups * taps). Source:
/// torch.nn.ConvTranspose2d.
template <int D, class Derived>
class ConvTransposeImpl : public Cloneable<Derived> {
 public:
  ConvTransposeImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size);
  /// Throws: ArgumentError on sizes below 1, unless groups divide both numbers of channels, and for
  /// a padding mode other than kZeros.
  explicit ConvTransposeImpl(const ConvTransposeOptions<D>& o);
  void reset_parameters();
  /// `output_size` chooses one of the sizes that a convolution would have brought to that of x: its
  /// last D values, in place of the options' output_padding. Throws: ArgumentError for any other.
  Tensor forward(const Tensor& x, std::optional<IntArrayRef> output_size = {}) const;
  void pretty_print(std::ostream& stream) const override;

  ConvTransposeOptions<D> options;
  Parameter weight, bias;
};

REEL_MODULES_OF_DIMENSIONS(ConvTranspose, int64_t in_channels, int64_t out_channels,
                           Size kernel_size);

}  // namespace reel::nn
