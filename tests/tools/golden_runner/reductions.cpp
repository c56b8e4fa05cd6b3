// Reductions.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/reductions.h>

namespace golden {

namespace {

using namespace reel;

// `whole` reduces all elements, `some` those of given dimensions.
template <class Whole, class Some>
void add_reduction(OperationTable& table, const std::string& name, Whole whole, Some some) {
  table[name] = [=](Call& c) -> TensorList {
    if (!c.has("dim")) return {whole(c["x"])};
    return {some(c["x"], c.integers("dim"), c.flag("keepdim"))};
  };
}

}  // namespace

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
  add_reduction(
      table, "prod", [](const Tensor& x) { return x.prod(); },
      [](const Tensor& x, const Dims& d, bool keep) { return x.prod(d[0], keep); });
  table["logsumexp"] = [](Call& c) -> TensorList {
    return {logsumexp(c["x"], c.integers("dim"), c.flag("keepdim"))};
  };
  table["argmax"] = [](Call& c) -> TensorList { return {c["x"].argmax(c.integer("dim"))}; };
}

}  // namespace golden
