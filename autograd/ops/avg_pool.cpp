// y_o = scale_o * sum over the window of o of x; dx_i = sum of scale_o dy_o over the windows that
// hold i. docs/ops/avg_pool.md.

#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>

#include <algorithm>
#include <memory>

namespace reel {

namespace {

// The windows of one dimension; kernels::AverageWindows points into it.
struct AxisWindows {
  std::vector<int64_t> begin, end, first, last;
  std::vector<double> scale;

  void add(int64_t b, int64_t e, double s) {
    begin.push_back(b);
    end.push_back(e);
    scale.push_back(s);
  }
  // Begins and ends rise, so the windows that hold an input are neighbours.
  void finish(int64_t in) {
    const auto out = static_cast<int64_t>(begin.size());
    first.assign(static_cast<size_t>(in), out);
    last.assign(static_cast<size_t>(in), 0);
    for (int64_t o = out; o-- > 0;)
      for (int64_t i = begin[static_cast<size_t>(o)]; i < end[static_cast<size_t>(o)]; ++i) {
        first[static_cast<size_t>(i)] = o;
        last[static_cast<size_t>(i)] = std::max(last[static_cast<size_t>(i)], o + 1);
      }
  }
  // Whether each input is an output.
  bool are_single(int64_t in) const {
    bool all = static_cast<int64_t>(begin.size()) == in;
    for (size_t o = 0; all && o < begin.size(); ++o)
      all = begin[o] == static_cast<int64_t>(o) && end[o] == begin[o] + 1 && scale[o] == 1;
    return all;
  }
};

// Sizes and windows, shared by forward and backward.
struct Averaging {
  const char* name;
  int64_t N, C;
  int D;
  int64_t in[3], out[3];
  AxisWindows windows[3];
  bool whole = false;  // a mean over all pixels of a plain input, a reduction as any other

  kernels::AveragePoolGeometry geometry() const {
    static constexpr int64_t kBegin = 0, kEnd = 1;
    static constexpr double kScale = 1;
    kernels::AveragePoolGeometry g{N, C, {}};
    bool as_channels = C == 1;  // pixels that no window joins, where they are the loop of vectors
    for (int d = 3; d-- > 0;) {
      const AxisWindows& w = windows[d];
      as_channels = as_channels && w.are_single(in[d]);
      if (as_channels) {
        g.C *= in[d];
        g.dim[d] = {1, 1, &kBegin, &kEnd, &kBegin, &kEnd, &kScale};
        continue;
      }
      g.dim[d] = {in[d],          out[d],        w.begin.data(), w.end.data(),
                  w.first.data(), w.last.data(), w.scale.data()};
    }
    return g;
  }
};
using SharedAveraging = std::shared_ptr<const Averaging>;

Tensor average(const Tensor& x, const SharedAveraging& a, bool transposed);

Tensor average_whole(const Tensor& x, const Averaging& a, bool transposed) {
  const int64_t count = a.in[0] * a.in[1] * a.in[2];
  if (transposed)
    return x.detach().mul(1 / static_cast<double>(count)).expand(pooled_shape(a.N, a.C, a.in, a.D));
  Shape spatial;
  for (int d = 0; d < a.D; ++d) spatial.push_back(2 + d);
  return reduce_sum(x, reduced_dims("avg_pool", x.sizes(), spatial), true,
                    static_cast<double>(count));
}

Tensor average_windows(const Tensor& x, const Averaging& a, bool transposed) {
  const Tensor from = to_channels_last(x);
  const Tensor to =
      empty_channels_last(pooled_shape(a.N, a.C, transposed ? a.in : a.out, a.D), x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::active<kernels::AveragePool<T>>();
    (transposed ? kernels.backward : kernels.forward)(a.geometry(), physical_data<T>(from),
                                                      physical_data<T>(to));
  });
  return to;
}

struct AveragePoolBackward final : NodeOf<AveragePoolBackward> {
  static constexpr const char* kName = "avg_pool";
  SharedAveraging averaging;
  bool transposed = false;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, average(call.grad_output(), averaging, !transposed));
  }
  void release_saved() override { averaging.reset(); }
};

