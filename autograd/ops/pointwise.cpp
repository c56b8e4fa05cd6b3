// y = f(x)
// dx = dy f'(x), with f' from x or from y as the row of core/kernels/pointwise_table.h says

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/pointwise.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>
#include <reel/core/creation.h>
#include <reel/core/pointwise.h>

namespace reel {

namespace {

using kernels::PointwiseOp;

enum class Saves : char { kInput = 'x', kOutput = 'y', kNothing = 'n' };

struct Row {
  const char* name;
  Saves saves;
  /// The table's dx in operations on the tape.
  Tensor (*dx)(const Tensor& dy, const Tensor& saved, double a, double b);
};

namespace table {

using namespace kernels;  // its constants
using T = double;

constexpr Row kRows[] = {
#define REEL_ROW(name, saved, y, dx)                                                     \
  {#name, static_cast<Saves>(#saved[0]),                                                 \
   [](const Tensor& dy, [[maybe_unused]] const Tensor& saved, [[maybe_unused]] double a, \
      [[maybe_unused]] double b) -> Tensor { return dx; }},
    REEL_POINTWISE_TABLE(REEL_ROW)
#undef REEL_ROW
};

}  // namespace table

struct PointwiseBackward final : Node {
  PointwiseOp op{};
  SavedTensor saved;
  double a = 0, b = 0;

