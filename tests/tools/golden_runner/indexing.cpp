// Elements by position.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/indexing.h>

namespace golden {

namespace {

using namespace reel;

TensorList both(const std::tuple<Tensor, Tensor>& pair) {
  return {std::get<0>(pair), std::get<1>(pair)};
}

}  // namespace

void add_indexing(OperationTable& table) {
  table["index_select"] = [](Call& c) -> TensorList {
    return {c["x"].index_select(c.integer("dim"), c["index"])};
  };
  table["gather"] = [](Call& c) -> TensorList {
    return {c["x"].gather(c.integer("dim"), c["index"])};
  };
  table["index"] = [](Call& c) -> TensorList { return {c["x"].index({c["index"]})}; };
  table["masked_select"] = [](Call& c) -> TensorList { return {c["x"].masked_select(c["mask"])}; };
  table["scatter_add"] = [](Call& c) -> TensorList {
    return {c["x"].scatter_add(c.integer("dim"), c["index"], c["src"])};
  };
  table["embedding"] = [](Call& c) -> TensorList { return {embedding(c["weight"], c["index"])}; };
  table["one_hot"] = [](Call& c) -> TensorList {
    return {one_hot(c["index"], c.integer("num_classes"))};
  };
  table["topk"] = [](Call& c) { return both(c["x"].topk(c.integer("k"), c.integer("dim"))); };
  table["sort"] = [](Call& c) { return both(c["x"].sort(c.integer("dim"), c.flag("descending"))); };
}

}  // namespace golden