// Averages x, or, transposed, spreads it back over the windows: each is the other's derivative.
Tensor average(const Tensor& x, const SharedAveraging& a, bool transposed) {
  const OperationScope scope(a->name);
  const Tensor to =
      a->whole ? average_whole(x, *a, transposed) : average_windows(x, *a, transposed);
  if (auto* node = record<AveragePoolBackward>(to, x)) {
    node->averaging = a;
    node->transposed = transposed;
  }
  return to;
}

Tensor avg_pool(const char* op, const Tensor& input, int D, IntArrayRef kernel, IntArrayRef stride,
                IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                std::optional<int64_t> divisor_override) {
  bool unbatched = false;
  const Tensor x = with_batch(op, input, D, &unbatched);
  const kernels::PoolGeometry g = check_pool(op, x, D, kernel, stride, padding, 1, ceil_mode);
  REEL_CHECK(!divisor_override || *divisor_override != 0, op,
             ": divisor_override is 0; it must not be.");
  auto a = std::make_shared<Averaging>();
  a->name = "avg_pool";
  a->N = g.N;
  a->C = g.C;
  a->D = D;
  for (int d = 0; d < 3; ++d) {
    a->in[d] = g.in[d];
    a->out[d] = g.out[d];
    for (int64_t o = 0; o < g.out[d]; ++o) {
      const int64_t start = o * g.stride[d] - g.padding[d];
      const int64_t padded_end = std::min(start + g.kernel[d], g.in[d] + g.padding[d]);
      const int64_t begin = std::max<int64_t>(start, 0), end = std::min(padded_end, g.in[d]);
      const int64_t count = count_include_pad ? padded_end - start : end - begin;
      const double divisor = divisor_override
                                 ? (d == 2 ? static_cast<double>(*divisor_override) : 1.0)
                                 : static_cast<double>(count);
      a->windows[d].add(begin, end, 1 / divisor);
    }
    a->windows[d].finish(g.in[d]);
  }
  const Tensor y = average(x, a, false);
  if (TracedOperation* t = traced(y)) {
    tell_trace(*t, g, D);
    t->integers("count_include_pad", count_include_pad);
    if (divisor_override) t->integers("divisor", *divisor_override);
  }
  return unbatched ? y.squeeze(0) : y;
}

Tensor adaptive_avg_pool(const char* op, const Tensor& input, int D, IntArrayRef output_size) {
  bool unbatched = false;
  const Tensor x = with_batch(op, input, D, &unbatched);
  auto a = std::make_shared<Averaging>();
  a->name = "adaptive_avg_pool";
  a->N = x.size(0);
  a->C = x.size(1);
  a->D = D;
  adaptive_sizes(op, x, D, output_size, a->in, a->out);
  for (int d = 0; d < 3; ++d) {
    const int64_t in = a->in[d], out = a->out[d];
    for (int64_t o = 0; o < out; ++o) {
      const int64_t begin = o * in / out, end = ((o + 1) * in + out - 1) / out;
      a->windows[d].add(begin, end, 1 / static_cast<double>(end - begin));
    }
    a->windows[d].finish(in);
  }
  a->whole = is_plain(x) && !is_channels_last(x) && x.numel() > 0 &&
             a->out[0] * a->out[1] * a->out[2] == 1;
  const Tensor y = average(x, a, false);
  return unbatched ? y.squeeze(0) : y;
}

}  // namespace

Tensor avg_pool1d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad) {
  return avg_pool("avg_pool1d", x, 1, kernel, stride, padding, ceil_mode, count_include_pad, {});
}
Tensor avg_pool2d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool2d", x, 2, kernel, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor avg_pool3d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool3d", x, 3, kernel, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor adaptive_avg_pool1d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_avg_pool("adaptive_avg_pool1d", x, 1, output_size);
}
Tensor adaptive_avg_pool2d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_avg_pool("adaptive_avg_pool2d", x, 2, output_size);
}
Tensor adaptive_avg_pool3d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_avg_pool("adaptive_avg_pool3d", x, 3, output_size);
}

}  // namespace reel
