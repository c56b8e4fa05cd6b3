// y = sqrt(sum x^2) over the reduced dimensions
// dx = dy x / y, and 0 where y is 0.
// For other powers y = (sum |x|^p)^(1/p), dx = dy sign(x) |x|^(p-1) / y^(p-1).

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

#include <cmath>

namespace reel {

namespace {

struct VectorNormBackward final : NodeOf<VectorNormBackward> {
  static constexpr const char* kName = "vector_norm";
  Shape kept;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor norm = call.unpack(y, "output"), input = call.unpack(x, "input");
    const Tensor scale = (call.grad_output() / norm).masked_fill(norm.eq(0), 0);
    call.set_grad_input(0, input * scale.reshape(kept));
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

struct PowerNormBackward final : NodeOf<PowerNormBackward> {
  static constexpr const char* kName = "norm";
  double p;
  Shape kept;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor norm = call.unpack(y, "output").reshape(kept), input = call.unpack(x, "input");
    const Tensor g = call.grad_output().reshape(kept);
    // Below 1 the slope at 0 is infinite; there it is not followed. Where all is 0 neither.
    const Tensor direction =
        p > 2 ? input * input.abs().pow(p - 2) : input.sign() * input.abs().pow(p - 1);
    const Tensor scale =
        p < 1 ? g * norm.pow(1 - p) : (g / norm.pow(p - 1)).masked_fill(norm == 0, 0);
    call.set_grad_input(0, (p < 1 ? direction.masked_fill(input == 0, 0) : direction) * scale);
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

Tensor power_norm(const Tensor& x, double p, IntArrayRef dims, bool keepdim) {
  const OperationScope scope(PowerNormBackward::kName);
  const ReducedDims d = reduced_dims("norm", x.sizes(), dims);
  const Tensor values = x.detach();
  const Tensor y = values.abs().pow(p).sum(dims, keepdim).pow(1 / p);
  if (auto* node = record<PowerNormBackward>(y, x)) {
    node->p = p;
    node->kept = d.kept;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims_of(d, x.dim())).number("p", p);
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

}  // namespace

Tensor Tensor::norm(Scalar power, IntArrayRef dims, bool keepdim) const {
  REEL_CHECK(is_floating_point(), "norm: the input is ", dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  const auto p = power.to<double>();
  REEL_CHECK(!std::isnan(p), "norm: p is NaN; it must be a number.");
  if (p == 2) return vector_norm(*this, dims, keepdim);
  if (p == 1) return abs().sum(dims, keepdim);
  if (p == 0) return detach().ne(0).to(dtype()).sum(dims, keepdim);
  if (std::isinf(p)) return p > 0 ? abs().amax(dims, keepdim) : abs().amin(dims, keepdim);
  return power_norm(*this, p, dims, keepdim);
}

Tensor normalize(const Tensor& x, double p, int64_t dim, double eps) {
  return x / x.norm(p, dim, true).clamp_min(eps);
}

Tensor vector_norm(const Tensor& x, IntArrayRef dims, bool keepdim) {
  const OperationScope scope(VectorNormBackward::kName);
  REEL_CHECK(x.is_floating_point(), "vector_norm: the input is ", x.dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  const ReducedDims d = reduced_dims("vector_norm", x.sizes(), dims);
  const Tensor y = reduce_squares(x, d, keepdim, {}, 1).sqrt();
  if (auto* node = record<VectorNormBackward>(y, x)) {
    node->kept = d.kept;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims_of(d, x.dim()));
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

Tensor Tensor::norm() const { return vector_norm(*this); }

}  // namespace reel
