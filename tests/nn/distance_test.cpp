#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>
#include <reel/nn/bilinear.h>
#include <reel/nn/functional/distance.h>
#include <reel/nn/functional/linear.h>

#include <cmath>
#include <sstream>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("distances as modules and functions", "[nn]") {
  const Tensor x = uniform({4, 5}, 1), z = uniform({4, 5}, 2);
  const auto far = nn::PairwiseDistanceOptions().p(3).eps(1e-4).keepdim(true);
  CHECK(nn::PairwiseDistance()(x, z).equal(pairwise_distance(x, z)));
  CHECK(nn::PairwiseDistance(far)(x, z).equal(pairwise_distance(x, z, 3, 1e-4, true)));
  CHECK(F::pairwise_distance(x, z, far).equal(pairwise_distance(x, z, 3, 1e-4, true)));
  const auto along = nn::CosineSimilarityOptions().dim(0).eps(1e-3);
  CHECK(nn::CosineSimilarity()(x, z).equal(cosine_similarity(x, z)));
  CHECK(nn::CosineSimilarity(along)(x, z).equal(cosine_similarity(x, z, 0, 1e-3)));
  CHECK(F::cosine_similarity(x, z, along).equal(cosine_similarity(x, z, 0, 1e-3)));
}

TEST_CASE("Bilinear", "[nn]") {
  nn::Bilinear layer(3, 5, 2);
  CHECK(layer->weight.sizes() == Shape{2, 3, 5});
  CHECK(layer->bias.sizes() == Shape{2});
  const double bound = 1 / std::sqrt(3);
  CHECK(layer->weight.abs().max().item<double>() <= bound);
  const Tensor x1 = ones({4, 3}), x2 = ones({4, 5});
  CHECK(layer(x1, x2).equal(bilinear(x1, x2, layer->weight, layer->bias)));
  CHECK(F::bilinear(x1, x2, layer->weight).equal(bilinear(x1, x2, layer->weight)));
  nn::Bilinear plain(nn::BilinearOptions(3, 5, 2).bias(false));
  CHECK(plain->parameters().size() == 1);
  std::ostringstream out;
  plain->pretty_print(out);
  CHECK(out.str() == "Bilinear(in1_features=3, in2_features=5, out_features=2, bias=False)");
}
