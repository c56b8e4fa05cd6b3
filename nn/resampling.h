#pragma once
// Layers for more or fewer pixels. docs/ops/interpolate.md, pixel_shuffle.md, unfold.md.

#include <reel/autograd/ops/resampling.h>
#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

/// Options of Upsample: `size` or `scale_factor`, one value a dimension or for all.
struct UpsampleOptions {
  REEL_ARG(std::optional<std::vector<int64_t>>, size) = {};
  REEL_ARG(std::optional<std::vector<double>>, scale_factor) = {};
  REEL_ARG(InterpolateMode, mode) = kNearest;
  REEL_ARG(std::optional<bool>, align_corners) = {};
};

/// Interpolates to another number of pixels. Source: torch.nn.Upsample.
class UpsampleImpl final : public Cloneable<UpsampleImpl> {
 public:
  explicit UpsampleImpl(const UpsampleOptions& o = {});
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  UpsampleOptions options;
};
REEL_MODULE(Upsample);

struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  REEL_ARG(int64_t, upscale_factor);
};
struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  REEL_ARG(int64_t, downscale_factor);
};

/// Channels become pixels: (..., C * r^2, H, W) to (..., C, H * r, W * r). Source:
/// torch.nn.PixelShuffle.
class PixelShuffleImpl final : public Cloneable<PixelShuffleImpl> {
 public:
  PixelShuffleImpl(const PixelShuffleOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  PixelShuffleOptions options;
};
REEL_MODULE(PixelShuffle);

/// Pixels become channels, the inverse. Source: torch.nn.PixelUnshuffle.
class PixelUnshuffleImpl final : public Cloneable<PixelUnshuffleImpl> {
 public:
  PixelUnshuffleImpl(const PixelUnshuffleOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  PixelUnshuffleOptions options;
};
REEL_MODULE(PixelUnshuffle);

struct UnfoldOptions {
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  REEL_ARG(ExpandingArray<2>, kernel_size);
  REEL_ARG(ExpandingArray<2>, dilation) = 1;
  REEL_ARG(ExpandingArray<2>, padding) = 0;
  REEL_ARG(ExpandingArray<2>, stride) = 1;
};
struct FoldOptions {
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  REEL_ARG(ExpandingArray<2>, output_size);
  REEL_ARG(ExpandingArray<2>, kernel_size);
  REEL_ARG(ExpandingArray<2>, dilation) = 1;
  REEL_ARG(ExpandingArray<2>, padding) = 0;
  REEL_ARG(ExpandingArray<2>, stride) = 1;
};

/// The windows of a convolution as columns: (N, C, H, W) to (N, C * taps, windows). Source:
/// torch.nn.Unfold.
class UnfoldImpl final : public Cloneable<UnfoldImpl> {
 public:
  UnfoldImpl(ExpandingArray<2> kernel_size);
  explicit UnfoldImpl(const UnfoldOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  UnfoldOptions options;
};
class Unfold : public ModuleHolder<UnfoldImpl> {
 public:
  using Impl = UnfoldImpl;
  REEL_HOLDER(Unfold);
  explicit Unfold(std::initializer_list<int64_t> kernel_size);
};

/// Columns summed into the pixels that they show, the transpose. Source: torch.nn.Fold.
class FoldImpl final : public Cloneable<FoldImpl> {
 public:
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size);
  explicit FoldImpl(const FoldOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  FoldOptions options;
};
class Fold : public ModuleHolder<FoldImpl> {
 public:
  using Impl = FoldImpl;
  REEL_HOLDER(Fold);
  Fold(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size);
};

}  // namespace reel::nn
