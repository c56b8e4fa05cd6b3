// y = n * weight + bias with n = (x - mean) * rstd, statistics a sample and group of channels.
// dx = rstd * (g - mean(g) - n * mean(g * n)) with g = dy * weight; docs/ops/group_norm.md derives
// it.

#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/work.h>

namespace reel {

namespace {

kernels::GroupNormGeometry check_group_norm(const Tensor& x, int64_t num_groups,
                                            const Tensor& weight, const Tensor& bias) {
  REEL_CHECK(x.is_floating_point(), "group_norm: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() >= 2, "group_norm: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C) or (N, C, spatial...).");
  const int64_t C = x.size(1);
  REEL_CHECK(num_groups >= 1 && C % num_groups == 0, "group_norm: input ", x, " has ", C,
             " channels, which num_groups = ", num_groups, " does not divide; it must.");
  check_channels("group_norm", "weight", weight, x);
  check_channels("group_norm", "bias", bias, x);
  const int64_t samples = x.size(0) * C;
  return {x.size(0), samples > 0 ? x.numel() / samples : 0, C, num_groups, false};
}

// Equations 4 to 6 in differentiable operations, for gradients of gradients.
void backward_recorded(BackwardCall& call, const kernels::GroupNormGeometry& g, double eps,
                       const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Shape along = channel_shape(x), dims = dims_but_channels(x);
  const Shape groups{g.N, g.G, g.C / g.G * g.P};
  const Tensor values = x.reshape(groups);
  const Tensor centred = values - values.mean(-1, true);
  const Tensor rstd = (centred.square().mean(-1, true) + eps).rsqrt();
  const Tensor normalized = centred * rstd;
  const Tensor dy =
      g.relu ? masked_by_relu(call.grad_output(), normalized.reshape(x.sizes()), weight, bias)
             : call.grad_output();
  if (call.wanted(0)) {
    const Tensor weighted = (weight.defined() ? dy * weight.reshape(along) : dy).reshape(groups);
    const Tensor dx = rstd * (weighted - weighted.mean(-1, true) -
                              normalized * (weighted * normalized).mean(-1, true));
    call.set_grad_input(0, dx.reshape(x.sizes()));
  }
  if (call.wanted(1)) call.set_grad_input(1, (dy * normalized.reshape(x.sizes())).sum(dims));
  if (call.wanted(2)) call.set_grad_input(2, dy.sum(dims));
}

struct GroupNormBackward final : NodeOf<GroupNormBackward> {
  static constexpr const char* kName = "group_norm";
  kernels::GroupNormGeometry g;
  double eps = 0;
  SavedTensor x, weight, bias;  // bias for the sign that ReLU saw
  Tensor mean, rstd;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), w = call.unpack(weight, "weight"),
                 b = call.unpack(bias, "bias");
    if (call.create_graph()) return backward_recorded(call, g, eps, input, w, b);
    visit_floating(input.dtype(), [&](auto zero) {
      using T = decltype(zero);
      const Tensor rows = channel_rows(input), dy = channel_rows(call.take_grad_output());
      const Tensor dx = call.wanted(0) ? grad_input_rows(dy, input) : Tensor();
      const Tensor dw = call.wanted(1) ? empty({g.C}, dy.dtype()) : Tensor();
      const Tensor db = call.wanted(2) ? empty({g.C}, dy.dtype()) : Tensor();
      kernels::active<kernels::GroupNorm<T>>().backward(
          g, physical_data<T>(dy), physical_data<T>(rows), data_or_null<T>(w), data_or_null<T>(b),
          physical_data<T>(mean), physical_data<T>(rstd), data_or_null<T>(dx), data_or_null<T>(dw),
          data_or_null<T>(db));
      call.set_grad_input(0, dx);
      call.set_grad_input(1, dw);
      call.set_grad_input(2, db);
    });
  }

  void release_saved() override {
    x.reset();
    weight.reset();
    bias.reset();
    mean = rstd = Tensor();
  }
};

Tensor normalize(const kernels::GroupNormGeometry& g, const Tensor& x, const Tensor& weight,
                 const Tensor& bias, double eps) {
  const OperationScope scope(g.relu ? "group_norm_relu" : GroupNormBackward::kName);
  const Tensor rows = channel_rows(x), y = empty_channel_rows(x);
  const Tensor w = weight.defined() ? weight.contiguous() : weight;
  const Tensor b = bias.defined() ? bias.contiguous() : bias;
  const Tensor mean = empty({g.N, g.G}, x.dtype()), rstd = empty({g.N, g.G}, x.dtype());
  count_multiply_adds(x.numel());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::GroupNorm<T>>().forward(
        g, static_cast<T>(eps), physical_data<T>(rows), data_or_null<T>(w), data_or_null<T>(b),
        physical_data<T>(y), physical_data<T>(mean), physical_data<T>(rstd));
  });
  if (auto* node = record<GroupNormBackward>(y, x, w, b)) {
    node->g = g;
    node->eps = eps;
    node->x.save(x);
    if (node->wanted(0) || g.relu) node->weight.save(w);
    if (g.relu) node->bias.save(b);
    node->mean = mean;
    node->rstd = rstd;
    if (TracedOperation* t = traced(y))
      t->integers("groups", g.G).integers("relu", g.relu).number("eps", eps);
  }
  return y;
}

}  // namespace

Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return normalize(check_group_norm(x, num_groups, weight, bias), x, weight, bias, eps);
}

Tensor group_norm_relu(const Tensor& x, int64_t num_groups, const Tensor& weight,
                       const Tensor& bias, double eps) {
  kernels::GroupNormGeometry g = check_group_norm(x, num_groups, weight, bias);
  g.relu = true;
  return normalize(g, x, weight, bias, eps);
}

}  // namespace reel