  const Row& row() const { return table::kRows[static_cast<size_t>(op)]; }
  const char* name() const override { return row().name; }
  void backward(BackwardCall& call) override {
    const Tensor& kept = call.unpack(saved, row().saves == Saves::kOutput ? "output" : "self");
    call.set_grad_input(0, call.create_graph()
                               ? row().dx(call.grad_output(), kept, a, b)
                               : pointwise_backward(op, call.take_grad_output(), kept, a, b));
  }
  void release_saved() override { saved.reset(); }
};

// Saves what the row needs; `before` is the input as it was.
void fill_node(PointwiseBackward* node, PointwiseOp f, const Tensor& before, const Tensor& y,
               double a, double b) {
  if (!node) return;
  node->op = f;
  node->a = a;
  node->b = b;
  if (node->row().saves == Saves::kInput) node->saved.save(before);
  if (node->row().saves == Saves::kOutput) node->saved.save_output(y);
  if (TracedOperation* t = traced(y)) t->number("a", a).number("b", b);
}

}  // namespace

Tensor apply_row(PointwiseOp f, const Tensor& x, double a, double b) {
  if (!x.is_floating_point()) return apply_row(f, x.to(kFloat32), a, b);
  const OperationScope scope(table::kRows[static_cast<size_t>(f)].name);
  Tensor y = pointwise(f, x, a, b);
  const Row& row = table::kRows[static_cast<size_t>(f)];
  fill_node(record_as<PointwiseBackward>(row.name, y, x), f, x, y, a, b);
  return y;
}

const Tensor& apply_row_in_place(const char* op, PointwiseOp f, const Tensor& x, double a,
                                 double b) {
  const OperationScope scope(op);
  REEL_CHECK(
      x.is_floating_point(), op, ": the tensor is ", x.dtype(),
      ", the result would be floating-point; it must be float32 or float64 to hold that. [write "
      "out of place]");
  check_in_place(op, x);
  const Row& row = table::kRows[static_cast<size_t>(f)];
  const bool keep = row.saves == Saves::kInput && GradMode::is_enabled() && x.requires_grad();
  const Tensor before = keep ? x.clone() : x;
  pointwise_into(f, x, a, b);
  fill_node(record_in_place_as<PointwiseBackward>(op, x), f, before, x, a, b);
  return x;
}

namespace {

// Functions from integers to integers, by operations that integers have.
Tensor integer_sign(const Tensor& x) { return x.gt(0).to(x.dtype()) - x.lt(0).to(x.dtype()); }

void check_sign(const char* op, const Tensor& x) {
  REEL_CHECK(x.dtype() != kBool, op,
             ": the tensor is bool; truth values have no sign. [use logical_not()]");
}

}  // namespace

Tensor Tensor::neg() const {
  check_sign("neg", *this);
  return is_floating_point() ? apply_row(PointwiseOp::neg, *this) : mul(-1);
}
Tensor Tensor::exp() const { return apply_row(PointwiseOp::exp, *this); }
Tensor Tensor::log() const { return apply_row(PointwiseOp::log, *this); }
Tensor Tensor::log1p() const { return apply_row(PointwiseOp::log1p, *this); }
Tensor Tensor::expm1() const { return apply_row(PointwiseOp::expm1, *this); }
Tensor Tensor::sqrt() const { return apply_row(PointwiseOp::sqrt, *this); }
Tensor Tensor::rsqrt() const { return apply_row(PointwiseOp::rsqrt, *this); }
Tensor Tensor::square() const {
  return is_floating_point() ? apply_row(PointwiseOp::square, *this) : mul(*this);
}
Tensor Tensor::reciprocal() const { return apply_row(PointwiseOp::reciprocal, *this); }
Tensor Tensor::abs() const {
  if (dtype() == kUInt8) return clone();
  return is_floating_point() ? apply_row(PointwiseOp::abs, *this) : maximum(neg());
}
Tensor Tensor::sign() const {
  check_sign("sign", *this);
  return is_floating_point() ? apply_row(PointwiseOp::sign, *this) : integer_sign(*this);
}
Tensor Tensor::floor() const {
  return is_floating_point() ? apply_row(PointwiseOp::floor, *this) : clone();
}
Tensor Tensor::sin() const { return apply_row(PointwiseOp::sin, *this); }
Tensor Tensor::cos() const { return apply_row(PointwiseOp::cos, *this); }
Tensor Tensor::erf() const { return apply_row(PointwiseOp::erf, *this); }

Tensor Tensor::pow(Scalar exponent) const {
  if (!is_floating_point()) {
    REEL_CHECK(exponent.is_floating_point() || exponent.to<int64_t>() >= 0, "pow: the exponent is ",
               exponent, ", and both numbers are integers; it must be 0 or more. ",
               "[use floating-point tensors]");
    return pow(number_like(*this, exponent));
  }
  const double p = exponent.to<double>();
  // Multiplication and square roots are faster than the general power, and exact where it is not.
  if (p == 2) return square();
  if (p == 0.5) return sqrt();
  if (p == -0.5) return rsqrt();
  if (p == -1) return reciprocal();
  return apply_row(PointwiseOp::pow, *this, p);
}

#define REEL_IN_PLACE(name)                                         \
  const Tensor& Tensor::name##_() const {                           \
    return apply_row_in_place(#name "_", PointwiseOp::name, *this); \
  }
REEL_IN_PLACE(exp)
REEL_IN_PLACE(log)
REEL_IN_PLACE(log1p)
REEL_IN_PLACE(expm1)
REEL_IN_PLACE(sqrt)
REEL_IN_PLACE(rsqrt)
REEL_IN_PLACE(reciprocal)
REEL_IN_PLACE(sin)
REEL_IN_PLACE(cos)
REEL_IN_PLACE(erf)

// Of integers too.
#define REEL_ANY_IN_PLACE(name)                                                          \
  const Tensor& Tensor::name##_() const {                                                \
    return is_floating_point() ? apply_row_in_place(#name "_", PointwiseOp::name, *this) \
                               : write_over(#name "_", *this, name());                   \
  }
REEL_ANY_IN_PLACE(square)
REEL_ANY_IN_PLACE(abs)
REEL_ANY_IN_PLACE(sign)
REEL_ANY_IN_PLACE(floor)

const Tensor& Tensor::neg_() const {
  check_sign("neg_", *this);
  return is_floating_point() ? apply_row_in_place("neg_", PointwiseOp::neg, *this) : mul_(-1);
}

Tensor neg(const Tensor& x) { return x.neg(); }
Tensor exp(const Tensor& x) { return x.exp(); }
Tensor log(const Tensor& x) { return x.log(); }
Tensor log1p(const Tensor& x) { return x.log1p(); }
Tensor expm1(const Tensor& x) { return x.expm1(); }
Tensor sqrt(const Tensor& x) { return x.sqrt(); }
Tensor rsqrt(const Tensor& x) { return x.rsqrt(); }
Tensor square(const Tensor& x) { return x.square(); }
Tensor reciprocal(const Tensor& x) { return x.reciprocal(); }
Tensor abs(const Tensor& x) { return x.abs(); }
Tensor sign(const Tensor& x) { return x.sign(); }
Tensor floor(const Tensor& x) { return x.floor(); }
Tensor sin(const Tensor& x) { return x.sin(); }
Tensor cos(const Tensor& x) { return x.cos(); }
Tensor erf(const Tensor& x) { return x.erf(); }
Tensor pow(const Tensor& x, Scalar exponent) { return x.pow(exponent); }

}  // namespace reel
