// y = a + alpha b:  da = dy,    db = alpha dy
// y = a b:          da = dy b,  db = dy a
// y = a / b:        da = dy/b,  db = -dy a / b^2        (each summed to its operand's shape)

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

using kernels::BinaryOp;

void check_alpha(const char* op, Dtype dtype, Scalar alpha) {
  REEL_CHECK(is_floating_point(dtype) || !alpha.is_floating_point(), op, ": alpha ", alpha,
             " is floating, the tensors ", dtype, "; integers need an integer alpha.");
}

void check_subtraction(Dtype dtype) {
  REEL_CHECK(dtype != kBool,
             "sub: both operands are bool; there is no difference of truth values. "
             "[use ne() or logical_not()]");
}

// What x takes part in `op` as, given that its target is `dtype` and is written in place.
Tensor check_in_place_operand(const char* op, const Tensor& target, const Tensor& x) {
  const Dtype both = result_type(target, x);
  REEL_CHECK(can_cast(both, target.dtype()), op, ": the result would be ", both,
             ", the tensor written in place is ", target.dtype(),
             "; it can not hold that. [write out of place]");
  REEL_CHECK(broadcast_shapes(op, target.sizes(), x.sizes()) == target.sizes(), op,
             ": the operand ", x, " does not broadcast to the shape ", target,
             " of the tensor written in place.");
  // Its values must outlive the write.
  if (x.impl()->storage == target.impl()->storage) return x.clone().to(target.dtype());
  return x.to(target.dtype());
}

void check_in_place_number(const char* op, const Tensor& target, Scalar x) {
  REEL_CHECK(promote(target.dtype(), x) == target.dtype(), op, ": the result with ", x,
             " would be ", promote(target.dtype(), x), ", the tensor written in place is ",
             target.dtype(), "; it can not hold that. [write out of place]");
}

// The tensor's values before a write in place, if the gradient of `other` will need them.
Tensor values_for_gradient(const Tensor& x, const Tensor& other) {
  return GradMode::is_enabled() && other.requires_grad() ? x.clone() : Tensor();
}

struct AddBackward final : NodeOf<AddBackward> {
  static constexpr const char* kName = "add";
  Shape a_sizes, b_sizes;
  Scalar alpha;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(g, a_sizes));
    if (!call.wanted(1)) return;
    const Tensor to_b = sum_to_size(g, b_sizes);
    call.set_grad_input(1, alpha.to<double>() == 1 ? to_b : to_b.mul(alpha));
  }
  void release_saved() override {}
};

