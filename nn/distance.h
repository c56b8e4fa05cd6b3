#pragma once
// Distances as modules. docs/ops/distance.md.

#include <reel/nn/holder.h>
#include <reel/nn/options.h>

namespace reel::nn {

struct PairwiseDistanceOptions {
  REEL_ARG(double, p) = 2;
  REEL_ARG(double, eps) = 1e-6;
  REEL_ARG(bool, keepdim) = false;
};
/// |x1 - x2 + eps| in the p-norm over the last dimension. Source: torch.nn.PairwiseDistance.
class PairwiseDistanceImpl final : public Cloneable<PairwiseDistanceImpl> {
 public:
  explicit PairwiseDistanceImpl(const PairwiseDistanceOptions& o = {});
  Tensor forward(const Tensor& x1, const Tensor& x2) const;
  void pretty_print(std::ostream& stream) const override;
  PairwiseDistanceOptions options;
};
REEL_MODULE(PairwiseDistance);

struct CosineSimilarityOptions {
  REEL_ARG(int64_t, dim) = 1;
  REEL_ARG(double, eps) = 1e-8;
};
/// The cosine of the angle between x1 and x2 over a dimension. Source: torch.nn.CosineSimilarity.
class CosineSimilarityImpl final : public Cloneable<CosineSimilarityImpl> {
 public:
  explicit CosineSimilarityImpl(const CosineSimilarityOptions& o = {});
  Tensor forward(const Tensor& x1, const Tensor& x2) const;
  void pretty_print(std::ostream& stream) const override;
  CosineSimilarityOptions options;
};
REEL_MODULE(CosineSimilarity);

}  // namespace reel::nn
