// Distances, and products of two inputs.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/distances.h>
#include <reel/autograd/ops/products.h>

namespace golden {

using namespace reel;

void add_distances(OperationTable& table) {
  table["pairwise_distance"] = [](Call& c) -> TensorList {
    return {pairwise_distance(c["x1"], c["x2"], c.number("p"), c.number("eps"), c.flag("keepdim"))};
  };
  table["cdist"] = [](Call& c) -> TensorList { return {cdist(c["x1"], c["x2"], c.number("p"))}; };
  table["cosine_similarity"] = [](Call& c) -> TensorList {
    return {cosine_similarity(c["x1"], c["x2"], c.integer("dim"), c.number("eps"))};
  };
  table["bilinear"] = [](Call& c) -> TensorList {
    return {bilinear(c["x1"], c["x2"], c["weight"], c["bias"])};
  };
}

}  // namespace golden
