// fmod and remainder: y = a - b n, n being a / b rounded to 0 or down; da = dy, db = -dy n
// floor_divide, div with a rounding: n itself, whose derivative is 0

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>
#include <reel/core/creation.h>

namespace reel {

namespace {

using kernels::RareOp;

// The dtype that both operands are converted to.
Dtype check_division(const char* op, const Tensor& a, const Tensor& b) {
  const Dtype both = result_type(a, b);
  REEL_CHECK(both != kBool, op, ": both operands are bool; truth values have no quotient.");
  REEL_CHECK(is_floating_point(both) || !b.eq(0).any().item<bool>(), op, ": the divisor ", b,
             " holds a 0 and the operands are integers; it must not. [use floating-point tensors]");
  return both;
}

struct RemainderBackward final : Node {
  RareOp op{};
  SavedTensor a, b;
  Shape a_sizes, b_sizes;

  const char* name() const override { return op == RareOp::kFmod ? "fmod" : "remainder"; }
  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(g, a_sizes));
    if (!call.wanted(1)) return;
    const Tensor x = call.unpack(a, "self").detach(), z = call.unpack(b, "other").detach();
    const Tensor n = op == RareOp::kFmod ? x.div(z).trunc() : x.floor_divide(z);
    call.set_grad_input(1, sum_to_size(-g * n, b_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

struct RoundedDivisionBackward final : NodeOf<RoundedDivisionBackward> {
  static constexpr const char* kName = "floor_divide";
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Dtype dtype = call.grad_output().dtype();
    if (call.wanted(0)) call.set_grad_input(0, zeros(a_sizes, dtype));
    if (call.wanted(1)) call.set_grad_input(1, zeros(b_sizes, dtype));
  }
  void release_saved() override {}
};

Tensor remainder_of(RareOp f, const char* op, const Tensor& a, const Tensor& b) {
  const OperationScope scope(op);
  const Dtype both = check_division(op, a, b);
  const Tensor x = a.to(both), z = b.to(both);
  Tensor y = rare_binary(f, op, x, z);
  if (auto* node = record_as<RemainderBackward>(op, y, x, z)) {
    node->op = f;
    node->a_sizes = x.sizes();
    node->b_sizes = z.sizes();
    if (node->wanted(1)) {
      node->a.save(x);
      node->b.save(z);
    }
  }
  return y;
}

Tensor rounded_division(const char* op, const Tensor& a, const Tensor& b, bool down) {
  const OperationScope scope(op);
  const Dtype both = check_division(op, a, b);
  const Tensor x = a.to(both), z = b.to(both), values = x.detach(), divisor = z.detach();
  Tensor y;
  if (down)
    y = rare_binary(RareOp::kFloorDivide, op, values, divisor);
  else if (is_floating_point(both))
    y = values.div(divisor).trunc();
  else  // what is left divides evenly
    y = rare_binary(RareOp::kFloorDivide, op, values - values.fmod(divisor), divisor);
  if (auto* node = record_as<RoundedDivisionBackward>(op, y, x, z)) {
    node->a_sizes = x.sizes();
    node->b_sizes = z.sizes();
  }
  return y;
}

bool rounds_down(const std::string& mode) {
  REEL_CHECK(mode == "floor" || mode == "trunc", "div: rounding_mode is '", mode,
             "'; it must be 'floor' or 'trunc'.");
  return mode == "floor";
}

}  // namespace

Tensor Tensor::div(const Tensor& other, const std::string& rounding_mode) const {
  return rounded_division("div", *this, other, rounds_down(rounding_mode));
}
Tensor Tensor::div(Scalar other, const std::string& rounding_mode) const {
  return div(number_like(*this, other), rounding_mode);
}

const Tensor& Tensor::div_(const Tensor& other, const std::string& rounding_mode) const {
  return write_over("div_", *this, values_before(*this, other).div(other, rounding_mode));
}
const Tensor& Tensor::div_(Scalar other, const std::string& rounding_mode) const {
  return div_(number_like(*this, other), rounding_mode);
}

Tensor Tensor::floor_divide(const Tensor& other) const {
  return rounded_division("floor_divide", *this, other, true);
}
Tensor Tensor::remainder(const Tensor& other) const {
  return remainder_of(RareOp::kRemainder, "remainder", *this, other);
}
Tensor Tensor::fmod(const Tensor& other) const {
  return remainder_of(RareOp::kFmod, "fmod", *this, other);
}

#define REEL_DIVISION(name)                                                                        \
  Tensor Tensor::name(Scalar other) const { return name(number_like(*this, other)); }              \
  const Tensor& Tensor::name##_(const Tensor& other) const {                                       \
    return write_over(#name "_", *this, values_before(*this, other).name(other));                  \
  }                                                                                                \
  const Tensor& Tensor::name##_(Scalar other) const { return name##_(number_like(*this, other)); } \
  Tensor name(const Tensor& a, const Tensor& b) { return a.name(b); }                              \
  Tensor name(const Tensor& a, Scalar b) { return a.name(b); }
REEL_DIVISION(floor_divide)
REEL_DIVISION(remainder)
REEL_DIVISION(fmod)

Tensor div(const Tensor& a, const Tensor& b, const std::string& rounding_mode) {
  return a.div(b, rounding_mode);
}
Tensor operator%(const Tensor& a, const Tensor& b) { return a.remainder(b); }
Tensor operator%(const Tensor& a, Scalar b) { return a.remainder(b); }

}  // namespace reel