struct MulBackward final : NodeOf<MulBackward> {
  static constexpr const char* kName = "mul";
  SavedTensor a, b;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    if (call.wanted(0))
      call.set_grad_input(0, sum_to_size(g.mul(call.unpack(b, "other")), a_sizes));
    if (call.wanted(1)) call.set_grad_input(1, sum_to_size(g.mul(call.unpack(a, "self")), b_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

struct DivBackward final : NodeOf<DivBackward> {
  static constexpr const char* kName = "div";
  SavedTensor a, b;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor divisor = call.unpack(b, "other");
    const Tensor to_a = call.grad_output().div(divisor);
    if (call.wanted(1))
      call.set_grad_input(
          1, sum_to_size(to_a.mul(call.unpack(a, "self").div(divisor)), b_sizes).neg());
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(to_a, a_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

// y = x + number
struct ShiftBackward final : NodeOf<ShiftBackward> {
  static constexpr const char* kName = "add";
  void backward(BackwardCall& call) override { call.set_grad_input(0, call.grad_output()); }
  void release_saved() override {}
};

// y = factor x, or factor x + number
struct ScaleBackward final : NodeOf<ScaleBackward> {
  static constexpr const char* kName = "mul";
  Scalar factor;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().mul(factor));
  }
  void release_saved() override {}
};

// y = x / number
struct QuotientBackward final : NodeOf<QuotientBackward> {
  static constexpr const char* kName = "div";
  Scalar divisor;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().div(divisor));
  }
  void release_saved() override {}
};

// y = number / x
struct InverseBackward final : NodeOf<InverseBackward> {
  static constexpr const char* kName = "div";
  SavedTensor x;
  Scalar number;
  void backward(BackwardCall& call) override {
    const Tensor divisor = call.unpack(x, "other");
    call.set_grad_input(0,
                        call.grad_output().div(divisor).mul(number.to<double>() / divisor).neg());
  }
  void release_saved() override { x.reset(); }
};

template <class N>
void save_operands(N* node, const Tensor& a, const Tensor& b) {
  if (!node) return;
  node->a_sizes = a.sizes();
  node->b_sizes = b.sizes();
}

void record_add(AddBackward* node, const Tensor& y, const Tensor& a, const Tensor& b,
                Scalar alpha) {
  save_operands(node, a, b);
  if (!node) return;
  node->alpha = alpha;
  if (TracedOperation* t = traced(y)) t->number("alpha", alpha.to<double>());
}

// What a trace is told of an operation with a number.
void tell_trace(const Tensor& y, const char* name, Scalar number) {
  if (TracedOperation* t = traced(y)) t->number(name, number.to<double>());
}

void record_mul(MulBackward* node, const Tensor& a, const Tensor& b) {
  save_operands(node, a, b);
  if (node && node->wanted(0)) node->b.save(b);
  if (node && node->wanted(1)) node->a.save(a);
}

void record_div(DivBackward* node, const Tensor& a, const Tensor& b) {
  save_operands(node, a, b);
  if (node) node->b.save(b);
  if (node && node->wanted(1)) node->a.save(a);
}

Tensor add_numbered(const char* op, const Tensor& a, const Tensor& b, Scalar alpha) {
  const Dtype dtype = result_type(a, b);
  if (a.dtype() != b.dtype()) return add_numbered(op, a.to(dtype), b.to(dtype), alpha);
  const OperationScope scope(op);
  check_alpha(op, dtype, alpha);
  Tensor y = binary(BinaryOp::kAdd, op, a, b, alpha);
  record_add(record<AddBackward>(y, a, b), y, a, b, alpha);
  return y;
}

const Tensor& add_in_place(const char* op, const Tensor& x, const Tensor& other, Scalar alpha) {
  const OperationScope scope(op);
  check_in_place(op, x);
  check_alpha(op, x.dtype(), alpha);
  const Tensor b = check_in_place_operand(op, x, other);
  binary_into(BinaryOp::kAdd, x, b, alpha);
  record_add(record_in_place<AddBackward>(x, b), x, x, b, alpha);
  return x;
}

// The smallest integer is its own, as among elements.
Scalar negative(Scalar v) {
  if (v.is_floating_point()) return -v.to<double>();
  return static_cast<int64_t>(0 - static_cast<uint64_t>(v.to<int64_t>()));
}

}  // namespace

Tensor Tensor::add(const Tensor& other, Scalar alpha) const {
  return add_numbered("add", *this, other, alpha);
}

Tensor Tensor::sub(const Tensor& other, Scalar alpha) const {
  check_subtraction(result_type(*this, other));
  return add_numbered("sub", *this, other, negative(alpha));
}

Tensor Tensor::mul(const Tensor& other) const {
  const Dtype both = result_type(*this, other);
  if (dtype() != other.dtype()) return to(both).mul(other.to(both));
  const OperationScope scope("mul");
  Tensor y = binary(BinaryOp::kMul, "mul", *this, other);
  record_mul(record<MulBackward>(y, *this, other), *this, other);
  return y;
}

Tensor Tensor::div(const Tensor& other) const {
  const Dtype both = promote(result_type(*this, other), Scalar(1.0));
  if (dtype() != both || other.dtype() != both) return to(both).div(other.to(both));
  const OperationScope scope("div");
  Tensor y = binary(BinaryOp::kDiv, "div", *this, other);
  record_div(record<DivBackward>(y, *this, other), *this, other);
  return y;
}

Tensor Tensor::add(Scalar other) const {
  const Dtype both = promote(dtype(), other);
  if (dtype() != both) return to(both).add(other);
  const OperationScope scope("add");
  Tensor y = binary(BinaryOp::kAdd, "add", *this, other);
  if (record<ShiftBackward>(y, *this)) tell_trace(y, "shift", other);
  return y;
}

Tensor Tensor::sub(Scalar other) const {
  check_subtraction(promote(dtype(), other));
  return add(negative(other));
}

Tensor Tensor::mul(Scalar other) const {
  const Dtype both = promote(dtype(), other);
  if (dtype() != both) return to(both).mul(other);
  const OperationScope scope("mul");
  Tensor y = binary(BinaryOp::kMul, "mul", *this, other);
  if (auto* node = record<ScaleBackward>(y, *this)) {
    node->factor = other;
    tell_trace(y, "factor", other);
  }
  return y;
}

Tensor Tensor::div(Scalar other) const {
  const Dtype both = promote(dtype(), Scalar(1.0));
  if (dtype() != both) return to(both).div(other);
  const OperationScope scope("div");
  Tensor y = binary(BinaryOp::kDiv, "div", *this, other);
  if (auto* node = record<QuotientBackward>(y, *this)) {
    node->divisor = other;
    tell_trace(y, "divisor", other);
  }
  return y;
}

