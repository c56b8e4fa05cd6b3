// y = (x - mean) * rstd * weight + bias, statistics a sample and channel: group norm with a group
// for each channel, or, by running statistics, batch norm's evaluation. docs/ops/instance_norm.md.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/autograd/variable.h>

namespace reel {

namespace {

void check_instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const Tensor& running_mean, const Tensor& running_var,
                         bool use_input_stats) {
  constexpr const char* op = "instance_norm";
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() >= 3 && x.dim() <= 5, op, ": input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, 1 to 3 spatial dimensions).");
  check_channels(op, "weight", weight, x);
  check_channels(op, "bias", bias, x);
  check_channels(op, "running_mean", running_mean, x);
  check_channels(op, "running_var", running_var, x);
  REEL_CHECK(running_mean.defined() == running_var.defined(), op,
             ": only one of running_mean and running_var is given; give both or none.");
  REEL_CHECK(
      use_input_stats || running_mean.defined(), op,
      ": no running statistics to normalize by; without use_input_stats they must be given.");
  const int64_t pixels = numel_of({x.sizes().data() + 2, x.sizes().size() - 2});
  REEL_CHECK(!use_input_stats || pixels > 1, op, ": input ", x, " has ", pixels,
             " pixels; there must be more than one, or the variance is zero.");
}

// running = (1 - momentum) * running + momentum * the mean over samples of their statistics.
void move_running(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  double momentum) {
  const NoGradGuard no_grad;
  const Tensor rows = x.detach().reshape({x.size(0), x.size(1), -1});
  running_mean.mul_(1 - momentum).add_(rows.mean({0, 2}), momentum);
  running_var.mul_(1 - momentum).add_(rows.var({2}).mean(0), momentum);
}

}  // namespace

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const Tensor& running_mean, const Tensor& running_var, bool use_input_stats,
                     double momentum, double eps) {
  check_instance_norm(x, weight, bias, running_mean, running_var, use_input_stats);
  if (!use_input_stats)
    return batch_norm(x, weight, bias, running_mean, running_var, false, momentum, eps);
  if (running_mean.defined() && x.numel() > 0) {
    check_in_place("instance_norm", running_mean);
    check_in_place("instance_norm", running_var);
    move_running(x, running_mean, running_var, momentum);
  }
  if (x.size(1) == 0) return x.clone();
  return group_norm(x, x.size(1), weight, bias, eps);
}

}  // namespace reel
