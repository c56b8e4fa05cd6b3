// Losses element by element, then none, summed or averaged.
// mse, l1, smooth_l1, huber: f(d) of the difference d = x - t; dx = dy f'(d), dt = -dx.
// binary_cross_entropy_with_logits: w ((1 - t) x + (1 + (p - 1) t) log(1 + e^-x));
// docs/ops/elementwise_loss.md derives all.

#include <reel/autograd/ops/loss.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

using kernels::DifferenceLoss;

// --- losses of a difference ---

constexpr const char* name_of(DifferenceLoss f) {
  switch (f) {
    case DifferenceLoss::kMse:
      return "mse_loss";
    case DifferenceLoss::kL1:
      return "l1_loss";
    case DifferenceLoss::kSmoothL1:
      return "smooth_l1_loss";
    default:
      return "huber_loss";
  }
}

// f'(d) in differentiable operations.
Tensor slope(DifferenceLoss f, const Tensor& d, double param) {
  switch (f) {
    case DifferenceLoss::kMse:
      return d * 2;
    case DifferenceLoss::kL1:
      return d.sign();
    case DifferenceLoss::kSmoothL1:
      return (d / param).clamp(-1, 1);
    default:
      return d.clamp(-param, param);
  }
}

template <DifferenceLoss kLoss>
struct DifferenceBackward final : NodeOf<DifferenceBackward<kLoss>> {
  static constexpr const char* kName = name_of(kLoss);
  Combine combine;
  double param;
  SavedTensor x, target;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), t = call.unpack(target, "target");
    const Tensor dx = call.create_graph()
                          ? slope(kLoss, input - t, param) * (call.grad_output() * combine.scale())
                          : computed(call.grad_output(), dense(input), t);
    call.set_grad_input(0, dx);
    if (call.wanted(1)) call.set_grad_input(1, -dx);
  }

  Tensor computed(const Tensor& grad, const Tensor& input, const Tensor& t) const {
    const Tensor other = laid_out_like(t, input), dy = combine.gradient(grad, input);
    const Tensor dx = empty_like_layout(input, input.dtype());
    visit_floating(input.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::ElementwiseLoss<T>>().difference_backward(
          kLoss, input.numel(), static_cast<T>(param), physical_data<T>(input),
          physical_data<T>(other), physical_data<T>(dy), combine.step(),
          static_cast<T>(combine.scale()), physical_data<T>(dx));
    });
    return dx;
  }
  void release_saved() override {
    x.reset();
    target.reset();
  }
};

template <DifferenceLoss kLoss>
Tensor difference_loss(const Tensor& input, const Tensor& target, Reduction reduction,
                       double param = 0) {
  const OperationScope scope(name_of(kLoss));
  check_loss_pair(name_of(kLoss), input, target);
  const Tensor x = dense(input), t = laid_out_like(target, x);
  const Tensor each = empty_like_layout(x, x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ElementwiseLoss<T>>().difference(
        kLoss, x.numel(), static_cast<T>(param), physical_data<T>(x), physical_data<T>(t),
        physical_data<T>(each));
  });
  const Combine combine(name_of(kLoss), reduction, x);
  const Tensor y = combine.value(each);
  if (auto* node = record<DifferenceBackward<kLoss>>(y, input, target)) {
    node->combine = combine;
    node->param = param;
    node->x.save(input);
    node->target.save(target);
  }
  return y;
}

// --- binary cross entropy of logits ---

