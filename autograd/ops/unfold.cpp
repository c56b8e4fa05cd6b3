// y[c, tap, o] = x[c, o * stride + tap * dilation - padding], zeros beyond the border; fold is the
// transpose, and each is the other's gradient. docs/ops/unfold.md.

#include <reel/autograd/ops/resampling.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

using Geometry = kernels::UnfoldGeometry;

// The windows over images of `size` pixels, for any number of planes.
Geometry check_windows(const char* op, IntArrayRef size, const ExpandingArray<2>& kernel,
                       const ExpandingArray<2>& dilation, const ExpandingArray<2>& padding,
                       const ExpandingArray<2>& stride) {
  constexpr int64_t kLargest = INT32_MAX;
  Geometry g{};
  for (int d = 0; d < 2; ++d) {
    g.in[d] = size[static_cast<size_t>(d)];
    g.kernel[d] = kernel[d];
    g.dilation[d] = dilation[d];
    g.padding[d] = padding[d];
    g.stride[d] = stride[d];
    const auto fits = [](int64_t v, int64_t least) { return v >= least && v <= kLargest; };
    REEL_CHECK(
        fits(kernel[d], 1) && fits(dilation[d], 1) && fits(stride[d], 1) && fits(padding[d], 0), op,
        ": kernel_size ", IntArrayRef(kernel), ", dilation ", IntArrayRef(dilation), ", padding ",
        IntArrayRef(padding), ", stride ", IntArrayRef(stride),
        "; each value must be from 1, padding from 0, to ", kLargest, ".");
    REEL_CHECK(fits(g.in[d], 1), op, ": images of ", size, " pixels; sizes must be from 1 to ",
               kLargest, ".");
    const int64_t covered = dilation[d] * (kernel[d] - 1) + 1, padded = g.in[d] + 2 * padding[d];
    REEL_CHECK(padded >= covered, op, ": images of ", size, " pixels with padding ",
               IntArrayRef(padding), " are smaller than what kernel_size ", IntArrayRef(kernel),
               " with dilation ", IntArrayRef(dilation), " covers; a window must fit.");
    g.out[d] = (padded - covered) / stride[d] + 1;
  }
  return g;
}

int64_t taps_of(const Geometry& g) { return g.kernel[0] * g.kernel[1]; }

// Windows of images (N, C, H, W), or folded (N, C * taps, windows) back to them.
struct Patches {
  Geometry g;
  int64_t N, C;

  Shape images() const { return {N, C, g.in[0], g.in[1]}; }
  Shape columns() const { return {N, C * taps_of(g), g.out[0] * g.out[1]}; }
};

Tensor apply(const Tensor& x, const Patches& windows, bool fold);

struct UnfoldBackward final : NodeOf<UnfoldBackward> {
  static constexpr const char* kName = "unfold";
  Patches windows;
  bool fold = false;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, apply(call.grad_output(), windows, !fold));
  }
  void release_saved() override {}
};

Tensor apply(const Tensor& x, const Patches& windows, bool fold) {
  const OperationScope scope(fold ? "fold" : "unfold");
  const Tensor in = x.detach().contiguous();
  const Tensor y = empty(fold ? windows.images() : windows.columns(), x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::active<kernels::Unfold<T>>();
    (fold ? kernels.fold : kernels.unfold)(windows.g, physical_data<T>(in), physical_data<T>(y));
  });
  if (auto* node = record_as<UnfoldBackward>(fold ? "fold" : "unfold", y, x)) {
    node->windows = windows;
    node->fold = fold;
  }
  return y;
}

void check_dtype(const char* op, const Tensor& x) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
}

}  // namespace

Tensor unfold(const Tensor& x, ExpandingArray<2> kernel_size, ExpandingArray<2> dilation,
              ExpandingArray<2> padding, ExpandingArray<2> stride) {
  check_dtype("unfold", x);
  REEL_CHECK(x.dim() == 3 || x.dim() == 4, "unfold: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, H, W) or (C, H, W).");
  const bool batched = x.dim() == 4;
  Patches w{
      check_windows("unfold", {x.size(-2), x.size(-1)}, kernel_size, dilation, padding, stride),
      batched ? x.size(0) : 1, x.size(-3)};
  w.g.planes = w.N * w.C;
  return batched ? apply(x, w, false) : apply(x.unsqueeze(0), w, false).squeeze(0);
}

Tensor fold(const Tensor& x, ExpandingArray<2> output_size, ExpandingArray<2> kernel_size,
            ExpandingArray<2> dilation, ExpandingArray<2> padding, ExpandingArray<2> stride) {
  check_dtype("fold", x);
  REEL_CHECK(x.dim() == 2 || x.dim() == 3, "fold: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C * taps, windows) or (C * taps, windows).");
  const bool batched = x.dim() == 3;
  Patches w{check_windows("fold", output_size, kernel_size, dilation, padding, stride),
            batched ? x.size(0) : 1, 0};
  const int64_t taps = taps_of(w.g), windows = w.g.out[0] * w.g.out[1];
  REEL_CHECK(x.size(-2) % taps == 0, "fold: input ", x, " has ", x.size(-2),
             " values a window, which the ", taps, " taps of kernel_size ",
             IntArrayRef(kernel_size), " do not divide; they must.");
  REEL_CHECK(x.size(-1) == windows, "fold: input ", x, " has ", x.size(-1),
             " windows, but output_size ", IntArrayRef(output_size), " with these options has ",
             windows, "; they must be equal.");
  w.C = x.size(-2) / taps;
  w.g.planes = w.N * w.C;
  return batched ? apply(x, w, true) : apply(x.unsqueeze(0), w, true).squeeze(0);
}

}  // namespace reel
