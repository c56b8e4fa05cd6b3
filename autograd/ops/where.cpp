// y = c ? a : b
// da = c ? dy : 0, db = c ? 0 : dy, each summed to its operand's shape

#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>
#include <reel/core/elementwise.h>
#include <reel/core/layout.h>

#include <cmath>
#include <limits>

namespace reel {

namespace {

void check_condition(const char* op, const Tensor& c) {
  REEL_CHECK(c.dtype() == kBool, op, ": the condition ", c, " is ", c.dtype(),
             "; it must be bool. [compare, or "
             "use to(kBool)]");
}

struct WhereBackward final : NodeOf<WhereBackward> {
  static constexpr const char* kName = "where";
  SavedTensor c;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    const Tensor condition = call.unpack(c, "condition");
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(where(condition, g, 0), a_sizes));
    if (call.wanted(1)) call.set_grad_input(1, sum_to_size(where(condition, 0, g), b_sizes));
  }
  void release_saved() override { c.reset(); }
};

// x where the mask is false, a number elsewhere.
struct MaskedFillBackward final : NodeOf<MaskedFillBackward> {
  static constexpr const char* kName = "masked_fill";
  SavedTensor mask;
  Shape sizes;

  void backward(BackwardCall& call) override {
    call.set_grad_input(
        0, sum_to_size(where(call.unpack(mask, "mask"), 0, call.grad_output()), sizes));
  }
  void release_saved() override { mask.reset(); }
};

Tensor choose(const Tensor& c, const Tensor& like, Operand a, Operand b) {
  const Shape sizes = broadcast_shapes("where", c.sizes(), like.sizes());
  Tensor y = empty_result(sizes, like.dtype(), like, c);
  choose_into(y, c, a, b);
  return y;
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check_condition("where", condition);
  const Dtype both = result_type(a, b);
  if (a.dtype() != b.dtype()) return where(condition, a.to(both), b.to(both));
  const OperationScope scope(WhereBackward::kName);
  const Shape sizes =
      broadcast_shapes("where", condition.sizes(), broadcast_shapes("where", a.sizes(), b.sizes()));
  Tensor y = empty_result(sizes, both, a, b);
  choose_into(y, condition, a, b);
  if (auto* node = record<WhereBackward>(y, a, b)) {
    node->c.save(condition);
    if (TracedOperation* t = traced(y)) t->tensor("condition", condition);
    node->a_sizes = a.sizes();
    node->b_sizes = b.sizes();
  }
  return y;
}

Tensor where(const Tensor& condition, const Tensor& a, Scalar b) {
  return where(condition.logical_not(), b, a);
}

Tensor where(const Tensor& condition, Scalar a, const Tensor& b) {
  const AnomalyPause meant(!std::isfinite(a.to<double>()));
  check_condition("where", condition);
  const Dtype both = promote(b.dtype(), a);
  if (b.dtype() != both) return where(condition, a, b.to(both));
  const OperationScope scope(WhereBackward::kName);
  Tensor y = choose(condition, b, a, b);
  if (auto* node = record_as<MaskedFillBackward>("where", y, b)) {
    node->mask.save(condition);
    if (TracedOperation* t = traced(y))
      t->tensor("condition", condition).number("value", a.to<double>());
    node->sizes = b.sizes();
  }
  return y;
}

Tensor where(const Tensor& condition, Scalar a, Scalar b) {
  check_condition("where", condition);
  const Dtype both = promote(promote(kBool, a), b);
  Tensor y = empty_like_layout(condition, both);
  choose_into(y, condition, a, b);
  return y;
}

Tensor Tensor::nan_to_num(double nan, std::optional<double> posinf,
                          std::optional<double> neginf) const {
  if (!is_floating_point()) return clone();
  const double inf = std::numeric_limits<double>::infinity();
  const double largest =
      dtype() == kFloat32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  return where(
      isnan(), nan,
      where(eq(inf), posinf.value_or(largest), where(eq(-inf), neginf.value_or(-largest), *this)));
}
const Tensor& Tensor::nan_to_num_(double nan, std::optional<double> posinf,
                                  std::optional<double> neginf) const {
  return write_over("nan_to_num_", *this, nan_to_num(nan, posinf, neginf));
}
Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  return x.nan_to_num(nan, posinf, neginf);
}

Tensor Tensor::masked_fill(const Tensor& mask, Scalar value) const {
  check_condition("masked_fill", mask);
  REEL_CHECK(promote(dtype(), value) == dtype(), "masked_fill: the value ", value,
             " does not fit the tensor's ", dtype(), "; it must be a ", dtype(), ".");
  check_range("masked_fill", value, dtype());
  return where(mask, value, *this);
}

const Tensor& Tensor::masked_fill_(const Tensor& mask, Scalar value) const {
  const OperationScope scope("masked_fill_");
  const AnomalyPause meant(!std::isfinite(value.to<double>()));
  check_condition("masked_fill_", mask);
  check_in_place("masked_fill_", *this);
  REEL_CHECK(promote(dtype(), value) == dtype(), "masked_fill_: the value ", value,
             " does not fit the tensor's ", dtype(), "; it must be a ", dtype(), ".");
  check_range("masked_fill_", value, dtype());
  REEL_CHECK(broadcast_shapes("masked_fill_", sizes(), mask.sizes()) == sizes(),
             "masked_fill_: the mask ", mask, " does not broadcast to the shape ", *this,
             " of the tensor written in place.");
  choose_into(*this, mask, value, *this);
  if (auto* node = record_in_place_as<MaskedFillBackward>("masked_fill_", *this)) {
    node->mask.save(mask);
    if (TracedOperation* t = traced(*this))
      t->tensor("condition", mask).number("value", value.to<double>());
    node->sizes = sizes();
  }
  return *this;
}

}  // namespace reel
