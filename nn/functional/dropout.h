#pragma once

#include <reel/autograd/ops/activations.h>
#include <reel/nn/options.h>

namespace reel::nn::functional {

struct DropoutFuncOptions {
  REEL_ARG(double, p) = 0.5;
  REEL_ARG(bool, training) = true;
};

inline Tensor dropout(const Tensor& x, const DropoutFuncOptions& options = {}) {
  return reel::dropout(x, options.p(), options.training());
}

}  // namespace reel::nn::functional
