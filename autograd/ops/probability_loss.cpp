// binary_cross_entropy: -w (t log x + (1 - t) log(1 - x)), dx = dy w (x - t) / (x (1 - x)).
// kl_div: t (log t - x), dx = -dy t; docs/ops/probability_loss.md derives both.

#include <reel/autograd/ops/loss.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>

namespace reel {

namespace {

// Throws for the first element outside [0, 1].
[[noreturn]] void throw_improbable(const char* op, const char* what, const Tensor& x) {
  const std::vector<double> values = x.to_vector();
  size_t at = 0;
  while (values[at] >= 0 && values[at] <= 1) ++at;
  Shape index = x.sizes();
  auto rest = static_cast<int64_t>(at);
  for (size_t d = index.size(); d-- > 0; rest /= x.sizes()[d]) index[d] = rest % x.sizes()[d];
  throw_argument_error(as_text(op, ": ", what,
                               index.empty() ? std::string() : as_text(IntArrayRef(index)), " is ",
                               values[at], "; a probability must be from 0 to 1. [",
                               "binary_cross_entropy_with_logits takes any score]"));
}

void check_probabilities(const char* op, const char* what, const Tensor& x) {
  const Borrowed memory = dense(x);
  // Without a way out of the loop, so that there is no branch to guess; NaN is outside as well.
  bool inside = true;
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* v = physical_data<T>(memory);
    for (int64_t i = 0, n = x.numel(); i < n; ++i) inside &= (v[i] >= T(0)) & (v[i] <= T(1));
  });
  if (!inside) throw_improbable(op, what, x);
}

struct BinaryCrossEntropyBackward final : NodeOf<BinaryCrossEntropyBackward> {
  static constexpr const char* kName = "binary_cross_entropy";
  Combine combine;
  SavedTensor x, target, weight;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), t = call.unpack(target, "target");
    const Tensor w = call.unpack(weight, "weight");
    if (call.create_graph()) return recorded(call, input, t, w);
    const Borrowed from = dense(input), like = laid_out_like(t, from);
    const Tensor each_w = w.defined() ? Tensor(laid_out_like(w, from)) : w;
    const Tensor dy = combine.gradient(call.grad_output(), from);
    const Tensor dx = call.wanted(0) ? empty_like_layout(from, t.dtype()) : Tensor();
    const Tensor dt = call.wanted(1) ? empty_like_layout(from, t.dtype()) : Tensor();
    visit_floating(t.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::ProbabilityLoss<T>>().cross_entropy_backward(
          input.numel(), physical_data<T>(from), physical_data<T>(like), data_or_null<T>(each_w),
          physical_data<T>(dy), combine.step(), static_cast<T>(combine.scale()),
          data_or_null<T>(dx), data_or_null<T>(dt));
    });
    call.set_grad_input(0, dx);
    call.set_grad_input(1, dt);
  }

  // Equations 2 and 3 in differentiable operations.
  void recorded(BackwardCall& call, const Tensor& input, const Tensor& t, const Tensor& w) const {
    Tensor g = call.grad_output() * combine.scale();
    if (w.defined()) g = g * w;
    if (call.wanted(0))
      call.set_grad_input(0, g * (input - t) / (input * (1 - input)).clamp_min(1e-12));
    if (call.wanted(1)) call.set_grad_input(1, g * ((-input).log1p() - input.log()));
  }
  void release_saved() override {
    for (SavedTensor* saved : {&x, &target, &weight}) saved->reset();
  }
};

struct DivergenceBackward final : NodeOf<DivergenceBackward> {
  static constexpr const char* kName = "kl_div";
  Combine combine;
  bool log_target = false;
  SavedTensor x, target;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), t = call.unpack(target, "target");
    if (call.create_graph()) return recorded(call, input, t);
    const Borrowed from = dense(t);
    const Tensor like = call.wanted(1) ? Tensor(laid_out_like(input, from)) : Tensor();
    const Tensor dy = combine.gradient(call.grad_output(), from);
    const Tensor dx = call.wanted(0) ? empty_like_layout(from, t.dtype()) : Tensor();
    const Tensor dt = call.wanted(1) ? empty_like_layout(from, t.dtype()) : Tensor();
    visit_floating(t.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::ProbabilityLoss<T>>().divergence_backward(
          log_target, t.numel(), data_or_null<T>(like), physical_data<T>(from),
          physical_data<T>(dy), combine.step(), static_cast<T>(combine.scale()),
          data_or_null<T>(dx), data_or_null<T>(dt));
    });
    call.set_grad_input(0, dx);
    call.set_grad_input(1, dt);
  }

  // Equations 5 and 6 in differentiable operations.
  void recorded(BackwardCall& call, const Tensor& input, const Tensor& t) const {
    const Tensor g = call.grad_output() * combine.scale();
    const Tensor p = log_target ? t.exp() : t;
    if (call.wanted(0)) call.set_grad_input(0, -(g * p));
    if (!call.wanted(1)) return;
    call.set_grad_input(1, g * (log_target ? p * (t - input + 1) : t.log() + 1 - input));
  }
  void release_saved() override {
    x.reset();
    target.reset();
  }
};

}  // namespace

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight,
                            Reduction reduction) {
  const OperationScope scope(BinaryCrossEntropyBackward::kName);
  const char* op = BinaryCrossEntropyBackward::kName;
  check_loss_pair(op, input, target);
  const Tensor w = check_loss_weight(op, "weight", weight, input);
  const Combine combine(op, reduction, input);
  check_probabilities(op, "input", input);
  check_probabilities(op, "target", target);
  const Borrowed x = dense(input), t = laid_out_like(target, x);
  const Tensor each = empty_like_layout(x, input.dtype());
  const Tensor each_w = w.defined() ? Tensor(laid_out_like(w, x)) : w;
  visit_floating(input.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ProbabilityLoss<T>>().cross_entropy(
        input.numel(), physical_data<T>(x), physical_data<T>(t), data_or_null<T>(each_w),
        physical_data<T>(each));
  });
  const Tensor y = combine.value(each);
  if (auto* node = record<BinaryCrossEntropyBackward>(y, input, target)) {
    node->combine = combine;
    node->x.save(input);
    node->target.save(target);
    node->weight.save(w);
  }
  return y;
}

Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction, bool log_target) {
  const OperationScope scope(DivergenceBackward::kName);
  const char* op = DivergenceBackward::kName;
  check_loss_pair(op, input, target);
  Combine combine(op, reduction == kBatchMean ? kSum : reduction, input);
  if (reduction == kBatchMean)
    combine.divisor = input.dim() == 0 ? 1 : static_cast<double>(input.size(0));
  const Borrowed x = dense(input), t = laid_out_like(target, x);
  const Tensor each = empty_like_layout(x, input.dtype());
  visit_floating(input.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::ProbabilityLoss<T>>().divergence(
        log_target, input.numel(), physical_data<T>(x), physical_data<T>(t),
        physical_data<T>(each));
  });
  const Tensor y = combine.value(each);
  if (auto* node = record<DivergenceBackward>(y, input, target)) {
    node->combine = combine;
    node->log_target = log_target;
    if (node->wanted(1)) node->x.save(input);
    node->target.save(target);
  }
  return y;
}

}  // namespace reel