struct LogitsBackward final : NodeOf<LogitsBackward> {
  static constexpr const char* kName = "binary_cross_entropy_with_logits";
  Combine combine;
  SavedTensor x, target, weight, pos_weight;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), t = call.unpack(target, "target");
    const Tensor w = call.unpack(weight, "weight"), p = call.unpack(pos_weight, "pos_weight");
    if (call.create_graph()) return recorded(call, input, t, w, p);
    const Tensor from = dense(input);
    const auto like = [&](const Tensor& v) { return v.defined() ? laid_out_like(v, from) : v; };
    const Tensor dt = like(t), dw = like(w), dp = like(p);
    const Tensor dy = combine.gradient(call.grad_output(), from);
    const Tensor dx = call.wanted(0) ? empty_like_layout(from, from.dtype()) : Tensor();
    const Tensor dtarget = call.wanted(1) ? empty_like_layout(from, from.dtype()) : Tensor();
    visit_floating(from.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::ElementwiseLoss<T>>().logits_backward(
          from.numel(), data_or_null<T>(from), data_or_null<T>(dt), data_or_null<T>(dw),
          data_or_null<T>(dp), data_or_null<T>(dy), combine.step(), static_cast<T>(combine.scale()),
          data_or_null<T>(dx), data_or_null<T>(dtarget));
    });
    call.set_grad_input(0, dx);
    call.set_grad_input(1, dtarget);
  }

  // Equations 6 and 7 in differentiable operations.
  void recorded(BackwardCall& call, const Tensor& input, const Tensor& t, const Tensor& w,
                const Tensor& p) const {
    Tensor g = call.grad_output() * combine.scale();
    if (w.defined()) g = g * w;
    if (call.wanted(0)) {
      const Tensor scaled = p.defined() ? (p - 1) * t + 1 : ones_like(t);
      call.set_grad_input(0, g * ((1 - t) - scaled * (-input).sigmoid()));
    }
    if (!call.wanted(1)) return;
    Tensor slope = -input;
    if (p.defined()) {
      const Tensor softplus = logsumexp(stack({-input, zeros_like(input)}), 0);
      slope = slope + (p - 1) * softplus;
    }
    call.set_grad_input(1, g * slope);
  }
  void release_saved() override {
    for (SavedTensor* saved : {&x, &target, &weight, &pos_weight}) saved->reset();
  }
};

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return difference_loss<DifferenceLoss::kMse>(input, target, reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  return difference_loss<DifferenceLoss::kL1>(input, target, reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction, double beta) {
  REEL_CHECK(beta >= 0, "smooth_l1_loss: beta is ", beta, "; it must be 0 or more.");
  if (beta == 0) return l1_loss(input, target, reduction);
  return difference_loss<DifferenceLoss::kSmoothL1>(input, target, reduction, beta);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, Reduction reduction, double delta) {
  REEL_CHECK(delta > 0, "huber_loss: delta is ", delta, "; it must be positive.");
  return difference_loss<DifferenceLoss::kHuber>(input, target, reduction, delta);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const Tensor& weight, const Tensor& pos_weight,
                                        Reduction reduction) {
  const OperationScope scope(LogitsBackward::kName);
  check_loss_pair(LogitsBackward::kName, input, target);
  const Tensor w = check_loss_weight(LogitsBackward::kName, "weight", weight, input);
  const Tensor p = check_loss_weight(LogitsBackward::kName, "pos_weight", pos_weight, input);
  const Tensor x = dense(input), t = laid_out_like(target, x);
  const Tensor each = empty_like_layout(x, x.dtype());
  const Tensor each_w = w.defined() ? laid_out_like(w, x) : w;
  const Tensor each_p = p.defined() ? laid_out_like(p, x) : p;
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ElementwiseLoss<T>>().logits(
        x.numel(), data_or_null<T>(x), data_or_null<T>(t), data_or_null<T>(each_w),
        data_or_null<T>(each_p), data_or_null<T>(each));
  });
  const Combine combine(LogitsBackward::kName, reduction, x);
  const Tensor y = combine.value(each);
  if (auto* node = record<LogitsBackward>(y, input, target)) {
    node->combine = combine;
    node->x.save(input);
    node->target.save(target);
    node->weight.save(w);
    node->pos_weight.save(p);
  }
  return y;
}

}  // namespace reel
