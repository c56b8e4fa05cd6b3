// Arithmetic of tensors and numbers, choices, and changes of type.

#include <reel/io/onnx/operation.h>

namespace reel::io::onnx {

namespace {

void two(Operation& o, const char* op) { o.result(o.add(op, {o.input(0), o.input(1)})); }

void with_number(Operation& o, const char* op, const char* told) {
  o.result(o.add(op, {o.input(0), o.scalar(o.number(told))}));
}

void add(Operation& o) {
  if (o.told("shift")) return with_number(o, "Add", "shift");
  const double alpha = o.number("alpha");
  if (alpha == 1) return two(o, "Add");
  if (alpha == -1) return two(o, "Sub");
  o.result(o.add("Add", {o.input(0), o.add("Mul", {o.input(1), o.scalar(alpha)})}));
}

void mul(Operation& o) {
  if (o.told("factor")) return with_number(o, "Mul", "factor");
  if (!o.told("minuend")) return two(o, "Mul");
  o.result(o.add("Sub", {o.scalar(o.number("minuend")), o.input(0)}));
}

void div(Operation& o) {
  if (o.told("divisor")) return with_number(o, "Div", "divisor");
  if (!o.told("dividend")) return two(o, "Div");
  o.result(o.add("Div", {o.scalar(o.number("dividend")), o.input(0)}));
}

void pow(Operation& o) {
  if (o.told("a")) return with_number(o, "Pow", "a");
  two(o, "Pow");
}

void maximum(Operation& o) { two(o, "Max"); }
void minimum(Operation& o) { two(o, "Min"); }

void where(Operation& o) {
  o.result(o.add("Where", {o.tensor("condition"), o.input(0), o.input(1)}));
}
void masked_fill(Operation& o) {
  o.result(o.add("Where", {o.tensor("condition"), o.scalar(o.number("value")), o.input(0)}));
}

void clone(Operation& o) { o.result(o.input(0)); }
void to(Operation& o) {
  o.result(o.add("Cast", {o.input(0)}, {integer("to", data_type(o.out().dtype()))}));
}
void copy(Operation& o) {
  std::string y = o.input(1);
  if (o.in(1).dtype() != o.out().dtype())
    y = o.add("Cast", {y}, {integer("to", data_type(o.out().dtype()))});
  if (o.in(1).sizes() != o.out().sizes())
    y = o.add("Expand", {y, o.graph().sizes(o.output_dims())});
  o.result(y);
}

}  // namespace

Rules arithmetic_rules() {
  return {{"add", "Add or Sub", add},
          {"mul", "Mul; a number minus a tensor Sub", mul},
          {"div", "Div", div},
          {"pow", "Pow", pow},
          {"maximum", "Max", maximum},
          {"minimum", "Min", minimum},
          {"where", "Where, on a constant condition", where},
          {"masked_fill", "Where, on a constant mask", masked_fill},
          {"clone", "nothing", clone},
          {"copy_", "Expand, where it broadcasts", copy},
          {"to", "Cast", to}};
}

}  // namespace reel::io::onnx
