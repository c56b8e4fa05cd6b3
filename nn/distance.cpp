#include <reel/nn/distance.h>
#include <reel/nn/functional/distance.h>

#include <ostream>

namespace reel::nn {

PairwiseDistanceImpl::PairwiseDistanceImpl(const PairwiseDistanceOptions& o) : options(o) {}

Tensor PairwiseDistanceImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return functional::pairwise_distance(x1, x2, options);
}

void PairwiseDistanceImpl::pretty_print(std::ostream& stream) const {
  stream << "PairwiseDistance()";
}

CosineSimilarityImpl::CosineSimilarityImpl(const CosineSimilarityOptions& o) : options(o) {}

Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return functional::cosine_similarity(x1, x2, options);
}

void CosineSimilarityImpl::pretty_print(std::ostream& stream) const {
  stream << "CosineSimilarity()";
}

}  // namespace reel::nn
