// Norms.

#include "tests/tools/golden_runner/layer_case.h"

#include <reel/autograd/ops/norms.h>
#include <reel/nn/batch_norm.h>

namespace golden {

namespace {

using namespace reel;

template <class Module>
void add_batch_norm(OperationTable& table, const std::string& name) {
  table[name] = [](Call& c) {
    return run(c, Module(nn::BatchNormOptions(c.integer("num_features"))
                             .eps(c.number("eps"))
                             .momentum(c.maybe("momentum"))
                             .affine(c.flag("affine"))
                             .track_running_stats(c.flag("track_running_stats"))));
  };
}

}  // namespace

void add_norms(OperationTable& table) {
  add_batch_norm<nn::BatchNorm1d>(table, "BatchNorm1d");
  add_batch_norm<nn::BatchNorm2d>(table, "BatchNorm2d");
  add_batch_norm<nn::BatchNorm3d>(table, "BatchNorm3d");
  table["layer_norm"] = [](Call& c) -> TensorList {
    return {layer_norm(c["x"], c.integers("normalized_shape"), c["weight"], c["bias"],
                       c.number("eps"))};
  };
  table["instance_norm"] = [](Call& c) -> TensorList {
    return {instance_norm(c["x"], c["weight"], c["bias"], {}, {}, true, 0.1, c.number("eps"))};
  };
  table["group_norm"] = [](Call& c) -> TensorList {
    return {group_norm(c["x"], c.integer("num_groups"), c["weight"], c["bias"], c.number("eps"))};
  };
}

}  // namespace golden
