// poisson_nll_loss: exp(x) - t x. gaussian_nll_loss: (log v + (x - t)^2 / v) / 2.
// Composed of recorded operations; docs/ops/likelihood_loss.md.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/loss.h>

#include <cmath>

namespace reel {

namespace {

constexpr double kTwoPi = 6.283185307179586;

void check_poisson(const Tensor& x, const Tensor& target, double eps) {
  check_loss_input("poisson_nll_loss", x);
  broadcast_shapes("poisson_nll_loss", x.sizes(), target.sizes());
  REEL_CHECK(eps >= 0, "poisson_nll_loss: eps is ", eps, "; it must not be negative.");
}

// The variance, shaped to broadcast to x.
Tensor check_variance(const Tensor& x, const Tensor& var) {
  const char* op = "gaussian_nll_loss";
  REEL_CHECK(var.dtype() == x.dtype(), op, ": var is ", var.dtype(), ", the input ", x.dtype(),
             "; the dtypes must be equal.");
  Shape but_last = x.sizes();
  if (!but_last.empty()) but_last.erase(but_last.size() - 1);
  Shape one_last = but_last;
  one_last.push_back(1);
  const bool shared = x.dim() > 0 && (var.sizes() == but_last || var.sizes() == one_last);
  REEL_CHECK(var.sizes() == x.sizes() || shared, op, ": var ", var, " does not match input ", x,
             "; it must be shaped like it, or be of size 1 or missing in the last dimension.");
  REEL_CHECK(var.numel() == 0 || !var.detach().lt(0).any().item<bool>(), op,
             ": var has a negative element; a variance must be 0 or more.");
  return shared && var.dim() < x.dim() ? var.unsqueeze(-1) : var;
}

}  // namespace

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input, bool full,
                        double eps, Reduction reduction) {
  check_poisson(x, target, eps);
  Tensor each = log_input ? x.exp() - target * x : x - target * (x + eps).log();
  if (full) {
    // Where Stirling's formula does not hold, it is not evaluated either: log 0 has no gradient.
    const Tensor few = target <= 1, t = where(few, 2, target.to(x.dtype()));
    const Tensor log_factorial = t * t.log() - t + (t * kTwoPi).log() * 0.5;
    each = each + where(few, 0, log_factorial);
  }
  return combined("poisson_nll_loss", each, reduction);
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var, bool full,
                         double eps, Reduction reduction) {
  check_loss_pair("gaussian_nll_loss", x, target);
  REEL_CHECK(eps > 0, "gaussian_nll_loss: eps is ", eps, "; it must be positive.");
  const Tensor v = check_variance(x, var).clone();
  {
    // Off the tape: a variance below eps still learns.
    const NoGradGuard no_grad;
    v.clamp_(eps);
  }
  Tensor each = (v.log() + (x - target).square() / v) * 0.5;
  if (full) each = each + 0.5 * std::log(kTwoPi);
  return combined("gaussian_nll_loss", each, reduction);
}

}  // namespace reel
