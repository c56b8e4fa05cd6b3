// y = x * m / (1 - p) with m = 0 with probability p, else 1; dx = dy * m / (1 - p).
// m is not kept but drawn again: a counter-based generator gives the same numbers at any time.

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/variable.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/random.h>

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
  if (auto* node = record<DropoutBackward>(y, input)) node->mask = mask;
  return y;
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training) {
  REEL_CHECK(p >= 0 && p <= 1, "dropout: the probability is ", p, "; it must be from 0 to 1.");
  REEL_CHECK(x.is_floating_point(), "dropout: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  if (!training || p == 0) return x;
  const int64_t blocks = blocks_of(geometry_of(x));
  return apply_mask(x, {default_generator().reserve(4 * blocks), p});
}

}  // namespace reel
