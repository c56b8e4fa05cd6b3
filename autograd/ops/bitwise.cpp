// y = a & b, a | b, a ^ b, ~a of bool and integers: no floating-point numbers, so no tape

#include <reel/autograd/operation_scope.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

using kernels::RareOp;

Tensor apply(RareOp f, const char* op, const Tensor& a, const Tensor& b) {
  const OperationScope scope(op);
  const Dtype both = result_type(a, b);
  REEL_CHECK(!is_floating_point(both), op, ": the operands are ", a.dtype(), " and ", b.dtype(),
             "; they must be bool or integers. [logical_and() and its kin take any dtype]");
  return rare_binary(f, op, a.to(both), b.to(both));
}

}  // namespace

Tensor Tensor::bitwise_not() const {
  REEL_CHECK(!is_floating_point(), "bitwise_not: the tensor is ", dtype(),
             "; it must be bool or an integer. [logical_not() takes any dtype]");
  if (dtype() == kBool) return logical_not();
  return apply(RareOp::kXor, "bitwise_not", *this,
               number_like(*this, dtype() == kUInt8 ? 255 : -1));
}
const Tensor& Tensor::bitwise_not_() const {
  return write_over("bitwise_not_", *this, bitwise_not());
}
Tensor bitwise_not(const Tensor& x) { return x.bitwise_not(); }
Tensor operator~(const Tensor& x) { return x.bitwise_not(); }

#define REEL_BITS(name, sign, op)                                                                  \
  Tensor Tensor::name(const Tensor& other) const { return apply(op, #name, *this, other); }        \
  Tensor Tensor::name(Scalar other) const { return name(number_like(*this, other)); }              \
  const Tensor& Tensor::name##_(const Tensor& other) const {                                       \
    return write_over(#name "_", *this, name(other));                                              \
  }                                                                                                \
  const Tensor& Tensor::name##_(Scalar other) const { return name##_(number_like(*this, other)); } \
  Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }                              \
  Tensor name(const Tensor& a, Scalar b) { return a.name(b); }                                     \
  Tensor operator sign(const Tensor& a, const Tensor& b) { return a.name(b); }                     \
  Tensor operator sign(const Tensor& a, Scalar b) { return a.name(b); }
REEL_BITS(bitwise_and, &, RareOp::kAnd)
REEL_BITS(bitwise_or, |, RareOp::kOr)
REEL_BITS(bitwise_xor, ^, RareOp::kXor)

}  // namespace reel
