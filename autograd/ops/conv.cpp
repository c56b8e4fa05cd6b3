// y[o] = bias + sum over taps t of weight[t] * x[o * stride + t * dilation - pad], in 1 to 3
// dimensions. dx and dw are the same sum with the roles exchanged; docs/ops/conv.md derives them.

#include <reel/autograd/ops/conv.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/core/winograd.h>
#include <reel/core/work.h>

namespace reel {

namespace {

template <int D>
constexpr const char* kConvName = D == 1   ? "conv1d"
                                  : D == 2 ? "conv2d"
                                           : "conv3d";
template <int D>
constexpr const char* kTransposeName = D == 1   ? "conv_transpose1d"
                                       : D == 2 ? "conv_transpose2d"
                                                : "conv_transpose3d";

// As the profiler shows the parts of a backward.
template <int D>
constexpr const char* kInputGradName = D == 1   ? "conv1d_input_grad"
                                       : D == 2 ? "conv2d_input_grad"
                                                : "conv3d_input_grad";
template <int D>
constexpr const char* kWeightGradName = D == 1   ? "conv1d_weight_grad"
                                        : D == 2 ? "conv2d_weight_grad"
                                                 : "conv3d_weight_grad";

constexpr int64_t kLargest = kLargestConvSize;

template <int D>
void check_channels(const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t groups) {
  constexpr const char* op = kConvName<D>;
  check_conv_tensors(op, D, x, weight, bias, "out_channels, in_channels / groups");
  REEL_CHECK(groups >= 1, op, ": groups=", groups, "; it must be at least 1.");
  const int64_t C = x.size(x.dim() - D - 1), K = weight.size(0), Cg = weight.size(1);
  // Cg <= C first: Cg * groups must not overflow.
  REEL_CHECK(Cg <= C && groups <= C && Cg * groups == C, op, ": input ", x, " has ", C,
             " channels, but weight ", weight, " with groups=", groups, " needs ",
             static_cast<double>(Cg) * static_cast<double>(groups), ".");
  REEL_CHECK(K % groups == 0, op, ": weight ", weight, " has ", K,
             " output channels, which groups=", groups, " does not divide; it must.");
  if (!bias.defined()) return;
  REEL_CHECK(bias.dim() == 1 && bias.size(0) == K, op, ": bias ", bias, " does not match weight ",
             weight, "; it must have one value for each of the ", K, " output channels.");
}

template <int D>
ConvGeometry check_conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ExpandingArray<D>& stride, const ConvPadding<D>& padding,
                        const ExpandingArray<D>& dilation, int64_t groups) {
  constexpr const char* op = kConvName<D>;
  check_channels<D>(x, weight, bias, groups);
  check_conv_option(op, "stride", stride, 1);
  check_conv_option(op, "padding", padding.values(), 0);
  check_conv_option(op, "dilation", dilation, 1);
  ConvGeometry g{x.dim() == D + 2 ? x.size(0) : 1, x.size(x.dim() - D - 1), weight.size(0), groups};
  for (int i = 0; i < D; ++i) {
    const int d = 3 - D + i;
    g.in[d] = x.size(x.dim() - D + i);
    g.kernel[d] = weight.size(2 + i);
    g.stride[d] = stride[i];
    g.dilation[d] = dilation[i];
    REEL_CHECK(g.in[d] >= 1, op, ": input ", x,
               " has an empty spatial dimension; only the batch may be empty.");
    REEL_CHECK(g.in[d] <= kLargest && g.kernel[d] <= kLargest, op, ": input ", x, ", weight ",
               weight, "; spatial sizes must be at most ", kLargest, ".");
    REEL_CHECK(padding.rule() != kSame || g.stride[d] == 1, op, ": padding 'same' with stride ",
               IntArrayRef(stride), "; it needs stride 1. [give the padding in numbers]");
    const int64_t covered = g.dilation[d] * (g.kernel[d] - 1) + 1;
    g.pad[d] = padding.before(i, covered);
    const int64_t padded = g.in[d] + g.pad[d] + padding.after(i, covered);
    REEL_CHECK(padded >= covered, op, ": input ", x, " has ", padded,
               " pixels with its padding in spatial dimension ", i, ", but weight ", weight,
               " with dilation ", g.dilation[d], " covers ", covered,
               "; the kernel must fit. [add padding, or make the kernel smaller]");
    g.out[d] = (padded - covered) / g.stride[d] + 1;
  }
  return g;
}

template <int D>
Shape shape_of(int64_t first, int64_t second, const int64_t (&spatial)[3]) {
  Shape s{first, second};
  for (int d = 3 - D; d < 3; ++d) s.push_back(spatial[d]);
  return s;
}

template <int D>
Shape bias_dims() {
  Shape dims{0};
  for (int d = 0; d < D; ++d) dims.push_back(2 + d);
  return dims;
}

// --- the algorithms of a direction ---

using kernels::ConvAlgorithm;
using kernels::kConvKinds;

// Each weight meets each place that it is laid over, in all three directions.
void count_work(const ConvGeometry& g) {
  int64_t work = g.N * g.K * (g.C / g.G);
  for (int d = 0; d < 3 && work > 0; ++d) work *= g.out[d] * g.kernel[d];
  count_multiply_adds(work);
}

// Why the algorithm does not compute this convolution; null if it can.
template <class Run>
const char* refusal(int kind, const ConvAlgorithm<Run>& a, const ConvGeometry& g) {
  if (!a.run) return "there is none for this direction and dtype";
  if (kernels::is_winograd(kind) && !winograd())
    return "switched off by set_winograd or REEL_WINOGRAD";
  return a.declines ? a.declines(g) : nullptr;
}

// The first that does not decline computes; the last takes every job.
template <class Run, class... Data>
void run(const ConvAlgorithm<Run> (&list)[kConvKinds], const ConvGeometry& g, const Data&... data) {
  int kind = 0;
  while (refusal(kind, list[kind], g)) ++kind;
  list[kind].run(g, num_threads(), data...);
}

template <class Run>
std::string explain(const char* direction, const ConvAlgorithm<Run> (&list)[kConvKinds],
                    const ConvGeometry& g) {
  std::string text = as_text(direction, "\n");
  bool chosen = false;
  for (int kind = 0; kind < kConvKinds; ++kind) {
    const char* reason = refusal(kind, list[kind], g);
    text += as_text("  ", kernels::kConvNames[kind], ": ",
                    reason   ? as_text("declines: ", reason)
                    : chosen ? "could"
                             : "computes",
                    "\n");
    chosen = chosen || !reason;
  }
  return text;
}

// dw, db or both (equations 3 and 4), off the tape; x may be undefined for db alone.
struct WeightGrads {
  Tensor weight, bias;
};

template <int D>
WeightGrads weight_grads(const ConvGeometry& g, const Tensor& dy, const Tensor& x, bool bias) {
  const Borrowed grad = to_channels_last(dy), in = x.defined() ? to_channels_last(x) : Borrowed(x);
  WeightGrads grads;
  if (x.defined()) {
    count_work(g);
    grads.weight = empty(shape_of<D>(g.K, g.C / g.G, g.kernel), dy.dtype());
  }
  if (bias) grads.bias = empty({g.K}, dy.dtype());
  visit_floating(dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    run(kernels::active<kernels::Conv<T>>().weight_grad, g, physical_data<T>(grad),
        data_or_null<T>(in), data_or_null<T>(grads.weight), data_or_null<T>(grads.bias));
  });
  return grads;
}

