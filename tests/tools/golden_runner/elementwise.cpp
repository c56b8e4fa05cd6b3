// Arithmetic, functions and choices, element by element.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops/elementwise.h>

namespace golden {

namespace {

using namespace reel;

void add_unary(OperationTable& table, const std::string& name, Tensor (*op)(const Tensor&)) {
  table[name] = [op](Call& c) -> TensorList { return {op(c["x"])}; };
}

void add_binary(OperationTable& table, const std::string& name,
                Tensor (*op)(const Tensor&, const Tensor&)) {
  table[name] = [op](Call& c) -> TensorList { return {op(c["a"], c["b"])}; };
}

std::optional<Scalar> scalar_of(const Arguments& c, const char* name) {
  if (!c.has(name)) return {};
  return Scalar(c.number(name));
}

}  // namespace

void add_elementwise(OperationTable& table) {
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

}  // namespace golden
