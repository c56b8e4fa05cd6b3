#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/loss.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>

namespace reel {

void check_loss_input(const char* op, const Tensor& x) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
}

void check_loss_pair(const char* op, const Tensor& x, const Tensor& target) {
  check_loss_input(op, x);
  // No broadcasting: (N, 1) against (N) would silently compare all pairs.
  REEL_CHECK(x.sizes() == target.sizes(), op, ": input ", x, " and target ", target,
             " differ in shape; the shapes must be equal. [reshape or expand one of them]");
  REEL_CHECK(x.dtype() == target.dtype(), op, ": the target is ", target.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
}

Tensor check_loss_weight(const char* op, const char* what, const Tensor& w, const Tensor& x) {
  if (!w.defined()) return w;
  REEL_CHECK(broadcast_shapes(op, w.sizes(), x.sizes()) == x.sizes(), op, ": ", what, " ", w,
             " does not broadcast to input ", x,
             "; aligned at the end, its sizes must be equal or 1.");
  REEL_CHECK(w.dtype() == x.dtype(), op, ": ", what, " is ", w.dtype(), ", the input ", x.dtype(),
             "; the dtypes must be equal.");
  REEL_CHECK_GRAPH(!GradMode::is_enabled() || !w.requires_grad(), op, ": ", what,
                   " requires grad, but the loss has no derivative by it. [detach it]");
  return w.expand(x.sizes());
}

void check_reduction(const char* op, Reduction reduction) {
  REEL_CHECK(reduction != Reduction::kBatchMean, op,
             ": the reduction is kBatchMean; it must be kNone, kMean or kSum.");
}

Tensor combined(const char* op, const Tensor& each, Reduction reduction) {
  check_reduction(op, reduction);
  if (reduction == Reduction::kNone) return each;
  return reduction == Reduction::kSum ? each.sum() : each.mean();
}

Combine::Combine(const char* op, Reduction r, const Tensor& x)
    : reduction(r), divisor(r == Reduction::kMean ? static_cast<double>(x.numel()) : 1.0) {
  check_reduction(op, r);
}

Tensor Combine::value(const Tensor& each) const {
  if (reduction == Reduction::kNone) return each;
  return reduce_sum(each, reduced_dims("loss", each.sizes(), {}), false, divisor);
}

Tensor Combine::gradient(const Tensor& dy, const Tensor& x) const {
  return reduction == Reduction::kNone ? laid_out_like(dy, x) : dy.contiguous();
}

}  // namespace reel
