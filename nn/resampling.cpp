#include <reel/nn/functional/resampling.h>
#include <reel/nn/print_size.h>

#include <cmath>
#include <ostream>

namespace reel::nn {

namespace functional {

Tensor interpolate(const Tensor& x, const InterpolateFuncOptions& o) {
  const std::vector<double> scale = o.scale_factor().value_or(std::vector<double>());
  return reel::interpolate(x, o.size() ? IntArrayRef(*o.size()) : IntArrayRef(), scale, o.mode(),
                           o.align_corners(), o.recompute_scale_factor().value_or(false),
                           o.antialias());
}
Tensor pixel_shuffle(const Tensor& x, const PixelShuffleFuncOptions& o) {
  return reel::pixel_shuffle(x, o.upscale_factor());
}
Tensor pixel_unshuffle(const Tensor& x, const PixelUnshuffleFuncOptions& o) {
  return reel::pixel_unshuffle(x, o.downscale_factor());
}
Tensor unfold(const Tensor& x, const UnfoldFuncOptions& o) {
  return reel::unfold(x, o.kernel_size(), o.dilation(), o.padding(), o.stride());
}
Tensor fold(const Tensor& x, const FoldFuncOptions& o) {
  return reel::fold(x, o.output_size(), o.kernel_size(), o.dilation(), o.padding(), o.stride());
}

}  // namespace functional

namespace {

// "2.0", "1.5", "(2.0, 1.5)"
void print_scale(std::ostream& stream, const std::vector<double>& scale) {
  const auto print = [&](double v) { stream << v << (v == std::floor(v) ? ".0" : ""); };
  if (scale.size() == 1) return print(scale[0]);
  stream << "(";
  for (size_t i = 0; i < scale.size(); ++i) {
    if (i > 0) stream << ", ";
    print(scale[i]);
  }
  stream << ")";
}

const char* print_mode(InterpolateMode mode) {
  constexpr const char* kNames[] = {"nearest",   "nearest-exact", "linear", "bilinear",
                                    "trilinear", "bicubic",       "area"};
  return kNames[static_cast<size_t>(mode)];
}

template <class Options>
void print_windows(std::ostream& stream, const Options& o) {
  stream << "kernel_size=" << print_size(o.kernel_size())
         << ", dilation=" << print_size(o.dilation()) << ", padding=" << print_size(o.padding())
         << ", stride=" << print_size(o.stride()) << ")";
}

}  // namespace

UpsampleImpl::UpsampleImpl(const UpsampleOptions& o) : options(o) {}

Tensor UpsampleImpl::forward(const Tensor& x) const {
  return functional::interpolate(x, functional::InterpolateFuncOptions()
                                        .size(options.size())
                                        .scale_factor(options.scale_factor())
                                        .mode(options.mode())
                                        .align_corners(options.align_corners()));
}

void UpsampleImpl::pretty_print(std::ostream& stream) const {
  stream << "Upsample(";
  if (options.scale_factor()) {
    stream << "scale_factor=";
    print_scale(stream, *options.scale_factor());
  } else if (options.size()) {
    stream << "size=" << print_size(*options.size());
  }
  stream << ", mode='" << print_mode(options.mode()) << "')";
}

PixelShuffleImpl::PixelShuffleImpl(const PixelShuffleOptions& o) : options(o) {}

Tensor PixelShuffleImpl::forward(const Tensor& x) const {
  return functional::pixel_shuffle(x, options);
}

void PixelShuffleImpl::pretty_print(std::ostream& stream) const {
  stream << "PixelShuffle(upscale_factor=" << options.upscale_factor() << ")";
}

PixelUnshuffleImpl::PixelUnshuffleImpl(const PixelUnshuffleOptions& o) : options(o) {}

Tensor PixelUnshuffleImpl::forward(const Tensor& x) const {
  return functional::pixel_unshuffle(x, options);
}

void PixelUnshuffleImpl::pretty_print(std::ostream& stream) const {
  stream << "PixelUnshuffle(downscale_factor=" << options.downscale_factor() << ")";
}

UnfoldImpl::UnfoldImpl(ExpandingArray<2> kernel_size) : options(kernel_size) {}
UnfoldImpl::UnfoldImpl(const UnfoldOptions& o) : options(o) {}
Unfold::Unfold(std::initializer_list<int64_t> kernel_size)
    : ModuleHolder(make_module<UnfoldImpl>(ExpandingArray<2>(kernel_size))) {}

Tensor UnfoldImpl::forward(const Tensor& x) const { return functional::unfold(x, options); }

void UnfoldImpl::pretty_print(std::ostream& stream) const {
  stream << "Unfold(";
  print_windows(stream, options);
}

FoldImpl::FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
    : options(output_size, kernel_size) {}
FoldImpl::FoldImpl(const FoldOptions& o) : options(o) {}
Fold::Fold(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
    : ModuleHolder(make_module<FoldImpl>(output_size, kernel_size)) {}

Tensor FoldImpl::forward(const Tensor& x) const { return functional::fold(x, options); }

void FoldImpl::pretty_print(std::ostream& stream) const {
  stream << "Fold(output_size=" << print_size(options.output_size()) << ", ";
  print_windows(stream, options);
}

}  // namespace reel::nn