const Tensor& Tensor::add_(const Tensor& other, Scalar alpha) const {
  return add_in_place("add_", *this, other, alpha);
}

const Tensor& Tensor::sub_(const Tensor& other, Scalar alpha) const {
  check_subtraction(dtype());
  return add_in_place("sub_", *this, other, negative(alpha));
}

const Tensor& Tensor::mul_(const Tensor& other) const {
  const OperationScope scope("mul_");
  check_in_place("mul_", *this);
  const Tensor b = check_in_place_operand("mul_", *this, other);
  const Tensor before = values_for_gradient(*this, b);
  binary_into(BinaryOp::kMul, *this, b);
  record_mul(record_in_place<MulBackward>(*this, b), before.defined() ? before : *this, b);
  return *this;
}

const Tensor& Tensor::div_(const Tensor& other) const {
  const OperationScope scope("div_");
  check_in_place("div_", *this);
  check_in_place_number("div_", *this, 1.0);
  const Tensor b = check_in_place_operand("div_", *this, other);
  const Tensor before = values_for_gradient(*this, b);
  binary_into(BinaryOp::kDiv, *this, b);
  record_div(record_in_place<DivBackward>(*this, b), before.defined() ? before : *this, b);
  return *this;
}

const Tensor& Tensor::add_(Scalar other) const {
  const OperationScope scope("add_");
  check_in_place("add_", *this);
  check_in_place_number("add_", *this, other);
  binary_into(BinaryOp::kAdd, *this, other);
  if (record_in_place<ShiftBackward>(*this)) tell_trace(*this, "shift", other);
  return *this;
}

const Tensor& Tensor::sub_(Scalar other) const {
  check_subtraction(dtype());
  return add_(negative(other));
}

const Tensor& Tensor::mul_(Scalar other) const {
  const OperationScope scope("mul_");
  check_in_place("mul_", *this);
  check_in_place_number("mul_", *this, other);
  binary_into(BinaryOp::kMul, *this, other);
  if (auto* node = record_in_place<ScaleBackward>(*this)) {
    node->factor = other;
    tell_trace(*this, "factor", other);
  }
  return *this;
}

const Tensor& Tensor::div_(Scalar other) const {
  const OperationScope scope("div_");
  check_in_place("div_", *this);
  check_in_place_number("div_", *this, 1.0);
  binary_into(BinaryOp::kDiv, *this, other);
  if (auto* node = record_in_place<QuotientBackward>(*this)) {
    node->divisor = other;
    tell_trace(*this, "divisor", other);
  }
  return *this;
}

Tensor operator-(const Tensor& x) { return x.neg(); }
Tensor operator+(const Tensor& a, const Tensor& b) { return a.add(b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return a.sub(b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return a.mul(b); }
Tensor operator/(const Tensor& a, const Tensor& b) { return a.div(b); }
Tensor operator+(const Tensor& a, Scalar b) { return a.add(b); }
Tensor operator-(const Tensor& a, Scalar b) { return a.sub(b); }
Tensor operator*(const Tensor& a, Scalar b) { return a.mul(b); }
Tensor operator/(const Tensor& a, Scalar b) { return a.div(b); }
Tensor operator+(Scalar a, const Tensor& b) { return b.add(a); }
Tensor operator*(Scalar a, const Tensor& b) { return b.mul(a); }

Tensor operator-(Scalar a, const Tensor& b) {
  const Dtype both = promote(b.dtype(), a);
  check_subtraction(both);
  if (b.dtype() != both) return a - b.to(both);
  const OperationScope scope("sub");
  Tensor y = binary(BinaryOp::kAdd, "sub", a, b, -1);
  if (auto* node = record<ScaleBackward>(y, b)) {
    node->factor = -1;
    tell_trace(y, "minuend", a);
  }
  return y;
}

Tensor operator/(Scalar a, const Tensor& b) {
  const Dtype both = promote(b.dtype(), Scalar(1.0));
  if (b.dtype() != both) return a / b.to(both);
  const OperationScope scope("div");
  Tensor y = binary(BinaryOp::kDiv, "div", a, b);
  if (auto* node = record<InverseBackward>(y, b)) {
    node->x.save(b);
    node->number = a;
    tell_trace(y, "dividend", a);
  }
  return y;
}

Tensor add(const Tensor& a, const Tensor& b, Scalar alpha) { return a.add(b, alpha); }
Tensor sub(const Tensor& a, const Tensor& b, Scalar alpha) { return a.sub(b, alpha); }
Tensor mul(const Tensor& a, const Tensor& b) { return a.mul(b); }
Tensor div(const Tensor& a, const Tensor& b) { return a.div(b); }

}  // namespace reel
