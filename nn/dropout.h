#pragma once
// Dropout. docs/ops/dropout.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  REEL_ARG(double, p);
  REEL_ARG(bool, inplace) = false;
};

// Declares a module of DropoutOptions; dropout.cpp has the bodies. The constructor throws
// ArgumentError unless p is from 0 to 1.
#define REEL_DROPOUT(Name)                                  \
  using Name##Options = DropoutOptions;                     \
  class Name##Impl final : public Cloneable<Name##Impl> {   \
   public:                                                  \
    Name##Impl(double p = 0.5);                             \
    explicit Name##Impl(const DropoutOptions& o);           \
    Tensor forward(const Tensor& x) const;                  \
    void pretty_print(std::ostream& stream) const override; \
    DropoutOptions options;                                 \
  };                                                        \
  REEL_MODULE(Name)

/// In training, zeroes each element with probability p and scales the others by 1 / (1 - p).
/// Source: torch.nn.Dropout.
REEL_DROPOUT(Dropout);
/// The same for whole channels of (N, C, L). Source: torch.nn.Dropout1d.
REEL_DROPOUT(Dropout1d);
/// Of (N, C, H, W). Source: torch.nn.Dropout2d.
REEL_DROPOUT(Dropout2d);
/// Of (N, C, D, H, W). Source: torch.nn.Dropout3d.
REEL_DROPOUT(Dropout3d);
/// Dropout that keeps mean 0 and variance 1, for networks of SELU. Source: torch.nn.AlphaDropout.
REEL_DROPOUT(AlphaDropout);
/// The same for whole channels of (N, C, ...). Source: torch.nn.FeatureAlphaDropout.
REEL_DROPOUT(FeatureAlphaDropout);

#undef REEL_DROPOUT

}  // namespace reel::nn
