// y = x * m / (1 - p) with m = 0 with probability p, else 1; dx = dy * m / (1 - p).
// m is not kept but drawn again: a counter-based generator gives the same numbers at any time.
// Of channels, and for selu: y = x scale + shift, in operations on the tape.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/random.h>

#include <cmath>

namespace reel {

namespace {

// The draw that decides which elements stay.
struct DropoutMask {
  RandomStream stream;
  double p;
};

kernels::DropoutGeometry geometry_of(const Tensor& x) {
  if (x.dim() < 3) return {1, 1, x.numel(), false};
  const int64_t NC = x.size(0) * x.size(1);
  return {x.size(0), x.size(1), NC > 0 ? x.numel() / NC : 0, is_channels_last(x)};
}

int64_t blocks_of(const kernels::DropoutGeometry& g) { return g.N * g.C * ((g.P + 3) / 4); }

Tensor apply_mask(const Tensor& x, const DropoutMask& mask);

struct DropoutBackward final : NodeOf<DropoutBackward> {
  static constexpr const char* kName = "dropout";
  DropoutMask mask;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, apply_mask(call.grad_output(), mask));
  }
  void release_saved() override {}
};

// Linear in x, so it is its own derivative.
Tensor apply_mask(const Tensor& input, const DropoutMask& mask) {
  const OperationScope scope(DropoutBackward::kName);
  const Tensor x =
      is_plain(input) || is_channels_last(input) ? input.detach() : input.detach().contiguous();
  const Tensor y = empty_like_layout(x, x.dtype());
  // A number below the threshold drops its element; p = 1 drops all, whatever it is scaled by.
  const bool none = mask.p >= 1;
  const auto threshold = static_cast<uint32_t>(none ? UINT32_MAX : mask.p * 4294967296.0);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Dropout<T>>().apply(geometry_of(x), mask.stream, threshold,
                                                 static_cast<T>(none ? 0 : 1 / (1 - mask.p)),
                                                 physical_data<T>(x), physical_data<T>(y));
  });
  if (auto* node = record<DropoutBackward>(y, input)) {
    node->mask = mask;
    if (TracedOperation* t = traced(y)) t->number("p", mask.p);
  }
  return y;
}

void check_dropout(const char* op, const Tensor& x, double p) {
  REEL_CHECK(p >= 0 && p <= 1, op, ": the probability is ", p, "; it must be from 0 to 1.");
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
}

// (N, C, 1, ...): one number a channel.
Shape feature_sizes(const char* op, const Tensor& x) {
  REEL_CHECK(x.dim() >= 2, op, ": the input ", x, " has ", x.dim(),
             " dimensions; it must have 2 or more, (N, C, ...).");
  Shape sizes = Shape::filled(x.sizes().size(), 1);
  sizes[0] = x.size(0);
  sizes[1] = x.size(1);
  return sizes;
}

// The factor of each element and what is added to it, both shaped `sizes`; equations 3 to 5.
struct Affine {
  Tensor scale, shift;  // no shift: 0
};

Affine draw(const Tensor& x, IntArrayRef sizes, double p, bool alpha) {
  const Tensor kept = empty(sizes, x.dtype()).bernoulli_(1 - p);
  if (p == 1) return {kept, {}};
  if (!alpha) return {kept / (1 - p), {}};
  constexpr double kLimit = 1.7580993408473766;  // -selu(-inf)
  const double a = 1 / std::sqrt((kLimit * kLimit * p + 1) * (1 - p));
  return {kept * a, (kept - 1) * (kLimit * a) + kLimit * a * p};
}

Tensor apply(const char* op, const Tensor& x, double p, bool training, bool feature, bool alpha) {
  check_dropout(op, x, p);
  const Shape sizes = feature ? feature_sizes(op, x) : x.sizes();
  if (!training || p == 0) return x;
  const Affine affine = draw(x, sizes, p, alpha);
  const Tensor y = x * affine.scale;
  return affine.shift.defined() ? y + affine.shift : y;
}

const Tensor& apply_in_place(const char* op, const Tensor& x, double p, bool training, bool feature,
                             bool alpha) {
  check_dropout(op, x, p);
  const Shape sizes = feature ? feature_sizes(op, x) : x.sizes();
  if (!training || p == 0) return x;
  check_in_place(op, x);
  const Affine affine = draw(x, sizes, p, alpha);
  x.mul_(affine.scale);
  return affine.shift.defined() ? x.add_(affine.shift) : x;
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training) {
  check_dropout("dropout", x, p);
  if (!training || p == 0) return x;
  const int64_t blocks = blocks_of(geometry_of(x));
  return apply_mask(x, {default_generator().reserve(4 * blocks), p});
}

// The same draw as out of place: what dropout makes of ones.
const Tensor& dropout_(const Tensor& x, double p, bool training) {
  check_dropout("dropout_", x, p);
  if (!training || p == 0) return x;
  check_in_place("dropout_", x);
  return x.mul_(dropout(ones_like(x), p));
}

Tensor feature_dropout(const Tensor& x, double p, bool training) {
  return apply("feature_dropout", x, p, training, true, false);
}
const Tensor& feature_dropout_(const Tensor& x, double p, bool training) {
  return apply_in_place("feature_dropout_", x, p, training, true, false);
}
Tensor alpha_dropout(const Tensor& x, double p, bool training) {
  return apply("alpha_dropout", x, p, training, false, true);
}
const Tensor& alpha_dropout_(const Tensor& x, double p, bool training) {
  return apply_in_place("alpha_dropout_", x, p, training, false, true);
}
Tensor feature_alpha_dropout(const Tensor& x, double p, bool training) {
  return apply("feature_alpha_dropout", x, p, training, true, true);
}
const Tensor& feature_alpha_dropout_(const Tensor& x, double p, bool training) {
  return apply_in_place("feature_alpha_dropout_", x, p, training, true, true);
}

}  // namespace reel
