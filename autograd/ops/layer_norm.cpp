// y = x^ * weight + bias with x^ = (x - mean) * rstd, mean and rstd over the last dimensions.
// dx = rstd * (g - mean(g) - x^ * mean(g * x^)) with g = dy * weight; docs/ops/layer_norm.md
// derives it.

#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/work.h>

namespace reel {

namespace {

struct LayerNormGeometry {
  int64_t N, D;  // rows and their length
  Shape normalized_shape;
  double eps;
};

void check_affine(const char* what, const Tensor& v, const Tensor& x,
                  IntArrayRef normalized_shape) {
  if (!v.defined()) return;
  REEL_CHECK(v.sizes() == normalized_shape, "layer_norm: ", what, " ", v,
             " does not match normalized_shape ", normalized_shape, "; the shapes must be equal.");
  REEL_CHECK(v.dtype() == x.dtype(), "layer_norm: ", what, " is ", v.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
}

LayerNormGeometry check_layer_norm(const Tensor& x, IntArrayRef normalized_shape,
                                   const Tensor& weight, const Tensor& bias, double eps) {
  REEL_CHECK(x.is_floating_point(), "layer_norm: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(!normalized_shape.empty(),
             "layer_norm: normalized_shape is empty; it must name 1 or more dimensions.");
  const IntArrayRef sizes = x.sizes();
  const size_t k = normalized_shape.size(), lead = sizes.size() < k ? 0 : sizes.size() - k;
  REEL_CHECK(sizes.size() >= k && IntArrayRef(sizes.data() + lead, k) == normalized_shape,
             "layer_norm: input ", x, " does not end in normalized_shape ", normalized_shape,
             "; its last ", k, " dimensions must be equal to it.");
  check_affine("weight", weight, x, normalized_shape);
  check_affine("bias", bias, x, normalized_shape);
  return {numel_of({sizes.data(), lead}), numel_of(normalized_shape), normalized_shape, eps};
}

// Equations 4 to 6 in differentiable operations, for gradients of gradients.
void backward_recorded(BackwardCall& call, const LayerNormGeometry& g, const Tensor& x,
                       const Tensor& weight) {
  const Tensor& dy = call.grad_output();
  const Tensor rows = x.reshape({g.N, g.D}), grad = dy.reshape({g.N, g.D});
  const Tensor centred = rows - rows.mean(-1, true);
  const Tensor rstd = (centred.square().mean(-1, true) + g.eps).rsqrt();
  const Tensor normalized = centred * rstd;
  if (call.wanted(0)) {
    const Tensor weighted = weight.defined() ? grad * weight.reshape({g.D}) : grad;
    const Tensor dx = rstd * (weighted - weighted.mean(-1, true) -
                              normalized * (weighted * normalized).mean(-1, true));
    call.set_grad_input(0, dx.reshape(x.sizes()));
  }
  if (call.wanted(1))
    call.set_grad_input(1, (grad * normalized).sum(0).reshape(g.normalized_shape));
  if (call.wanted(2)) call.set_grad_input(2, grad.sum(0).reshape(g.normalized_shape));
}

struct LayerNormBackward final : NodeOf<LayerNormBackward> {
  static constexpr const char* kName = "layer_norm";
  LayerNormGeometry g;
  SavedTensor x, weight;
  Tensor moments;  // mean and rstd, (2, N)

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), w = call.unpack(weight, "weight");
    if (call.create_graph()) return backward_recorded(call, g, input, w);
    visit_floating(call.grad_output().dtype(),
                   [&](auto zero) { run<decltype(zero)>(call, input, w); });
  }

  template <class T>
  void run(BackwardCall& call, const Tensor& input, const Tensor& w) {
    const auto& kernels = kernels::active<kernels::LayerNorm<T>>();
    const Tensor dy = call.grad_output().contiguous();
    // Only a gradient of bias alone does without the input.
    const T* px = input.defined() ? input.data_ptr<T>() : dy.data_ptr<T>();
    const Tensor dx = call.wanted(0) ? empty(input.sizes(), input.dtype()) : Tensor();
    const Tensor dw = call.wanted(1) ? empty(g.normalized_shape, dy.dtype()) : Tensor();
    const Tensor db = call.wanted(2) ? empty(g.normalized_shape, dy.dtype()) : Tensor();
    kernels.backward(g.N, g.D, dy.data_ptr<T>(), px, data_or_null<T>(w), physical_data<T>(moments),
                     physical_data<T>(moments) + g.N, data_or_null<T>(dx), data_or_null<T>(dw),
                     data_or_null<T>(db));
    call.set_grad_input(0, dx);
    call.set_grad_input(1, dw);
    call.set_grad_input(2, db);
  }

  void release_saved() override {
    x.reset();
    weight.reset();
    moments = Tensor();
  }
};

}  // namespace

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps) {
  const OperationScope scope(LayerNormBackward::kName);
  const LayerNormGeometry g = check_layer_norm(input, normalized_shape, weight, bias, eps);
  const Tensor x = input.contiguous();
  const Tensor w = weight.defined() ? weight.contiguous() : weight;
  const Tensor b = bias.defined() ? bias.contiguous() : bias;
  const Tensor y = empty(x.sizes(), x.dtype());
  const Tensor moments = empty({2, g.N}, x.dtype());
  count_multiply_adds(x.numel());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    T* mean = physical_data<T>(moments);
    kernels::active<kernels::LayerNorm<T>>().forward(g.N, g.D, static_cast<T>(eps), x.data_ptr<T>(),
                                                     data_or_null<T>(w), data_or_null<T>(b),
                                                     physical_data<T>(y), mean, mean + g.N);
  });
  if (auto* node = record<LayerNormBackward>(y, x, w, b)) {
    node->g = g;
    if (node->wanted(0) || node->wanted(1)) node->x.save(x);
    if (node->wanted(0)) node->weight.save(w);
    node->moments = moments;
    if (TracedOperation* t = traced(y))
      t->number("eps", eps).integers("dims", static_cast<int64_t>(normalized_shape.size()));
  }
  return y;
}

}  // namespace reel
