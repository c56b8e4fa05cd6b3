#pragma once

#include <reel/core/tensor.h>
#include <reel/nn/options.h>

namespace reel::nn::functional {

struct DropoutFuncOptions {
  REEL_ARG(double, p) = 0.5;
  REEL_ARG(bool, training) = true;
  REEL_ARG(bool, inplace) = false;
};

/// Alpha dropout is off unless it is asked for, as in libtorch.
struct AlphaDropoutFuncOptions {
  REEL_ARG(double, p) = 0.5;
  REEL_ARG(bool, training) = false;
  REEL_ARG(bool, inplace) = false;
};

using Dropout1dFuncOptions = DropoutFuncOptions;
using Dropout2dFuncOptions = DropoutFuncOptions;
using Dropout3dFuncOptions = DropoutFuncOptions;
using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;

Tensor dropout(const Tensor& x, const DropoutFuncOptions& options = {});
Tensor dropout1d(const Tensor& x, const Dropout1dFuncOptions& options = {});
Tensor dropout2d(const Tensor& x, const Dropout2dFuncOptions& options = {});
Tensor dropout3d(const Tensor& x, const Dropout3dFuncOptions& options = {});
Tensor alpha_dropout(const Tensor& x, const AlphaDropoutFuncOptions& options = {});
Tensor feature_alpha_dropout(const Tensor& x, const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace reel::nn::functional
