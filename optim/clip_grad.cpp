#include <reel/autograd/grad_mode.h>
#include <reel/core/kernels/kernels.h>
#include <reel/optim/clip_grad.h>

#include <cmath>
#include <limits>

namespace reel::optim {

namespace {

TensorList gradients_of(const TensorList& parameters) {
  TensorList gradients;
  for (const Tensor& p : parameters)
    if (p.grad().defined()) gradients.push_back(p.grad());
  return gradients;
}

double sum_of_squares(const Tensor& gradient) {
  const Tensor g = gradient.detach().contiguous();
  std::vector<double> partial(
      static_cast<size_t>((g.numel() + kernels::kSquaresChunk - 1) / kernels::kSquaresChunk));
  visit_floating(g.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::OptimizerStep<T>>().sum_of_squares(g.numel(), g.data_ptr<T>(),
                                                                partial.data());
  });
  double sum = 0;
  for (double chunk : partial) sum += chunk;
  return sum;
}

double norm_of(const TensorList& gradients, double p) {
  double total = 0;
  for (const Tensor& g : gradients) {
    if (p == 2) {
      total += sum_of_squares(g);
      continue;
    }
    for (double v : g.to_vector()) {
      const double magnitude = std::abs(v);
      if (std::isinf(p))
        total = magnitude > total || std::isnan(magnitude) ? magnitude : total;
      else
        total += std::pow(magnitude, p);
    }
  }
  return std::isinf(p) ? total : std::pow(total, 1 / p);
}

}  // namespace

double clip_grad_norm_(const TensorList& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  REEL_CHECK(norm_type > 0, "clip_grad_norm_: norm_type is ", norm_type, "; it must be above 0.");
  REEL_CHECK(max_norm >= 0, "clip_grad_norm_: max_norm is ", max_norm, "; it must be at least 0.");
  const NoGradGuard no_grad;
  const TensorList gradients = gradients_of(parameters);
  const double norm = norm_of(gradients, norm_type);
  REEL_CHECK(!error_if_nonfinite || std::isfinite(norm),
             "clip_grad_norm_: the norm of the gradients is ", norm,
             "; it must be finite. [pass error_if_nonfinite = false to scale them all the same]");
  const double scale = max_norm / (norm + 1e-6);
  // Written so that a norm that is not a number also scales, as in PyTorch.
  if (!(scale >= 1))
    for (const Tensor& g : gradients) g.mul_(scale);
  return norm;
}

double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(TensorList{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const TensorList& parameters, double clip_value) {
  REEL_CHECK(clip_value >= 0, "clip_grad_value_: clip_value is ", clip_value,
             "; it must be at least 0.");
  const NoGradGuard no_grad;
  for (const Tensor& g : gradients_of(parameters)) g.clamp_(-clip_value, clip_value);
}

void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(TensorList{parameter}, clip_value);
}

}  // namespace reel::optim
