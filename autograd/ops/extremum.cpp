// y = max(a, b): da = dy where a > b, dy / 2 where a = b, 0 elsewhere; db likewise
// y = min(a, b): the same with < for >

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

using kernels::BinaryOp;

struct ExtremumBackward final : Node {
  BinaryOp op{};
  SavedTensor a, b;
  Shape a_sizes, b_sizes;

  const char* name() const override { return op == BinaryOp::kMaximum ? "maximum" : "minimum"; }
  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    const Tensor x = call.unpack(a, "self"), z = call.unpack(b, "other");
    const Tensor shared = where(x == z, g * 0.5, g);
    // Losers get nothing; where an operand is NaN nobody loses, and both see that something is
    // wrong.
    const Tensor a_loses = op == BinaryOp::kMaximum ? x < z : x > z;
    const Tensor b_loses = op == BinaryOp::kMaximum ? z < x : z > x;
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(where(a_loses, 0, shared), a_sizes));
    if (call.wanted(1)) call.set_grad_input(1, sum_to_size(where(b_loses, 0, shared), b_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

Tensor extremum(BinaryOp f, const char* op, const Tensor& a, const Tensor& b) {
  const Dtype both = result_type(a, b);
  if (a.dtype() != b.dtype()) return extremum(f, op, a.to(both), b.to(both));
  const OperationScope scope(op);
  Tensor y = binary(f, op, a, b);
  if (auto* node = record_as<ExtremumBackward>(op, y, a, b)) {
    node->op = f;
    node->a.save(a);
    node->b.save(b);
    node->a_sizes = a.sizes();
    node->b_sizes = b.sizes();
  }
  return y;
}

}  // namespace

Tensor Tensor::maximum(const Tensor& other) const {
  return extremum(BinaryOp::kMaximum, "maximum", *this, other);
}
Tensor Tensor::minimum(const Tensor& other) const {
  return extremum(BinaryOp::kMinimum, "minimum", *this, other);
}
Tensor Tensor::clamp(const Tensor& min, const Tensor& max) const {
  return maximum(min).minimum(max);
}
const Tensor& Tensor::clamp_(const Tensor& min, const Tensor& max) const {
  return write_over("clamp_", *this, values_before(*this, min).clamp(min, max));
}
const Tensor& Tensor::clamp_min_(const Tensor& min) const {
  return write_over("clamp_min_", *this, values_before(*this, min).maximum(min));
}
const Tensor& Tensor::clamp_max_(const Tensor& max) const {
  return write_over("clamp_max_", *this, values_before(*this, max).minimum(max));
}
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max) { return x.clamp(min, max); }
Tensor maximum(const Tensor& a, const Tensor& b) { return a.maximum(b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return a.minimum(b); }

}  // namespace reel
