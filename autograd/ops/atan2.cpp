// atan2: y = the angle of (b, a); da = dy b / (a^2 + b^2), db = -dy a / (a^2 + b^2), 0 at the
// origin hypot: y = sqrt(a^2 + b^2);     da = dy a / y, db = dy b / y

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

using kernels::RareOp;

struct Atan2Backward final : NodeOf<Atan2Backward> {
  static constexpr const char* kName = "atan2";
  SavedTensor a, b;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor x = call.unpack(a, "self"), z = call.unpack(b, "other");
    const Tensor square = x * x + z * z;
    const Tensor scaled = call.grad_output() * square.reciprocal().masked_fill(square == 0, 0);
    if (call.wanted(0)) call.set_grad_input(0, sum_to_size(scaled * z, a_sizes));
    if (call.wanted(1)) call.set_grad_input(1, sum_to_size(-scaled * x, b_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
  }
};

struct HypotBackward final : NodeOf<HypotBackward> {
  static constexpr const char* kName = "hypot";
  SavedTensor a, b, y;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor scaled = call.grad_output() / call.unpack(y, "output");
    if (call.wanted(0))
      call.set_grad_input(0, sum_to_size(scaled * call.unpack(a, "self"), a_sizes));
    if (call.wanted(1))
      call.set_grad_input(1, sum_to_size(scaled * call.unpack(b, "other"), b_sizes));
  }
  void release_saved() override {
    a.reset();
    b.reset();
    y.reset();
  }
};

template <class N>
Tensor apply(RareOp f, const Tensor& first, const Tensor& second) {
  const OperationScope scope(N::kName);
  const Dtype both = promote(result_type(first, second), Scalar(1.0));
  const Tensor a = first.to(both), b = second.to(both);
  Tensor y = rare_binary(f, N::kName, a, b);
  if (auto* node = record<N>(y, a, b)) {
    node->a.save(a);
    node->b.save(b);
    if constexpr (requires { node->y; }) node->y.save_output(y);
    node->a_sizes = a.sizes();
    node->b_sizes = b.sizes();
  }
  return y;
}

}  // namespace

Tensor Tensor::atan2(const Tensor& other) const {
  return apply<Atan2Backward>(RareOp::kAtan2, *this, other);
}
Tensor Tensor::hypot(const Tensor& other) const {
  return apply<HypotBackward>(RareOp::kHypot, *this, other);
}
const Tensor& Tensor::atan2_(const Tensor& other) const {
  return write_over("atan2_", *this, values_before(*this, other).atan2(other));
}
const Tensor& Tensor::hypot_(const Tensor& other) const {
  return write_over("hypot_", *this, values_before(*this, other).hypot(other));
}

Tensor atan2(const Tensor& a, const Tensor& b) { return a.atan2(b); }
Tensor hypot(const Tensor& a, const Tensor& b) { return a.hypot(b); }

}  // namespace reel
