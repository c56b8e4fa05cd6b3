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

namespace reel {

namespace {

// What the windows of an output lie over in one dimension, and the inverse of their divisor.
struct Window {
  int64_t begin, end;
  double scale;
};

// Sizes and windows, for forward and backward.
class Averaging {
 public:
  const char* name = "";
  int64_t N = 0, C = 0;
  int D = 0;
  int64_t in[3] = {}, out[3] = {};
  bool whole = false;  // a mean over all pixels of a plain input, a reduction as any other

  // The windows are window(dimension, output), whose begins and ends rise with the output. They are
  // kept in tensors, whose memory a warm step does not ask the heap for.
  template <class F>
  void set_windows(const F& window) {
    int64_t places = 0, outputs = 0;
    for (int d = 0; d < 3; ++d) {
      places += 2 * (in[d] + out[d]);
      outputs += out[d];
    }
    places_ = empty({places}, kInt64);
    scales_ = empty({outputs}, kFloat64);
    int64_t* place = physical_data<int64_t>(places_);
    double* scale = physical_data<double>(scales_);
    for (int d = 0; d < 3; ++d) {
      int64_t *begin = place, *end = begin + out[d], *first = end + out[d], *last = first + in[d];
      std::fill(first, last, out[d]);
      std::fill(last, last + in[d], 0);
      single_[d] = in[d] == out[d];
      for (int64_t o = 0; o < out[d]; ++o) {
        const Window w = window(d, o);
        begin[o] = w.begin;
        end[o] = w.end;
        scale[o] = w.scale;
        single_[d] = single_[d] && w.begin == o && w.end == o + 1 && w.scale == 1;
        for (int64_t i = w.begin; i < w.end; ++i) {  // the windows that hold i are neighbours
          first[i] = std::min(first[i], o);
          last[i] = o + 1;
        }
      }
      windows_[d] = {in[d], out[d], begin, end, first, last, scale};
      place = last + in[d];
      scale += out[d];
    }
  }

  kernels::AveragePoolGeometry geometry() const {
    static constexpr int64_t kBegin = 0, kEnd = 1;
    static constexpr double kScale = 1;
    kernels::AveragePoolGeometry g{N, C, {}};
    bool as_channels = C == 1;  // pixels that no window joins, where they are the loop of vectors
    for (int d = 3; d-- > 0;) {
      as_channels = as_channels && single_[d];
      g.dim[d] = as_channels
                     ? kernels::AverageWindows{1, 1, &kBegin, &kEnd, &kBegin, &kEnd, &kScale}
                     : windows_[d];
      if (as_channels) g.C *= in[d];
    }
    return g;
  }

 private:
  Tensor places_, scales_;  // what windows_ point into
  kernels::AverageWindows windows_[3];
  bool single_[3] = {};  // whether each input is an output
};

Tensor average(const Tensor& x, const Averaging& a, bool transposed);

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
  Averaging averaging;
  bool transposed = false;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, average(call.grad_output(), averaging, !transposed));
  }
  void release_saved() override { averaging = {}; }
};

// Averages x, or, transposed, spreads it back over the windows: each is the other's derivative.
Tensor average(const Tensor& x, const Averaging& a, bool transposed) {
  const OperationScope scope(a.name);
  const Tensor to = a.whole ? average_whole(x, a, transposed) : average_windows(x, a, transposed);
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
  Averaging a;
  a.name = "avg_pool";
  a.N = g.N;
  a.C = g.C;
  a.D = D;
  std::copy(g.in, g.in + 3, a.in);
  std::copy(g.out, g.out + 3, a.out);
  a.set_windows([&](int d, int64_t o) {
    const int64_t start = o * g.stride[d] - g.padding[d];
    const int64_t padded_end = std::min(start + g.kernel[d], g.in[d] + g.padding[d]);
    const int64_t begin = std::max<int64_t>(start, 0), end = std::min(padded_end, g.in[d]);
    const int64_t count = count_include_pad ? padded_end - start : end - begin;
    const double divisor = divisor_override
                               ? (d == 2 ? static_cast<double>(*divisor_override) : 1.0)
                               : static_cast<double>(count);
    return Window{begin, end, 1 / divisor};
  });
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
  Averaging a;
  a.name = "adaptive_avg_pool";
  a.N = x.size(0);
  a.C = x.size(1);
  a.D = D;
  adaptive_sizes(op, x, D, output_size, a.in, a.out);
  a.set_windows([&](int d, int64_t o) {
    const int64_t in = a.in[d], out = a.out[d];
    const int64_t begin = o * in / out, end = ((o + 1) * in + out - 1) / out;
    return Window{begin, end, 1 / static_cast<double>(end - begin)};
  });
  a.whole =
      is_plain(x) && !is_channels_last(x) && x.numel() > 0 && a.out[0] * a.out[1] * a.out[2] == 1;
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
