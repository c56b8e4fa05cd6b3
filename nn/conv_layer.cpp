#include <reel/nn/conv_layer.h>

#include <reel/nn/init.h>

#include <cmath>

namespace reel::nn {

void check_channels(const std::string& layer, int64_t in_channels, int64_t out_channels,
                    int64_t groups) {
  REEL_CHECK(in_channels >= 1 && out_channels >= 1 && groups >= 1, layer, ": in_channels is ",
             in_channels, ", out_channels ", out_channels, " and groups ", groups,
             "; each must be at least 1.");
  REEL_CHECK(in_channels % groups == 0 && out_channels % groups == 0, layer, ": groups=", groups,
             " does not divide both in_channels=", in_channels, " and out_channels=", out_channels,
             "; it must.");
}

void check_each(const std::string& layer, const char* option, IntArrayRef values, int64_t least) {
  for (int64_t v : values)
    REEL_CHECK(v >= least && v <= INT32_MAX, layer, ": ", option, " ", values,
               "; each value must be from ", least, " to ", INT32_MAX, ".");
}

void reset_conv_parameters(const Tensor& weight, const Tensor& bias) {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (!bias.defined()) return;
  const double fan_in = static_cast<double>(weight.numel() / weight.size(0));
  init::uniform_(bias, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
}

}  // namespace reel::nn