template <int D>
struct ConvBackward final : NodeOf<ConvBackward<D>> {
  static constexpr const char* kName = kConvName<D>;
  ConvGeometry g;
  SavedTensor x, weight;

  void backward(BackwardCall& call) override {
    const Tensor& dy = call.grad_output();
    if (call.wanted(0))
      call.set_grad_input(
          0, conv_input_grad<D>(g, dy, call.unpack(weight, "weight"), {}, kInputGradName<D>));
    const Tensor none;
    const Tensor& input = call.wanted(1) ? call.unpack(x, "input") : none;
    if (call.create_graph()) {
      if (call.wanted(1)) call.set_grad_input(1, conv_weight_grad<D>(g, dy, input));
      if (call.wanted(2)) call.set_grad_input(2, dy.sum(bias_dims<D>()));
    } else if (call.wanted(1) || call.wanted(2)) {
      const OperationScope scope(kWeightGradName<D>);
      WeightGrads grads = weight_grads<D>(g, dy, input, call.wanted(2));
      scope.moves({&dy, &input}, grads.weight);
      call.set_grad_input(1, std::move(grads.weight));
      call.set_grad_input(2, std::move(grads.bias));
    }
  }
  void release_saved() override {
    x.reset();
    weight.reset();
  }
};

// The input gradient as an operation: a transposed convolution of dy.
template <int D>
struct ConvInputGradBackward final : NodeOf<ConvInputGradBackward<D>> {
  static constexpr const char* kName = kTransposeName<D>;
  ConvGeometry g;
  SavedTensor dy, weight;

