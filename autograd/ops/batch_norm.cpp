// y = (x - mean) * rstd * weight + bias, statistics a channel over samples and pixels (training) or
// running. dx = rstd * weight * (dy - (db + n * dw) / M) with n = (x - mean) * rstd;
// docs/ops/batch_norm.md derives it.

#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/work.h>

namespace reel {

namespace {

struct BatchNormGeometry {
  int64_t M, C;  // rows (samples times pixels) and channels
  double eps;
  bool batch_statistics, relu;
};

BatchNormGeometry check_batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                   const Tensor& running_mean, const Tensor& running_var,
                                   bool training, double eps) {
  REEL_CHECK(x.is_floating_point(), "batch_norm: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() >= 2 && x.dim() <= 5, "batch_norm: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C) or (N, C, 1 to 3 spatial dimensions).");
  check_channels("batch_norm", "weight", weight, x);
  check_channels("batch_norm", "bias", bias, x);
  check_channels("batch_norm", "running_mean", running_mean, x);
  check_channels("batch_norm", "running_var", running_var, x);
  REEL_CHECK(running_mean.defined() == running_var.defined(),
             "batch_norm: only one of running_mean and running_var is given; give both or none.");
  REEL_CHECK(training || running_mean.defined(),
             "batch_norm: no running statistics in evaluation; it normalizes by them. [train "
             "first, or pass "
             "training = true to use the batch's]");
  const int64_t C = x.size(1), M = C > 0 ? x.numel() / C : 0;
  REEL_CHECK(!training || M != 1, "batch_norm: input ", x,
             " has one value per channel; in training there must be more than one, or the variance "
             "is zero. "
             "[use a larger batch, drop_last for the last batch, eval(), or GroupNorm]");
  return {M, C, eps, training, false};
}

// Equations 4 to 7 in differentiable operations, for gradients of gradients.
void backward_recorded(BackwardCall& call, const BatchNormGeometry& g, const Tensor& x,
                       const Tensor& weight, const Tensor& bias, const Tensor& mean,
                       const Tensor& rstd) {
  const Shape along = channel_shape(x), dims = dims_but_channels(x);
  Tensor centred = x - mean.reshape(along), r = rstd.reshape(along);
  if (g.batch_statistics) {
    centred = x - x.mean(dims, true);
    r = (centred.square().mean(dims, true) + g.eps).rsqrt();
  }
  const Tensor normalized = centred * r;
  const Tensor dy =
      g.relu ? masked_by_relu(call.grad_output(), normalized, weight, bias) : call.grad_output();
  if (call.wanted(0)) {
    const Tensor weighted = weight.defined() ? dy * weight.reshape(along) : dy;
    call.set_grad_input(0, g.batch_statistics
                               ? r * (weighted - weighted.mean(dims, true) -
                                      normalized * (weighted * normalized).mean(dims, true))
                               : r * weighted);
  }
  if (call.wanted(1)) call.set_grad_input(1, (dy * normalized).sum(dims));
  if (call.wanted(2)) call.set_grad_input(2, dy.sum(dims));
}

template <class T>
kernels::ChannelAffine<T> affine_of(const BatchNormGeometry& g, const Tensor& moments,
                                    const Tensor& w, const Tensor& b) {
  const T* mean = physical_data<T>(moments);
  return {mean, mean + g.C, data_or_null<T>(w), data_or_null<T>(b), g.relu};
}

struct BatchNormBackward final : NodeOf<BatchNormBackward> {
  static constexpr const char* kName = "batch_norm";
  BatchNormGeometry g;
  SavedTensor x, weight, bias;  // bias for the sign that ReLU saw
  Tensor moments;               // mean and rstd

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), w = call.unpack(weight, "weight"),
                 b = call.unpack(bias, "bias");
    if (call.create_graph()) return backward_recorded(call, g, input, w, b, moments[0], moments[1]);
    visit_floating(input.dtype(), [&](auto zero) { run<decltype(zero)>(call, input, w, b); });
  }

  template <class T>
  void run(BackwardCall& call, const Tensor& input, const Tensor& w, const Tensor& b) {
    const auto& kernels = kernels::active<kernels::BatchNorm<T>>();
    const Tensor rows = channel_rows(input), dy = channel_rows(call.take_grad_output());
    const T *px = physical_data<T>(rows), *pdy = physical_data<T>(dy);
    const kernels::ChannelAffine<T> affine = affine_of<T>(g, moments, w, b);
    Tensor dw, db;
    // With the batch's own statistics the input gradient is made of these sums.
    if (call.wanted(1) || call.wanted(2) || g.batch_statistics) {
      dw = empty({g.C}, dy.dtype());
      db = empty({g.C}, dy.dtype());
      kernels.backward_affine(g.M, g.C, pdy, px, affine, physical_data<T>(dw),
                              physical_data<T>(db));
    }
    if (call.wanted(0)) {
      const Tensor dx = grad_input_rows(dy, input);
      kernels.backward_input(
          g.M, g.C, pdy, px, affine, g.batch_statistics ? physical_data<T>(dw) : nullptr,
          g.batch_statistics ? physical_data<T>(db) : nullptr, physical_data<T>(dx));
      call.set_grad_input(0, dx);
    }
    if (call.wanted(1)) call.set_grad_input(1, dw);
    if (call.wanted(2)) call.set_grad_input(2, db);
  }

  void release_saved() override {
    x.reset();
    weight.reset();
    bias.reset();
    moments = Tensor();
  }
};

