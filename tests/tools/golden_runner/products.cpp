// Products of matrices.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/products.h>

namespace golden {

namespace {

using namespace reel;

}  // namespace

void add_products(OperationTable& table) {
  table["linear"] = [](Call& c) -> TensorList { return {linear(c["x"], c["weight"], c["bias"])}; };
  table["matmul"] = [](Call& c) -> TensorList { return {matmul(c["a"], c["b"])}; };
  table["mm"] = [](Call& c) -> TensorList { return {mm(c["a"], c["b"])}; };
  table["bmm"] = [](Call& c) -> TensorList { return {bmm(c["a"], c["b"])}; };
  table["addmm"] = [](Call& c) -> TensorList {
    return {addmm(c["c"], c["a"], c["b"], c.number("beta"), c.number("alpha"))};
  };
}

}  // namespace golden
