// Views and joins.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/shapes.h>

namespace golden {

namespace {

using namespace reel;

}  // namespace

void add_shapes(OperationTable& table) {
  table["reshape"] = [](Call& c) -> TensorList { return {c["x"].reshape(c.integers("shape"))}; };
  table["view"] = [](Call& c) -> TensorList { return {c["x"].view(c.integers("shape"))}; };
  table["expand"] = [](Call& c) -> TensorList { return {c["x"].expand(c.integers("shape"))}; };
  table["permute"] = [](Call& c) -> TensorList { return {c["x"].permute(c.integers("dims"))}; };
  table["flatten"] = [](Call& c) -> TensorList {
    return {c["x"].flatten(c.integer("start_dim"), c.integer("end_dim"))};
  };
  table["transpose"] = [](Call& c) -> TensorList {
    return {c["x"].transpose(c.integer("dim0"), c.integer("dim1"))};
  };
  table["unsqueeze"] = [](Call& c) -> TensorList { return {c["x"].unsqueeze(c.integer("dim"))}; };
  table["squeeze"] = [](Call& c) -> TensorList {
    return {c.has("dim") ? c["x"].squeeze(c.integer("dim")) : c["x"].squeeze()};
  };
  table["slice"] = [](Call& c) -> TensorList {
    return {
        c["x"].slice(c.integer("dim"), c.integer("start"), c.integer("end"), c.integer("step"))};
  };
  table["select"] = [](Call& c) -> TensorList {
    return {c["x"].select(c.integer("dim"), c.integer("index"))};
  };
  table["narrow"] = [](Call& c) -> TensorList {
    return {c["x"].narrow(c.integer("dim"), c.integer("start"), c.integer("length"))};
  };
  table["flip"] = [](Call& c) -> TensorList { return {c["x"].flip(c.integers("dims"))}; };
  table["roll"] = [](Call& c) -> TensorList {
    return {c["x"].roll(c.integers("shifts"), c.integers("dims"))};
  };
  table["repeat"] = [](Call& c) -> TensorList { return {c["x"].repeat(c.integers("repeats"))}; };
  table["cumsum"] = [](Call& c) -> TensorList { return {c["x"].cumsum(c.integer("dim"))}; };
  table["tril"] = [](Call& c) -> TensorList { return {c["x"].tril(c.integer("diagonal"))}; };
  table["diagonal"] = [](Call& c) -> TensorList {
    return {c["x"].diagonal(c.integer("offset"), c.integer("dim1"), c.integer("dim2"))};
  };
  table["chunk"] = [](Call& c) { return c["x"].chunk(c.integer("chunks"), c.integer("dim")); };
  table["split"] = [](Call& c) { return c["x"].split(c.integer("split_size"), c.integer("dim")); };
  table["unbind"] = [](Call& c) { return c["x"].unbind(c.integer("dim")); };
  table["cat"] = [](Call& c) -> TensorList { return {cat(c.all(), c.integer("dim"))}; };
  table["stack"] = [](Call& c) -> TensorList { return {stack(c.all(), c.integer("dim"))}; };
}

}  // namespace golden
