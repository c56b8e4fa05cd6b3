#pragma once
// Local response normalization. docs/ops/local_response_norm.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  REEL_ARG(int64_t, size);
  REEL_ARG(double, alpha) = 1e-4;
  REEL_ARG(double, beta) = 0.75;
  REEL_ARG(double, k) = 1;
};

/// y = x / (k + alpha * m)^beta, m the mean of x^2 over `size` neighbouring channels. Source:
/// torch.nn.LocalResponseNorm.
class LocalResponseNormImpl final : public Cloneable<LocalResponseNormImpl> {
 public:
  LocalResponseNormImpl(const LocalResponseNormOptions& o);
  Tensor forward(const Tensor& x) const;
  void pretty_print(std::ostream& stream) const override;

  LocalResponseNormOptions options;
};
REEL_MODULE(LocalResponseNorm);

}  // namespace reel::nn