// A running statistic as the kernel takes it: itself where its memory is dense, else a copy.
struct RunningStatistic {
  explicit RunningStatistic(const Tensor& kept)
      : tensor(kept), values(kept.defined() ? kept.contiguous() : kept) {}

  // The kernel has written to it.
  void written() const {
    if (values.impl() == tensor.impl())
      ++tensor.impl()->storage->version;
    else
      tensor.copy_(values);
  }
  const Tensor& tensor;
  Tensor values;
};

// Mean and rstd a channel, (2, C): the batch's, which move the running ones, or the running ones.
template <class T>
Tensor moments_of(const BatchNormGeometry& g, const Tensor& rows, const Tensor& running_mean,
                  const Tensor& running_var, double momentum) {
  const auto& kernels = kernels::active<kernels::BatchNorm<T>>();
  NoGradGuard no_grad;
  if (g.batch_statistics && g.M == 0) return ones({2, g.C}, rows.dtype());
  const bool moves = g.batch_statistics && running_mean.defined();
  if (moves) {
    check_in_place("batch_norm", running_mean);
    check_in_place("batch_norm", running_var);
  }
  const RunningStatistic mean(running_mean), var(running_var);
  const Tensor moments = empty({2, g.C}, rows.dtype());
  T* data = physical_data<T>(moments);
  const kernels::BatchMoments<T> to{
      g.eps, momentum, data, data + g.C, data_or_null<T>(mean.values), data_or_null<T>(var.values)};
  if (!g.batch_statistics) {
    kernels.running_moments(g.C, to);
    return moments;
  }
  kernels.statistics(g.M, g.C, physical_data<T>(rows), to);
  if (moves) {
    mean.written();
    var.written();
  }
  return moments;
}

Tensor normalize(const BatchNormGeometry& g, const Tensor& x, const Tensor& weight,
                 const Tensor& bias, const Tensor& running_mean, const Tensor& running_var,
                 double momentum) {
  const OperationScope scope(g.relu ? "batch_norm_relu" : BatchNormBackward::kName);
  const Tensor rows = channel_rows(x), y = empty_channel_rows(x);
  const Tensor w = weight.defined() ? weight.contiguous() : weight;
  const Tensor b = bias.defined() ? bias.contiguous() : bias;
  Tensor moments;
  count_multiply_adds(x.numel());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    moments = moments_of<T>(g, rows, running_mean, running_var, momentum);
    kernels::active<kernels::BatchNorm<T>>().forward(
        g.M, g.C, physical_data<T>(rows), affine_of<T>(g, moments, w, b), physical_data<T>(y));
  });
  if (auto* node = record<BatchNormBackward>(y, x, w, b)) {
    node->g = g;
    node->x.save(x);
    if (node->wanted(0) || g.relu) node->weight.save(w);
    if (g.relu) node->bias.save(b);
    node->moments = moments;
    if (TracedOperation* t = traced(y)) {
      t->number("eps", g.eps).integers("relu", g.relu);
      t->integers("batch_statistics", g.batch_statistics);
      if (!g.batch_statistics) t->tensor("mean", running_mean).tensor("var", running_var);
    }
  }
  return y;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& running_mean, const Tensor& running_var, bool training,
                  double momentum, double eps) {
  const BatchNormGeometry g =
      check_batch_norm(x, weight, bias, running_mean, running_var, training, eps);
  return normalize(g, x, weight, bias, running_mean, running_var, momentum);
}

Tensor batch_norm_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                       const Tensor& running_mean, const Tensor& running_var, bool training,
                       double momentum, double eps) {
  BatchNormGeometry g = check_batch_norm(x, weight, bias, running_mean, running_var, training, eps);
  g.relu = true;
  return normalize(g, x, weight, bias, running_mean, running_var, momentum);
}

}  // namespace reel
