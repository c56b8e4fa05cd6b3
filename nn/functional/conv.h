#pragma once

#include <reel/autograd/padding.h>
#include <reel/core/tensor.h>
#include <reel/nn/options.h>

namespace reel::nn::functional {

template <int D>
struct ConvFuncOptions {
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(ExpandingArray<D>, stride) = 1;
  REEL_ARG(ConvPadding<D>, padding) = 0;
  REEL_ARG(ExpandingArray<D>, dilation) = 1;
  REEL_ARG(int64_t, groups) = 1;
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;
using Conv3dFuncOptions = ConvFuncOptions<3>;

Tensor conv1d(const Tensor& x, const Tensor& weight, const Conv1dFuncOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2dFuncOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const Conv3dFuncOptions& options = {});

}  // namespace reel::nn::functional
