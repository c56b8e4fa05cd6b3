#pragma once

#include <reel/nn/resampling.h>

namespace reel::nn::functional {

struct InterpolateFuncOptions {
  REEL_ARG(std::optional<std::vector<int64_t>>, size) = {};
  REEL_ARG(std::optional<std::vector<double>>, scale_factor) = {};
  REEL_ARG(InterpolateMode, mode) = kNearest;
  REEL_ARG(std::optional<bool>, align_corners) = {};
  REEL_ARG(std::optional<bool>, recompute_scale_factor) = {};
  REEL_ARG(bool, antialias) = false;
};
using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;
using UnfoldFuncOptions = UnfoldOptions;
using FoldFuncOptions = FoldOptions;

Tensor interpolate(const Tensor& x, const InterpolateFuncOptions& options = {});
Tensor pixel_shuffle(const Tensor& x, const PixelShuffleFuncOptions& options);
Tensor pixel_unshuffle(const Tensor& x, const PixelUnshuffleFuncOptions& options);
Tensor unfold(const Tensor& x, const UnfoldFuncOptions& options);
Tensor fold(const Tensor& x, const FoldFuncOptions& options);

}  // namespace reel::nn::functional
