// y = a^b
// da = dy b a^(b-1), db = dy y log(a)      (each summed to its operand's shape)
// where b = 0, da = 0; where a = 0 and b >= 0, db = 0

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

struct PowBackward final : NodeOf<PowBackward> {
  static constexpr const char* kName = "pow";
  SavedTensor a, b, y;
  Shape a_sizes, b_sizes;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    const Tensor base = call.unpack(a, "self"), exponent = call.unpack(b, "exponent");
    if (call.wanted(0)) {
      const Tensor slope = exponent * base.pow(exponent - 1);
      call.set_grad_input(0, sum_to_size(g * where(exponent == 0, 0, slope), a_sizes));
    }
    if (call.wanted(1)) {
      const Tensor slope = call.unpack(y, "output") * base.log();
      const Tensor flat = (base == 0).logical_and(exponent >= 0);
      call.set_grad_input(1, sum_to_size(g * where(flat, 0, slope), b_sizes));
    }
  }
  void release_saved() override {
    a.reset();
    b.reset();
    y.reset();
  }
};

Tensor integer_power(const Tensor& a, const Tensor& b, Dtype dtype) {
  REEL_CHECK(!b.lt(0).any().item<bool>(),
             "pow: the exponent is negative and both numbers are integers; it must be 0 or more. "
             "[use floating-point tensors]");
  return rare_binary(kernels::RareOp::kPower, "pow", a.to(dtype), b.to(dtype));
}

}  // namespace

Tensor Tensor::pow(const Tensor& exponent) const {
  const Dtype both = result_type(*this, exponent);
  if (!reel::is_floating_point(both)) return integer_power(*this, exponent, both);
  if (dtype() != both || exponent.dtype() != both) return to(both).pow(exponent.to(both));
  const OperationScope scope(PowBackward::kName);
  Tensor y = binary(kernels::BinaryOp::kPow, "pow", *this, exponent);
  if (auto* node = record<PowBackward>(y, *this, exponent)) {
    node->a.save(*this);
    node->b.save(exponent);
    if (node->wanted(1)) node->y.save_output(y);
    node->a_sizes = sizes();
    node->b_sizes = exponent.sizes();
  }
  return y;
}

const Tensor& Tensor::pow_(const Tensor& exponent) const {
  return write_over("pow_", *this, values_before(*this, exponent).pow(exponent));
}
const Tensor& Tensor::pow_(Scalar exponent) const {
  return write_over("pow_", *this, values_before(*this).pow(exponent));
}

Tensor pow(const Tensor& x, const Tensor& exponent) { return x.pow(exponent); }
Tensor pow(Scalar x, const Tensor& exponent) {
  const Tensor base = number_like(exponent, x);
  return base.pow(exponent.to(base.dtype()));
}

}  // namespace reel
