// y = sum (x - mean)^2 / m over the reduced dimensions, m = n - 1 (unbiased) or n; std = sqrt(y).
// dx = dy (2 / m) (x - mean), and for std that with dy / (2 std) for dy; docs/ops/var.md derives
// it.

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

struct VarGeometry {
  ReducedDims dims;
  double divisor;  // m
};

VarGeometry check_var(const char* op, const Tensor& x, IntArrayRef dims, bool unbiased) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  VarGeometry g{reduced_dims(op, x.sizes(), dims), 0};
  const int64_t m = unbiased ? g.dims.count - 1 : g.dims.count;
  g.divisor = m > 0 ? static_cast<double>(m) : 0.0;  // too few values have the variance 0 / 0
  return g;
}

Tensor variance(const Tensor& x, const VarGeometry& g, bool keepdim) {
  const Tensor mean = reduce_sum(x, g.dims, true, static_cast<double>(g.dims.count));
  return reduce_squares(x, g.dims, keepdim, mean, g.divisor);
}

// Equation 3, in differentiable operations.
Tensor var_gradient(const Tensor& dy, const Tensor& x, const VarGeometry& g) {
  const Shape dims = dims_of(g.dims, x.dim());
  const Tensor mean = x.mean(dims, true);
  return (dy * (2 / g.divisor)).reshape(g.dims.kept) * (x - mean);
}

struct VarBackward final : NodeOf<VarBackward> {
  static constexpr const char* kName = "var";
  VarGeometry g;
  SavedTensor x;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, var_gradient(call.grad_output(), call.unpack(x, "input"), g));
  }
  void release_saved() override { x.reset(); }
};

struct StdBackward final : NodeOf<StdBackward> {
  static constexpr const char* kName = "std";
  VarGeometry g;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    // Equation 4. Where all values agree the root has no slope; 0 is taken.
    const Tensor std = call.unpack(y, "output");
    const Tensor dvar = (call.grad_output() / (std * 2)).masked_fill(std.eq(0), 0);
    call.set_grad_input(0, var_gradient(dvar, call.unpack(x, "input"), g));
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

}  // namespace

Tensor Tensor::var(IntArrayRef dims, bool unbiased, bool keepdim) const {
  const OperationScope scope(VarBackward::kName);
  const VarGeometry g = check_var("var", *this, dims, unbiased);
  const Tensor y = variance(*this, g, keepdim);
  if (auto* node = record<VarBackward>(y, *this)) {
    node->g = g;
    if (TracedOperation* t = traced(y))
      t->integers("dims", dims_of(g.dims, dim())).number("divisor", g.divisor);
    node->x.save(*this);
  }
  return y;
}

Tensor Tensor::std(IntArrayRef dims, bool unbiased, bool keepdim) const {
  const OperationScope scope(StdBackward::kName);
  const VarGeometry g = check_var("std", *this, dims, unbiased);
  const Tensor y = variance(*this, g, keepdim).sqrt();
  if (auto* node = record<StdBackward>(y, *this)) {
    node->g = g;
    if (TracedOperation* t = traced(y))
      t->integers("dims", dims_of(g.dims, dim())).number("divisor", g.divisor);
    node->x.save(*this);
    node->y.save_output(y);
  }
  return y;
}

std::tuple<Tensor, Tensor> var_mean(const Tensor& x, IntArrayRef dims, bool unbiased,
                                    bool keepdim) {
  return {x.var(dims, unbiased, keepdim), x.mean(dims, keepdim)};
}
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, IntArrayRef dims, bool unbiased,
                                    bool keepdim) {
  return {x.std(dims, unbiased, keepdim), x.mean(dims, keepdim)};
}

}  // namespace reel
