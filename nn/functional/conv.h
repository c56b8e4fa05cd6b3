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

template <int D>
struct ConvTransposeFuncOptions {
  REEL_ARG(Tensor, bias) = {};
  REEL_ARG(ExpandingArray<D>, stride) = 1;
  REEL_ARG(ExpandingArray<D>, padding) = 0;
  REEL_ARG(ExpandingArray<D>, output_padding) = 0;
  REEL_ARG(int64_t, groups) = 1;
  REEL_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

Tensor conv1d(const Tensor& x, const Tensor& weight, const Conv1dFuncOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2dFuncOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const Conv3dFuncOptions& options = {});

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options = {});
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options = {});
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& options = {});

}  // namespace reel::nn::functional
