#pragma once
// Dropout. docs/ops/dropout.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  REEL_ARG(double, p);
};

/// In training, zeroes each element with probability p and scales the others by 1 / (1 - p).
/// Source: torch.nn.Dropout.
class DropoutImpl final : public Cloneable<DropoutImpl> {
 public:
  DropoutImpl(double p = 0.5) : DropoutImpl(DropoutOptions(p)) {}
  /// Throws: ArgumentError unless p is from 0 to 1.
  explicit DropoutImpl(const DropoutOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;
  DropoutOptions options;
};
REEL_MODULE(Dropout);

}  // namespace reel::nn
