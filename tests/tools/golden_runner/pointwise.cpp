// Activations and arithmetic.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops.h>

namespace golden {

namespace {

using namespace reel;

void add_unary(OperationTable& table, const std::string& name, Tensor (*op)(const Tensor&)) {
  table[name] = [op](Call& c) -> TensorList { return {op(c["x"])}; };
}

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

void add_binary(OperationTable& table, const std::string& name,
                Tensor (*op)(const Tensor&, const Tensor&)) {
  table[name] = [op](Call& c) -> TensorList { return {op(c["a"], c["b"])}; };
}

std::optional<Scalar> scalar_of(const Arguments& c, const char* name) {
  if (!c.has(name)) return {};
  return Scalar(c.number(name));
}

void add_arithmetic(OperationTable& table) {
  add_binary(table, "add", [](const Tensor& a, const Tensor& b) { return a + b; });
  add_binary(table, "sub", [](const Tensor& a, const Tensor& b) { return a - b; });
  add_binary(table, "mul", mul);
  add_binary(table, "div", div);
  add_binary(table, "pow", pow);
  add_binary(table, "maximum", maximum);
  add_binary(table, "minimum", minimum);
  add_unary(table, "exp", exp);
  add_unary(table, "log", log);
  add_unary(table, "sqrt", sqrt);
  add_unary(table, "rsqrt", rsqrt);
  add_unary(table, "abs", abs);
  add_unary(table, "neg", neg);
  add_unary(table, "sin", sin);
  add_unary(table, "cos", cos);
  add_unary(table, "square", square);
  add_unary(table, "reciprocal", reciprocal);
  add_unary(table, "log1p", log1p);
  add_unary(table, "expm1", expm1);
  add_unary(table, "erf", erf);
  add_unary(table, "sign", sign);
  add_unary(table, "floor", floor);
  table["clamp"] = [](Call& c) -> TensorList {
    return {c["x"].clamp(scalar_of(c, "min"), scalar_of(c, "max"))};
  };
  table["where"] = [](Call& c) -> TensorList { return {where(c["c"], c["a"], c["b"])}; };
  table["masked_fill"] = [](Call& c) -> TensorList {
    return {c["x"].masked_fill(c["mask"], c.number("value"))};
  };
}

}  // namespace

void add_pointwise(OperationTable& table) {
  add_activations(table);
  add_arithmetic(table);
}

}  // namespace golden
