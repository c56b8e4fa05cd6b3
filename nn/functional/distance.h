#pragma once

#include <reel/autograd/ops/distances.h>
#include <reel/nn/distance.h>

namespace reel::nn::functional {

using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;
using CosineSimilarityFuncOptions = CosineSimilarityOptions;

inline Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                                const PairwiseDistanceFuncOptions& o = {}) {
  return reel::pairwise_distance(x1, x2, o.p(), o.eps(), o.keepdim());
}

inline Tensor cosine_similarity(const Tensor& x1, const Tensor& x2,
                                const CosineSimilarityFuncOptions& o = {}) {
  return reel::cosine_similarity(x1, x2, o.dim(), o.eps());
}

}  // namespace reel::nn::functional
