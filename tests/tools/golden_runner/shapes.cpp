// Views, products and reductions.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops.h>

namespace golden {

namespace {

using namespace reel;

void add_views(OperationTable& table) {
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
  table["cat"] = [](Call& c) -> TensorList { return {cat(c.all(), c.integer("dim"))}; };
  table["stack"] = [](Call& c) -> TensorList { return {stack(c.all(), c.integer("dim"))}; };
}

void add_products(OperationTable& table) {
  table["matmul"] = [](Call& c) -> TensorList { return {matmul(c["a"], c["b"])}; };
  table["mm"] = [](Call& c) -> TensorList { return {mm(c["a"], c["b"])}; };
  table["bmm"] = [](Call& c) -> TensorList { return {bmm(c["a"], c["b"])}; };
  table["addmm"] = [](Call& c) -> TensorList {
    return {addmm(c["c"], c["a"], c["b"], c.number("beta"), c.number("alpha"))};
  };
}

// `whole` reduces all elements, `some` those of given dimensions.
template <class Whole, class Some>
void add_reduction(OperationTable& table, const std::string& name, Whole whole, Some some) {
  table[name] = [=](Call& c) -> TensorList {
    if (!c.has("dim")) return {whole(c["x"])};
    return {some(c["x"], c.integers("dim"), c.flag("keepdim"))};
  };
}

void add_reductions(OperationTable& table) {
  using Dims = std::vector<int64_t>;
  add_reduction(
      table, "sum", [](const Tensor& x) { return x.sum(); },
      [](const Tensor& x, const Dims& d, bool keep) { return x.sum(d, keep); });
  add_reduction(
      table, "mean", [](const Tensor& x) { return x.mean(); },
      [](const Tensor& x, const Dims& d, bool keep) { return x.mean(d, keep); });
  add_reduction(
      table, "var", [](const Tensor& x) { return x.var(); },
      [](const Tensor& x, const Dims& d, bool keep) { return x.var(d, true, keep); });
  add_reduction(
      table, "std", [](const Tensor& x) { return x.std(); },
      [](const Tensor& x, const Dims& d, bool keep) { return x.std(d, true, keep); });
  add_reduction(
      table, "amax", [](const Tensor& x) { return amax(x); },
      [](const Tensor& x, const Dims& d, bool keep) { return amax(x, d, keep); });
  add_reduction(
      table, "amin", [](const Tensor& x) { return amin(x); },
      [](const Tensor& x, const Dims& d, bool keep) { return amin(x, d, keep); });
  add_reduction(
      table, "norm", [](const Tensor& x) { return x.norm(); },
      [](const Tensor& x, const Dims& d, bool keep) { return vector_norm(x, d, keep); });
  add_reduction(
      table, "max", [](const Tensor& x) { return x.max(); },
      [](const Tensor& x, const Dims& d, bool keep) { return std::get<0>(x.max(d[0], keep)); });
  add_reduction(
      table, "min", [](const Tensor& x) { return x.min(); },
      [](const Tensor& x, const Dims& d, bool keep) { return std::get<0>(x.min(d[0], keep)); });
  table["logsumexp"] = [](Call& c) -> TensorList {
    return {logsumexp(c["x"], c.integers("dim"), c.flag("keepdim"))};
  };
  table["argmax"] = [](Call& c) -> TensorList { return {c["x"].argmax(c.integer("dim"))}; };
}

}  // namespace

void add_shapes(OperationTable& table) {
  add_views(table);
  add_products(table);
  add_reductions(table);
}

}  // namespace golden
