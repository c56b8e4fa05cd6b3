// y[i] = x[source(i)], where source takes places beyond the border back inside, or the constant.
// dx[j] = the sum of dy[i] over all i with source(i) = j; docs/ops/pad.md has both.

#include <reel/autograd/anomaly_check.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

#include <cmath>

namespace reel {

namespace {

struct Padding {
  PaddingMode mode;
  Shape in, out, before;  // a value for each dimension
};

const char* name_of(PaddingMode mode) {
  switch (mode) {
    case kReflect:
      return "reflect";
    case kReplicate:
      return "replicate";
    case kCircular:
      return "circular";
    default:
      return "constant";
  }
}

// One dimension of `x`, padded by a pixels before and b after.
void check_dimension(const Tensor& x, int64_t d, int64_t a, int64_t b, PaddingMode mode) {
  constexpr int64_t kLargest = INT32_MAX;
  const int64_t n = x.size(d), larger = a > b ? a : b;
  REEL_CHECK(a >= -kLargest && b >= -kLargest && larger <= kLargest, "pad: padding ", a, " and ", b,
             " of dimension ", d, "; each must be from ", -kLargest, " to ", kLargest, ".");
  REEL_CHECK(n + a + b >= (mode == kConstant ? 0 : 1), "pad: padding ", a, " and ", b, " leaves ",
             n + a + b, " of the ", n, " pixels in dimension ", d, " of input ", x, "; at least ",
             mode == kConstant ? 0 : 1, " must remain.");
  if (mode == kConstant) return;
  REEL_CHECK(n >= 1, "pad: dimension ", d, " of input ", x, " is empty; mode ", name_of(mode),
             " needs pixels to take values from.");
  REEL_CHECK(mode != kReflect || larger < n, "pad: reflect padding ", a, " and ", b, " of the ", n,
             " pixels in dimension ", d, " of input ", x, "; it must be less than their number.");
  const int64_t kept = n + (a < 0 ? a : 0) + (b < 0 ? b : 0);
  REEL_CHECK(mode != kCircular || larger <= kept, "pad: circular padding ", a, " and ", b,
             " of the ", n, " pixels in dimension ", d, " of input ", x,
             "; it must be at most the ", kept, " that are not cropped.");
}

Padding check_pad(const Tensor& x, IntArrayRef pads, PaddingMode mode) {
  const int64_t dims = x.dim(), padded = static_cast<int64_t>(pads.size()) / 2;
  REEL_CHECK(pads.size() % 2 == 0, "pad: ", pads.size(), " values ", pads,
             "; there must be two for each padded dimension, the last dimension's first.");
  REEL_CHECK(padded <= dims, "pad: ", pads, " pads ", padded, " dimensions, but input ", x, " has ",
             dims, "; there must be as many.");
  REEL_CHECK(mode == kConstant ||
                 (padded >= 1 && padded <= 3 && (dims == padded + 1 || dims == padded + 2)),
             "pad: ", pads, " pads ", padded, " of the ", dims, " dimensions of input ", x,
             "; mode ", name_of(mode),
             " pads all spatial dimensions of (N, C, 1 to 3 spatial) or (C, 1 to 3 spatial).");
  Padding p{mode, x.sizes(), x.sizes(), Shape::filled(x.sizes().size(), 0)};
  for (int64_t i = 0; i < padded; ++i) {
    const int64_t d = dims - 1 - i, a = pads[static_cast<size_t>(2 * i)],
                  b = pads[static_cast<size_t>(2 * i + 1)];
    check_dimension(x, d, a, b, mode);
    p.before[static_cast<size_t>(d)] = a;
    p.out[static_cast<size_t>(d)] += a + b;
  }
  numel_of(p.out);  // throws on overflow
  return p;
}

// The kernel's view of it: dimensions in memory order, those at both ends that keep their size
// merged.
kernels::PadGeometry geometry_of(const Padding& p, bool channels_last) {
  const size_t n = p.in.size();
  Shape order;
  for (size_t d = 0; d < n; ++d)
    if (!channels_last || d != 1) order.push_back(static_cast<int64_t>(d));
  if (channels_last) order.push_back(1);
  const auto at = [&](size_t i) { return static_cast<size_t>(order[i]); };
  const auto kept = [&](size_t i) { return p.before[at(i)] == 0 && p.in[at(i)] == p.out[at(i)]; };
  size_t first = 0, last = n;
  using Border = kernels::PadGeometry::Border;
  static_assert(static_cast<int>(kCircular) == static_cast<int>(Border::kCircular));
  kernels::PadGeometry g{};
  g.border = static_cast<Border>(p.mode);
  g.outer = g.inner = 1;
  for (; first + 1 < n && kept(first); ++first) g.outer *= p.in[at(first)];
  for (; last > first + 1 && kept(last - 1); --last) g.inner *= p.in[at(last - 1)];
  for (size_t i = first; i < last; ++i, ++g.ndim) {
    g.in[g.ndim] = p.in[at(i)];
    g.out[g.ndim] = p.out[at(i)];
    g.before[g.ndim] = p.before[at(i)];
  }
  if (n == 0) g.in[0] = g.out[0] = g.ndim = 1;
  return g;
}

// Whether to work on the channels-last memory; other layouts are made plain.
bool keeps_channels_last(const Tensor& x) { return x.itemsize() >= 4 && is_channels_last(x); }

Tensor with_layout(const Tensor& x, bool channels_last) {
  return channels_last ? x : x.detach().contiguous();
}
Tensor empty_with_layout(IntArrayRef sizes, Dtype dtype, bool channels_last) {
  return channels_last ? empty_channels_last(sizes, dtype) : empty(sizes, dtype);
}

template <class T>
void pad_bits(const Padding& p, bool channels_last, const Tensor& x, const Tensor& value,
              const Tensor& y) {
  kernels::active<kernels::Pad<T>>().forward(geometry_of(p, channels_last),
                                             *physical_data<T>(value), physical_data<T>(x),
                                             physical_data<T>(y));
}

Tensor apply(const Padding& p, const Tensor& x, Scalar value);
Tensor apply_grad(const Padding& p, const Tensor& dy);

struct PadBackward final : NodeOf<PadBackward> {
  static constexpr const char* kName = "pad";
  Padding p;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, apply_grad(p, call.grad_output()));
  }
  void release_saved() override {}
};