  void backward(BackwardCall& call) override {
    const Tensor& ddx = call.grad_output();
    if (call.wanted(0))
      call.set_grad_input(0, convolve<D>(g, ddx, call.unpack(weight, "weight"), {}));
    if (call.wanted(1))
      call.set_grad_input(1, conv_weight_grad<D>(g, call.unpack(dy, "input"), ddx));
    if (call.wanted(2)) call.set_grad_input(2, ddx.sum(bias_dims<D>()));
  }
  void release_saved() override {
    dy.reset();
    weight.reset();
  }
};

template <int D>
struct ConvWeightGradBackward final : NodeOf<ConvWeightGradBackward<D>> {
  static constexpr const char* kName = kConvName<D>;
  ConvGeometry g;
  SavedTensor dy, x;

  void backward(BackwardCall& call) override {
    const Tensor& ddw = call.grad_output();
    if (call.wanted(0)) call.set_grad_input(0, convolve<D>(g, call.unpack(x, "input"), ddw, {}));
    if (call.wanted(1))
      call.set_grad_input(
          1, conv_input_grad<D>(g, call.unpack(dy, "grad_output"), ddw, {}, kInputGradName<D>));
  }
  void release_saved() override {
    dy.reset();
    x.reset();
  }
};

}  // namespace

void check_conv_option(const char* op, const char* what, IntArrayRef values, int64_t least) {
  for (int64_t v : values)
    REEL_CHECK(v >= least && v <= kLargest, op, ": ", what, " ", values,
               "; each value must be from ", least, " to ", kLargest, ".");
}

void check_conv_tensors(const char* op, int D, const Tensor& x, const Tensor& weight,
                        const Tensor& bias, const char* channels) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(weight.dtype() == x.dtype(), op, ": the weight is ", weight.dtype(), ", the input ",
             x.dtype(), "; the dtypes must be equal.");
  REEL_CHECK(!bias.defined() || bias.dtype() == x.dtype(), op, ": the bias is ", bias.dtype(),
             ", the input ", x.dtype(), "; the dtypes must be equal.");
  REEL_CHECK(x.dim() == D + 2 || x.dim() == D + 1, op, ": input ", x, " has ", x.dim(),
             " dimensions; it must have ", D + 2, " (N, C, ", D, " spatial), or ", D + 1,
             " for one sample without N.");
  REEL_CHECK(weight.dim() == D + 2, op, ": weight ", weight, " has ", weight.dim(),
             " dimensions; it must have ", D + 2, " (", channels, ", ", D, " spatial).");
  REEL_CHECK(weight.numel() > 0, op, ": weight ", weight,
             " is empty; each size must be at least 1.");
}

namespace {

// Of an image of `in` pixels, `out` windows: the padding behind it; as before it, where that fits.
int64_t pad_behind(const ConvGeometry& g, int d) {
  const int64_t covered = g.dilation[d] * (g.kernel[d] - 1) + 1;
  if ((g.in[d] + 2 * g.pad[d] - covered) / g.stride[d] + 1 == g.out[d]) return g.pad[d];
  const int64_t needed = (g.out[d] - 1) * g.stride[d] + covered - g.in[d] - g.pad[d];
  return needed > 0 ? needed : 0;
}

template <int D>
void tell_trace(TracedOperation& t, const ConvGeometry& g, bool transposed) {
  Shape stride, dilation, begin, end, output_padding;
  for (int d = 3 - D; d < 3; ++d) {
    const int64_t covered = g.dilation[d] * (g.kernel[d] - 1) + 1;
    const int64_t extra = g.in[d] - ((g.out[d] - 1) * g.stride[d] + covered - 2 * g.pad[d]);
    stride.push_back(g.stride[d]);
    dilation.push_back(g.dilation[d]);
    begin.push_back(g.pad[d]);
    end.push_back(transposed ? g.pad[d] : pad_behind(g, d));
    output_padding.push_back(extra);
  }
  t.integers("stride", stride).integers("dilation", dilation).integers("groups", g.G);
  t.integers("begin", begin).integers("end", end);
  if (transposed) t.integers("output_padding", output_padding);
}

}  // namespace

template <int D>
Tensor convolve(const ConvGeometry& g, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const OperationScope scope(kConvName<D>);
  const Borrowed in = to_channels_last(x), w = contiguous(weight), b = contiguous(bias);
  Tensor y = empty_channels_last(shape_of<D>(g.N, g.K, g.out), x.dtype());
  count_work(g);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    run(kernels::active<kernels::Conv<T>>().forward, g, physical_data<T>(in), physical_data<T>(w),
        data_or_null<T>(b), physical_data<T>(y));
  });
  if (auto* node = record<ConvBackward<D>>(y, x, *w, *b)) {
    node->g = g;
    if (node->wanted(0)) node->weight.save(w);
    if (node->wanted(1)) node->x.save(x);
    if (TracedOperation* t = traced(y)) tell_trace<D>(*t, g, false);
  }
  return y;
}

