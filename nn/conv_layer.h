#pragma once
// What the layers of convolutions, transposed or not, have in common.

#include <reel/core/shape.h>
#include <reel/core/tensor.h>

#include <cstdint>
#include <string>

namespace reel::nn {

/// Throws: ArgumentError, in the name of `layer`, on numbers below 1, and unless groups divide both
/// numbers of channels.
void check_channels(const std::string& layer, int64_t in_channels, int64_t out_channels,
                    int64_t groups);
/// Throws: ArgumentError unless each value of an option is from `least` to the largest int32.
void check_each(const std::string& layer, const char* option, IntArrayRef values, int64_t least);
/// Starts both uniform in +-1 / sqrt(elements of weight[0]); there may be no bias.
void reset_conv_parameters(const Tensor& weight, const Tensor& bias);

}  // namespace reel::nn