// The gradient is linear; its own gradient pads again, with zeros for the constant.
struct PadGradBackward final : NodeOf<PadGradBackward> {
  static constexpr const char* kName = "pad";
  Padding p;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, apply(p, call.grad_output(), 0));
  }
  void release_saved() override {}
};

Tensor apply(const Padding& p, const Tensor& x, Scalar value) {
  if (x.dtype() == kInt16) return apply(p, x.to(kInt32), value).to(kInt16);
  const OperationScope scope(PadBackward::kName);
  const bool channels_last = keeps_channels_last(x);
  const Tensor in = with_layout(x, channels_last), fill = full({1}, value, x.dtype());
  const Tensor y = empty_with_layout(p.out, x.dtype(), channels_last);
  if (x.itemsize() == 1)
    pad_bits<uint8_t>(p, channels_last, in, fill, y);
  else if (x.itemsize() == 4)
    pad_bits<uint32_t>(p, channels_last, in, fill, y);
  else
    pad_bits<uint64_t>(p, channels_last, in, fill, y);
  if (auto* node = record<PadBackward>(y, x)) {
    node->p = p;
    if (TracedOperation* t = traced(y))
      t->integers("before", p.before)
          .text("mode", name_of(p.mode))
          .number("value", value.to<double>());
  }
  return y;
}

Tensor apply_grad(const Padding& p, const Tensor& dy) {
  const OperationScope scope(PadGradBackward::kName);
  const bool channels_last = keeps_channels_last(dy);
  const Tensor grad = with_layout(dy, channels_last);
  const Tensor dx = empty_with_layout(p.in, dy.dtype(), channels_last);
  visit_floating(dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::PadGrad<T>>().backward(geometry_of(p, channels_last),
                                                    physical_data<T>(grad), physical_data<T>(dx));
  });
  if (auto* node = record<PadGradBackward>(dx, dy)) node->p = p;
  return dx;
}

}  // namespace

Tensor pad(const Tensor& x, IntArrayRef pads, PaddingMode mode, Scalar value) {
  const AnomalyPause meant(!std::isfinite(value.to<double>()));
  return apply(check_pad(x, pads, mode), x, value);
}

}  // namespace reel
