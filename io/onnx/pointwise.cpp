// Activations and other functions of one tensor.

#include <reel/io/onnx/operation.h>

#include <cmath>

namespace reel::io::onnx {

namespace {

// f(x) by the operator of one input that the rule names.
void same(Operation& o);

void clamp(Operation& o) {
  const double low = o.number("a"), high = o.number("b");
  o.result(o.add("Clip", {o.input(0), std::isinf(low) ? std::string() : o.scalar(low),
                          std::isinf(high) ? std::string() : o.scalar(high)}));
}
void leaky_relu(Operation& o) {
  o.result(o.add("LeakyRelu", {o.input(0)}, {real("alpha", o.number("a"))}));
}
void elu(Operation& o) {
  const double a = o.number("a"), b = o.number("b");
  if (b == 1) return o.result(o.add("Elu", {o.input(0)}, {real("alpha", a)}));
  o.result(o.add("Selu", {o.input(0)}, {real("alpha", a), real("gamma", b)}));
}
void celu(Operation& o) { o.result(o.add("Celu", {o.input(0)}, {real("alpha", o.number("a"))})); }
void gelu(Operation& o) { o.result(o.add("Gelu", {o.input(0)})); }
void gelu_tanh(Operation& o) {
  o.result(o.add("Gelu", {o.input(0)}, {text("approximate", "tanh")}));
}
void silu(Operation& o) {
  const std::string x = o.input(0);
  o.result(o.add("Mul", {x, o.add("Sigmoid", {x})}));
}
void softplus(Operation& o) {
  const double beta = o.number("a"), threshold = o.number("b");
  const std::string x = o.input(0);
  const std::string z = beta == 1 ? x : o.add("Mul", {x, o.scalar(beta)});
  std::string y = o.add("Softplus", {z});
  if (beta != 1) y = o.add("Div", {y, o.scalar(beta)});
  // Above 20 both are one number in float32.
  if (threshold < 20) y = o.add("Where", {o.add("Greater", {z, o.scalar(threshold)}), x, y});
  o.result(y);
}
void logsigmoid(Operation& o) {
  o.result(o.add("Neg", {o.add("Softplus", {o.add("Neg", {o.input(0)})})}));
}
void tanhshrink(Operation& o) {
  const std::string x = o.input(0);
  o.result(o.add("Sub", {x, o.add("Tanh", {x})}));
}
void hardsigmoid(Operation& o) {
  o.result(o.add("HardSigmoid", {o.input(0)}, {real("alpha", 1.0 / 6), real("beta", 0.5)}));
}
void hardshrink(Operation& o) {
  o.result(o.add("Shrink", {o.input(0)}, {real("lambd", o.number("a")), real("bias", 0)}));
}
void softshrink(Operation& o) {
  const double lambda = o.number("a");
  o.result(o.add("Shrink", {o.input(0)}, {real("lambd", lambda), real("bias", lambda)}));
}
void threshold(Operation& o) {
  const std::string x = o.input(0);
  const std::string above = o.add("Greater", {x, o.scalar(o.number("a"))});
  o.result(o.add("Where", {above, x, o.scalar(o.number("b"))}));
}
void prelu(Operation& o) { o.result(o.add("PRelu", {o.input(0), o.input(1)})); }

void log1p(Operation& o) { o.result(o.add("Log", {o.add("Add", {o.input(0), o.scalar(1)})})); }
void expm1(Operation& o) { o.result(o.add("Sub", {o.add("Exp", {o.input(0)}), o.scalar(1)})); }
void rsqrt(Operation& o) { o.result(o.add("Reciprocal", {o.add("Sqrt", {o.input(0)})})); }
void square(Operation& o) {
  const std::string x = o.input(0);
  o.result(o.add("Mul", {x, x}));
}
void trunc(Operation& o) {
  const std::string x = o.input(0);
  o.result(o.add("Mul", {o.add("Sign", {x}), o.add("Floor", {o.add("Abs", {x})})}));
}
void exp2(Operation& o) { o.result(o.add("Pow", {o.scalar(2), o.input(0)})); }
void log2(Operation& o) {
  o.result(o.add("Div", {o.add("Log", {o.input(0)}), o.scalar(std::log(2.0))}));
}
void log10(Operation& o) {
  o.result(o.add("Div", {o.add("Log", {o.input(0)}), o.scalar(std::log(10.0))}));
}
void erfc(Operation& o) { o.result(o.add("Sub", {o.scalar(1), o.add("Erf", {o.input(0)})})); }

void softmax(Operation& o) {
  o.result(o.add("Softmax", {o.input(0)}, {integer("axis", o.integer("dim"))}));
}
void log_softmax(Operation& o) {
  o.result(o.add("LogSoftmax", {o.input(0)}, {integer("axis", o.integer("dim"))}));
}

constexpr Rule kRules[] = {
    {"relu", "Relu", same},
    {"tanh", "Tanh", same},
    {"sigmoid", "Sigmoid", same},
    {"softsign", "Softsign", same},
    {"mish", "Mish", same},
    {"hardswish", "HardSwish", same},
    {"neg", "Neg", same},
    {"exp", "Exp", same},
    {"log", "Log", same},
    {"sqrt", "Sqrt", same},
    {"reciprocal", "Reciprocal", same},
    {"abs", "Abs", same},
    {"sign", "Sign", same},
    {"floor", "Floor", same},
    {"ceil", "Ceil", same},
    {"round", "Round", same},
    {"sin", "Sin", same},
    {"cos", "Cos", same},
    {"tan", "Tan", same},
    {"asin", "Asin", same},
    {"acos", "Acos", same},
    {"atan", "Atan", same},
    {"sinh", "Sinh", same},
    {"cosh", "Cosh", same},
    {"asinh", "Asinh", same},
    {"acosh", "Acosh", same},
    {"atanh", "Atanh", same},
    {"erf", "Erf", same},
    {"clamp", "Clip", clamp},
    {"leaky_relu", "LeakyRelu", leaky_relu},
    {"elu", "Elu; selu Selu", elu},
    {"celu", "Celu", celu},
    {"gelu", "Gelu", gelu},
    {"gelu_tanh", "Gelu", gelu_tanh},
    {"silu", "Sigmoid and Mul", silu},
    {"softplus", "Softplus and arithmetic", softplus},
    {"logsigmoid", "Neg and Softplus", logsigmoid},
    {"tanhshrink", "Tanh and Sub", tanhshrink},
    {"hardsigmoid", "HardSigmoid", hardsigmoid},
    {"hardshrink", "Shrink", hardshrink},
    {"softshrink", "Shrink", softshrink},
    {"threshold", "Greater and Where", threshold},
    {"prelu", "PRelu", prelu},
    {"log1p", "Add and Log", log1p},
    {"expm1", "Exp and Sub", expm1},
    {"rsqrt", "Sqrt and Reciprocal", rsqrt},
    {"square", "Mul", square},
    {"trunc", "Sign, Abs, Floor and Mul", trunc},
    {"exp2", "Pow", exp2},
    {"log2", "Log and Div", log2},
    {"log10", "Log and Div", log10},
    {"erfc", "Erf and Sub", erfc},
    {"softmax", "Softmax", softmax},
    {"log_softmax", "LogSoftmax", log_softmax},
};

void same(Operation& o) {
  for (const Rule& rule : kRules)
    if (std::string(rule.operation) == o.name()) return o.result(o.add(rule.becomes, {o.input(0)}));
}

}  // namespace

Rules pointwise_rules() { return {std::begin(kRules), std::end(kRules)}; }

}  // namespace reel::io::onnx
