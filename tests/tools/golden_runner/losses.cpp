// Losses.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/losses.h>

namespace golden {

namespace {

using namespace reel;

Reduction reduction_of(const Arguments& c) {
  const std::string name = c.text("reduction");
  if (name == "none") return kNone;
  if (name == "mean") return kMean;
  if (name == "sum") return kSum;
  throw Mismatch("there is no reduction " + name);
}

}  // namespace

void add_losses(OperationTable& table) {
  table["mse_loss"] = [](Call& c) -> TensorList {
    return {mse_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["l1_loss"] = [](Call& c) -> TensorList {
    return {l1_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["smooth_l1_loss"] = [](Call& c) -> TensorList {
    return {smooth_l1_loss(c["x"], c["target"], reduction_of(c), c.number("beta"))};
  };
  table["huber_loss"] = [](Call& c) -> TensorList {
    return {huber_loss(c["x"], c["target"], reduction_of(c), c.number("delta"))};
  };
  table["binary_cross_entropy_with_logits"] = [](Call& c) -> TensorList {
    return {binary_cross_entropy_with_logits(c["x"], c["target"], c["weight"], c["pos_weight"],
                                             reduction_of(c))};
  };
  table["nll_loss"] = [](Call& c) -> TensorList {
    return {nll_loss(c["x"], c["target"], c["weight"], reduction_of(c), c.integer("ignore_index"))};
  };
  table["cross_entropy"] = [](Call& c) -> TensorList {
    return {cross_entropy(c["x"], c["target"], c["weight"], reduction_of(c),
                          c.integer("ignore_index"), c.number("label_smoothing"))};
  };
}

}  // namespace golden