template <int D>
Tensor conv_input_grad(const ConvGeometry& g, const Tensor& dy, const Tensor& weight,
                       const Tensor& bias, const char* op) {
  const OperationScope scope(op);
  const Borrowed grad = to_channels_last(dy), w = contiguous(weight), b = contiguous(bias);
  Tensor dx = empty_channels_last(shape_of<D>(g.N, g.C, g.in), dy.dtype());
  count_work(g);
  visit_floating(dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    run(kernels::active<kernels::Conv<T>>().input_grad, g, physical_data<T>(grad),
        physical_data<T>(w), data_or_null<T>(b), physical_data<T>(dx));
  });
  if (auto* node = record<ConvInputGradBackward<D>>(dx, dy, *w, *b)) {
    node->g = g;
    if (node->wanted(0)) node->weight.save(w);
    if (node->wanted(1)) node->dy.save(dy);
    if (TracedOperation* t = traced(dx)) tell_trace<D>(*t, g, true);
  }
  return dx;
}

template Tensor conv_input_grad<1>(const ConvGeometry&, const Tensor&, const Tensor&, const Tensor&,
                                   const char*);
template Tensor conv_input_grad<2>(const ConvGeometry&, const Tensor&, const Tensor&, const Tensor&,
                                   const char*);
template Tensor conv_input_grad<3>(const ConvGeometry&, const Tensor&, const Tensor&, const Tensor&,
                                   const char*);

template <int D>
Tensor conv_weight_grad(const ConvGeometry& g, const Tensor& dy, const Tensor& x) {
  const OperationScope scope(kWeightGradName<D>);
  Tensor dw = weight_grads<D>(g, dy, x, false).weight;
  if (auto* node = record<ConvWeightGradBackward<D>>(dw, dy, x)) {
    node->g = g;
    if (node->wanted(0)) node->x.save(x);
    if (node->wanted(1)) node->dy.save(dy);
  }
  return dw;
}

namespace {

template <int D>
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ExpandingArray<D>& stride, const ConvPadding<D>& padding,
            const ExpandingArray<D>& dilation, int64_t groups) {
  const ConvGeometry g = check_conv<D>(x, weight, bias, stride, padding, dilation, groups);
  if (x.dim() == D + 2) return convolve<D>(g, x, weight, bias);
  return convolve<D>(g, x.unsqueeze(0), weight, bias).squeeze(0);
}

template <int D>
std::string explain_conv(const Tensor& x, const Tensor& weight, const ExpandingArray<D>& stride,
                         const ConvPadding<D>& padding, const ExpandingArray<D>& dilation,
                         int64_t groups) {
  const ConvGeometry g = check_conv<D>(x, weight, {}, stride, padding, dilation, groups);
  std::string text = as_text(kConvName<D>, ": ", x.dtype(), ", ", name_of(active_isa()), "\n");
  visit_floating(x.dtype(), [&](auto zero) {
    const auto& lists = kernels::active<kernels::Conv<decltype(zero)>>();
    text += explain("forward", lists.forward, g) + explain("input_grad", lists.input_grad, g) +
            explain("weight_grad", lists.weight_grad, g);
  });
  return text;
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, ExpandingArray<1> stride,
              ConvPadding<1> padding, ExpandingArray<1> dilation, int64_t groups) {
  return conv<1>(x, weight, bias, stride, padding, dilation, groups);
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, ExpandingArray<2> stride,
              ConvPadding<2> padding, ExpandingArray<2> dilation, int64_t groups) {
  return conv<2>(x, weight, bias, stride, padding, dilation, groups);
}

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, ExpandingArray<3> stride,
              ConvPadding<3> padding, ExpandingArray<3> dilation, int64_t groups) {
  return conv<3>(x, weight, bias, stride, padding, dilation, groups);
}

std::string explain_conv1d(const Tensor& x, const Tensor& weight, ExpandingArray<1> stride,
                           ConvPadding<1> padding, ExpandingArray<1> dilation, int64_t groups) {
  return explain_conv<1>(x, weight, stride, padding, dilation, groups);
}

std::string explain_conv2d(const Tensor& x, const Tensor& weight, ExpandingArray<2> stride,
                           ConvPadding<2> padding, ExpandingArray<2> dilation, int64_t groups) {
  return explain_conv<2>(x, weight, stride, padding, dilation, groups);
}

std::string explain_conv3d(const Tensor& x, const Tensor& weight, ExpandingArray<3> stride,
                           ConvPadding<3> padding, ExpandingArray<3> dilation, int64_t groups) {
  return explain_conv<3>(x, weight, stride, padding, dilation, groups);
}

}  // namespace reel
