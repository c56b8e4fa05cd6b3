#pragma once

#include <reel/autograd/ops/shapes.h>
#include <reel/nn/options.h>

namespace reel::nn::functional {

struct PadFuncOptions {
  PadFuncOptions(std::vector<int64_t> pad) : pad_(std::move(pad)) {}
  REEL_ARG(std::vector<int64_t>, pad);
  REEL_ARG(PaddingMode, mode) = kConstant;
  REEL_ARG(Scalar, value) = 0;
};

inline Tensor pad(const Tensor& x, const PadFuncOptions& options) {
  return reel::pad(x, options.pad(), options.mode(), options.value());
}

}  // namespace reel::nn::functional
