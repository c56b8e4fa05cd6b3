#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops.h>

namespace golden {

namespace {

using namespace reel;

void add_norms(OperationTable& table) {
  table["layer_norm"] = [](const Call& c) -> TensorList {
    return {layer_norm(c["x"], c.integers("normalized_shape"), c["weight"], c["bias"],
                       c.number("eps"))};
  };
  table["group_norm"] = [](const Call& c) -> TensorList {
    return {group_norm(c["x"], c.integer("num_groups"), c["weight"], c["bias"], c.number("eps"))};
  };
}

}  // namespace

const OperationTable& operations() {
  static const OperationTable table = [] {
    OperationTable t;
    add_norms(t);
    return t;
  }();
  return table;
}

}  // namespace golden
