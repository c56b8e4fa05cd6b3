// y = a == b, a < b, ...: bool tensors, which take no gradient

#include <reel/autograd/operation_scope.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/core/binary.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <limits>

namespace reel {

namespace {

using kernels::CompareOp;

Tensor compared(CompareOp f, const char* op, const Tensor& a, const Tensor& b) {
  const OperationScope scope(op);
  if (a.dtype() == b.dtype()) return compare(f, op, a, b);
  const Dtype both = result_type(a, b);
  return compare(f, op, a.detach().to(both), b.detach().to(both));
}

Tensor compared(CompareOp f, const char* op, const Tensor& a, Scalar b) {
  const OperationScope scope(op);
  const Dtype both = promote(a.dtype(), b);
  return a.dtype() == both ? compare(f, op, a, b) : compare(f, op, a.detach().to(both), b);
}

Tensor logic(CompareOp f, const char* op, const Tensor& a, const Tensor& b) {
  const OperationScope scope(op);
  return compare(f, op, a.detach().to(kBool), b.detach().to(kBool));
}

bool all_true(const Tensor& x) {
  const bool* data = physical_data<bool>(x);
  return std::all_of(data, data + x.numel(), [](bool v) { return v; });
}

}  // namespace

Tensor Tensor::eq(const Tensor& other) const {
  return compared(CompareOp::kEq, "eq", *this, other);
}
Tensor Tensor::ne(const Tensor& other) const {
  return compared(CompareOp::kNe, "ne", *this, other);
}
Tensor Tensor::lt(const Tensor& other) const {
  return compared(CompareOp::kLt, "lt", *this, other);
}
Tensor Tensor::le(const Tensor& other) const {
  return compared(CompareOp::kLe, "le", *this, other);
}
Tensor Tensor::gt(const Tensor& other) const {
  return compared(CompareOp::kGt, "gt", *this, other);
}
Tensor Tensor::ge(const Tensor& other) const {
  return compared(CompareOp::kGe, "ge", *this, other);
}
Tensor Tensor::eq(Scalar other) const { return compared(CompareOp::kEq, "eq", *this, other); }
Tensor Tensor::ne(Scalar other) const { return compared(CompareOp::kNe, "ne", *this, other); }
Tensor Tensor::lt(Scalar other) const { return compared(CompareOp::kLt, "lt", *this, other); }
Tensor Tensor::le(Scalar other) const { return compared(CompareOp::kLe, "le", *this, other); }
Tensor Tensor::gt(Scalar other) const { return compared(CompareOp::kGt, "gt", *this, other); }
Tensor Tensor::ge(Scalar other) const { return compared(CompareOp::kGe, "ge", *this, other); }

Tensor Tensor::logical_not() const { return compared(CompareOp::kEq, "logical_not", *this, 0); }
Tensor Tensor::logical_and(const Tensor& other) const {
  return logic(CompareOp::kAnd, "logical_and", *this, other);
}
Tensor Tensor::logical_or(const Tensor& other) const {
  return logic(CompareOp::kOr, "logical_or", *this, other);
}

Tensor Tensor::logical_xor(const Tensor& other) const {
  return logic(CompareOp::kNe, "logical_xor", *this, other);
}

#define REEL_IN_PLACE(name, Other)                    \
  const Tensor& Tensor::name##_(Other other) const {  \
    return write_over(#name "_", *this, name(other)); \
  }
REEL_IN_PLACE(eq, const Tensor&)
REEL_IN_PLACE(ne, const Tensor&)
REEL_IN_PLACE(lt, const Tensor&)
REEL_IN_PLACE(le, const Tensor&)
REEL_IN_PLACE(gt, const Tensor&)
REEL_IN_PLACE(ge, const Tensor&)
REEL_IN_PLACE(eq, Scalar)
REEL_IN_PLACE(ne, Scalar)
REEL_IN_PLACE(lt, Scalar)
REEL_IN_PLACE(le, Scalar)
REEL_IN_PLACE(gt, Scalar)
REEL_IN_PLACE(ge, Scalar)
REEL_IN_PLACE(logical_and, const Tensor&)
REEL_IN_PLACE(logical_or, const Tensor&)
REEL_IN_PLACE(logical_xor, const Tensor&)
const Tensor& Tensor::logical_not_() const {
  return write_over("logical_not_", *this, logical_not());
}

Tensor Tensor::isnan() const { return ne(*this); }
Tensor Tensor::isinf() const {
  if (!is_floating_point()) return zeros(sizes(), kBool);
  return detach().abs().eq(std::numeric_limits<double>::infinity());
}
Tensor Tensor::isfinite() const {
  if (!is_floating_point()) return ones(sizes(), kBool);
  return detach().abs().lt(std::numeric_limits<double>::infinity());
}

bool Tensor::equal(const Tensor& other) const {
  return sizes() == other.sizes() && all_true(eq(other));
}

Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  const Tensor a = detach().to(kFloat64), b = other.detach().to(kFloat64);
  // Infinities are close to nothing but themselves, though their distance would be allowed.
  const Tensor near = a.sub(b).abs().le(b.abs().mul(rtol).add(atol)).logical_and(b.isfinite());
  const Tensor same = equal_nan ? a.eq(b).logical_or(a.isnan().logical_and(b.isnan())) : a.eq(b);
  return near.logical_or(same);
}

bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return all_true(isclose(other, rtol, atol, equal_nan));
}

Tensor operator==(const Tensor& a, const Tensor& b) { return a.eq(b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return a.ne(b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return a.lt(b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return a.le(b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return a.gt(b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return a.ge(b); }
Tensor operator==(const Tensor& a, Scalar b) { return a.eq(b); }
Tensor operator!=(const Tensor& a, Scalar b) { return a.ne(b); }
Tensor operator<(const Tensor& a, Scalar b) { return a.lt(b); }
Tensor operator<=(const Tensor& a, Scalar b) { return a.le(b); }
Tensor operator>(const Tensor& a, Scalar b) { return a.gt(b); }
Tensor operator>=(const Tensor& a, Scalar b) { return a.ge(b); }

Tensor operator==(Scalar a, const Tensor& b) { return b.eq(a); }
Tensor operator!=(Scalar a, const Tensor& b) { return b.ne(a); }
Tensor operator<(Scalar a, const Tensor& b) { return b.gt(a); }
Tensor operator<=(Scalar a, const Tensor& b) { return b.ge(a); }
Tensor operator>(Scalar a, const Tensor& b) { return b.lt(a); }
Tensor operator>=(Scalar a, const Tensor& b) { return b.le(a); }

Tensor eq(const Tensor& a, const Tensor& b) { return a.eq(b); }
Tensor ne(const Tensor& a, const Tensor& b) { return a.ne(b); }
Tensor lt(const Tensor& a, const Tensor& b) { return a.lt(b); }
Tensor le(const Tensor& a, const Tensor& b) { return a.le(b); }
Tensor gt(const Tensor& a, const Tensor& b) { return a.gt(b); }
Tensor ge(const Tensor& a, const Tensor& b) { return a.ge(b); }
Tensor isfinite(const Tensor& x) { return x.isfinite(); }
Tensor isnan(const Tensor& x) { return x.isnan(); }
Tensor isinf(const Tensor& x) { return x.isinf(); }
Tensor eq(const Tensor& a, Scalar b) { return a.eq(b); }
Tensor ne(const Tensor& a, Scalar b) { return a.ne(b); }
Tensor lt(const Tensor& a, Scalar b) { return a.lt(b); }
Tensor le(const Tensor& a, Scalar b) { return a.le(b); }
Tensor gt(const Tensor& a, Scalar b) { return a.gt(b); }
Tensor ge(const Tensor& a, Scalar b) { return a.ge(b); }
Tensor logical_not(const Tensor& x) { return x.logical_not(); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return a.logical_and(b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return a.logical_or(b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return a.logical_xor(b); }
Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return a.isclose(b, rtol, atol, equal_nan);
}
bool equal(const Tensor& a, const Tensor& b) { return a.equal(b); }
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return a.allclose(b, rtol, atol, equal_nan);
}

}  // namespace reel
