// Sums, means, extremes and norms over dimensions.

#include <reel/io/onnx/operation.h>

namespace reel::io::onnx {

namespace {

std::string reduced(Operation& o, const char* op, const std::string& x, bool keepdims) {
  return o.add(op, {x, o.integers(o.integers("dims"))}, {integer("keepdims", keepdims)});
}

bool keeps_dims(const Operation& o) { return o.out().dim() == o.in(0).dim(); }

void reduce(Operation& o, const char* op) {
  // Of a number nothing is left to reduce.
  if (o.in(0).dim() == 0) return o.result(o.add("Identity", {o.input(0)}));
  o.result(reduced(o, op, o.input(0), keeps_dims(o)));
}
void sum(Operation& o) { reduce(o, "ReduceSum"); }
void mean(Operation& o) { reduce(o, "ReduceMean"); }
void max(Operation& o) { reduce(o, "ReduceMax"); }
void min(Operation& o) { reduce(o, "ReduceMin"); }
void logsumexp(Operation& o) { reduce(o, "ReduceLogSumExp"); }
void vector_norm(Operation& o) { reduce(o, "ReduceL2"); }

std::string variance(Operation& o) {
  const std::string x = o.input(0);
  const std::string centred = o.add("Sub", {x, reduced(o, "ReduceMean", x, true)});
  const std::string sum = reduced(o, "ReduceSum", o.add("Mul", {centred, centred}), keeps_dims(o));
  return o.add("Div", {sum, o.scalar(o.number("divisor"))});
}
void var(Operation& o) { o.result(variance(o)); }
void std_of(Operation& o) { o.result(o.add("Sqrt", {variance(o)})); }

void norm(Operation& o) {
  const double p = o.number("p");
  const std::string powers = o.add("Pow", {o.add("Abs", {o.input(0)}), o.scalar(p)});
  o.result(o.add("Pow", {reduced(o, "ReduceSum", powers, keeps_dims(o)), o.scalar(1 / p)}));
}

void cumsum(Operation& o) {
  const std::string axis = o.graph().number(static_cast<double>(o.integer("dim")), kInt64);
  o.result(o.add("CumSum", {o.input(0), axis}, {integer("reverse", o.integer("reverse"))}));
}

}  // namespace

Rules reduction_rules() {
  return {{"sum", "ReduceSum", sum},
          {"mean", "ReduceMean", mean},
          {"amax", "ReduceMax", max},
          {"amin", "ReduceMin", min},
          {"max", "ReduceMax; not the indices", max},
          {"min", "ReduceMin; not the indices", min},
          {"logsumexp", "ReduceLogSumExp", logsumexp},
          {"vector_norm", "ReduceL2", vector_norm},
          {"norm", "Abs, Pow and ReduceSum", norm},
          {"var", "ReduceMean, ReduceSum and arithmetic", var},
          {"std", "as var, and Sqrt", std_of},
          {"cumsum", "CumSum", cumsum}};
}

}  // namespace reel::io::onnx
