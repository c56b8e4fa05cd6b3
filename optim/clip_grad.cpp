#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
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

constexpr int64_t kMostSegments = 64;  // of one call of a kernel: kept on the stack

// Calls f(dtype, count, segments) with gradients of one dtype, as many at a time as there are.
// One that is not plain memory, or that others hold too and may come twice, goes to alone(g).
template <class F, class Alone>
void for_segments(const TensorList& gradients, F f, Alone alone) {
  Segment segments[kMostSegments];
  int64_t count = 0;
  Dtype dtype{};
  const auto pass = [&] {
    if (count > 0) f(dtype, std::exchange(count, 0), segments);
  };
  for (const Tensor& g : gradients) {
    g.impl()->present();
    // One handle is the parameter's, one the list's.
    const bool shared = g.impl()->use_count() > 2 || g.impl()->storage->use_count() > 1;
    const bool fits = !shared && is_plain(g);
    if (!fits || g.dtype() != dtype || count == kMostSegments) pass();
    if (!fits) {
      alone(g);
      continue;
    }
    dtype = g.dtype();
    segments[count++] = {g.numel(), g.data_ptr(), g.data_ptr(), {}};
  }
  pass();
}

void add_squares(Dtype dtype, int64_t count, const Segment* segments, double& total) {
  int64_t chunks = 0;
  const auto chunks_of = [](const Segment& s) {
    return (s.N + kernels::kSquaresChunk - 1) / kernels::kSquaresChunk;
  };
  for (int64_t i = 0; i < count; ++i) chunks += chunks_of(segments[i]);
  const Tensor partial = empty({chunks}, kFloat64);
  visit_floating(dtype, [&](auto zero) {
    kernels::active<kernels::OptimizerStep<decltype(zero)>>().sum_of_squares(
        count, segments, partial.data_ptr<double>());
  });
  const double* next = partial.data_ptr<double>();
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    for (int64_t c = 0; c < chunks_of(segments[i]); ++c) sum += *next++;
    total += sum;
  }
}

double sum_of_squares(const TensorList& gradients) {
  double total = 0;
  const auto add = [&](Dtype dtype, int64_t count, const Segment* segments) {
    add_squares(dtype, count, segments, total);
  };
  for_segments(gradients, add, [&](const Tensor& g) {
    const Tensor plain = g.contiguous();
    const Segment segment{plain.numel(), plain.data_ptr(), nullptr, {}};
    add(g.dtype(), 1, &segment);
  });
  return total;
}

void scale_all(const TensorList& gradients, double factor) {
  const auto scale = [&](Dtype dtype, int64_t count, const Segment* segments) {
    visit_floating(dtype, [&](auto zero) {
      kernels::active<kernels::OptimizerStep<decltype(zero)>>().scale(count, segments, factor);
    });
  };
  for_segments(gradients, scale, [&](const Tensor& g) { g.mul_(factor); });
  for (const Tensor& g : gradients) ++g.impl()->storage->version;
}

double norm_of(const TensorList& gradients, double p) {
  double total = p == 2 ? sum_of_squares(gradients) : 0;
  if (p != 2)
    for (const Tensor& g : gradients)
      for (double v : g.to_vector()) {
        const double magnitude = std::abs(v);
        if (std::isinf(p))
          total = magnitude > total || std::isnan(magnitude) ? magnitude : total;
        else
          total += std::pow(magnitude, p);
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
  if (!(scale >= 1)) scale_all(gradients, scale);
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
