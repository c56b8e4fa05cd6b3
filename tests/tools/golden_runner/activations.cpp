// Activations.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/activations.h>

namespace golden {

namespace {

using namespace reel;

void add_unary(OperationTable& table, const std::string& name, Tensor (*op)(const Tensor&)) {
  table[name] = [op](Call& c) -> TensorList { return {op(c["x"])}; };
}

}  // namespace

void add_activations(OperationTable& table) {
  add_unary(table, "relu", relu);
  add_unary(table, "sigmoid", sigmoid);
  add_unary(table, "tanh", tanh);
  add_unary(table, "selu", selu);
  add_unary(table, "silu", silu);
  add_unary(table, "relu6", relu6);
  add_unary(table, "hardsigmoid", hardsigmoid);
  add_unary(table, "hardswish", hardswish);
  add_unary(table, "mish", mish);
  add_unary(table, "softsign", softsign);
  add_unary(table, "logsigmoid", logsigmoid);
  table["leaky_relu"] = [](Call& c) -> TensorList {
    return {leaky_relu(c["x"], c.number("negative_slope"))};
  };
  table["prelu"] = [](Call& c) -> TensorList { return {prelu(c["x"], c["weight"])}; };
  table["elu"] = [](Call& c) -> TensorList { return {elu(c["x"], c.number("alpha"))}; };
  table["gelu"] = [](Call& c) -> TensorList { return {gelu(c["x"], c.text("approximate"))}; };
  table["softplus"] = [](Call& c) -> TensorList {
    return {softplus(c["x"], c.number("beta"), c.number("threshold"))};
  };
  table["hardtanh"] = [](Call& c) -> TensorList {
    return {hardtanh(c["x"], c.number("min_val"), c.number("max_val"))};
  };
  table["softmax"] = [](Call& c) -> TensorList { return {c["x"].softmax(c.integer("dim"))}; };
  table["log_softmax"] = [](Call& c) -> TensorList {
    return {c["x"].log_softmax(c.integer("dim"))};
  };
}

}  // namespace golden
