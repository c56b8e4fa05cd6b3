// Sizes of pooling windows: out = floor((in + 2 padding - dilation (kernel - 1) - 1) / stride) + 1,
// or ceil, where a window that would start in the right padding is dropped.

#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>

namespace reel {

namespace {

// One value a dimension, the last D of three; `given` has D values or one for all.
void spread(const char* op, const char* what, int D, IntArrayRef given, int64_t front,
            int64_t (&out)[3]) {
  REEL_CHECK(given.size() == 1 || given.size() == static_cast<size_t>(D), op, ": ", what, " ",
             given, " has ", given.size(), " values; it must have ", D, " or one for all.");
  for (int d = 0; d < 3; ++d) {
    const int i = d - (3 - D);
    out[d] = i < 0 ? front : given[given.size() == 1 ? 0 : static_cast<size_t>(i)];
  }
}

int64_t windows(int64_t span, int64_t in, int64_t stride, int64_t padding, bool ceil_mode) {
  const int64_t reach = span + (ceil_mode ? stride - 1 : 0);
  if (reach < 0) return 0;
  int64_t out = reach / stride + 1;
  if (ceil_mode && (out - 1) * stride >= in + padding) --out;
  return out;
}

}  // namespace

kernels::PoolGeometry check_pool(const char* op, const Tensor& x, int D, IntArrayRef kernel,
                                 IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                                 bool ceil_mode) {
  kernels::PoolGeometry g{};
  g.N = x.size(0);
  g.C = x.size(1);
  spread(op, "kernel_size", D, kernel, 1, g.kernel);
  spread(op, "stride", D, stride.empty() ? kernel : stride, 1, g.stride);
  spread(op, "padding", D, padding, 0, g.padding);
  spread(op, "dilation", D, dilation, 1, g.dilation);
  for (int d = 0; d < 3; ++d) {
    g.in[d] = d < 3 - D ? 1 : x.size(2 + d - (3 - D));
    REEL_CHECK(g.kernel[d] > 0 && g.stride[d] > 0 && g.dilation[d] > 0, op, ": kernel_size ",
               kernel, ", stride ", stride, ", dilation ", dilation, "; they must be 1 or more.");
    REEL_CHECK(g.padding[d] >= 0 && 2 * g.padding[d] <= g.kernel[d], op, ": padding ", padding,
               " with kernel_size ", kernel,
               "; it must be from 0 to half the kernel, or a window could lie in ",
               "the padding alone.");
    const int64_t span = g.in[d] + 2 * g.padding[d] - g.dilation[d] * (g.kernel[d] - 1) - 1;
    g.out[d] = windows(span, g.in[d], g.stride[d], g.padding[d], ceil_mode);
    REEL_CHECK(g.in[d] > 0 && g.out[d] > 0, op, ": input ", x, " is too small for kernel_size ",
               kernel, ", padding ", padding, ", dilation ", dilation,
               "; at least one window must fit.");
  }
  return g;
}

void adaptive_sizes(const char* op, const Tensor& x, int D, IntArrayRef output_size,
                    int64_t (&in)[3], int64_t (&out)[3]) {
  spread(op, "output_size", D, output_size, 1, out);
  for (int d = 0; d < 3; ++d) {
    const int i = d - (3 - D);
    in[d] = i < 0 ? 1 : x.size(2 + i);
    if (out[d] == kKeepSize) out[d] = in[d];
    REEL_CHECK(out[d] > 0 && in[d] > 0, op, ": input ", x, " to output_size ", output_size,
               "; all sizes must be 1 or more.");
  }
}

Shape pooled_shape(int64_t N, int64_t C, const int64_t (&spatial)[3], int D) {
  Shape s{N, C};
  for (int d = 3 - D; d < 3; ++d) s.push_back(spatial[d]);
  return s;
}

void tell_trace(TracedOperation& t, const kernels::PoolGeometry& g, int D) {
  const auto last = [&](const int64_t(&values)[3]) {
    return IntArrayRef(values + 3 - D, static_cast<size_t>(D));
  };
  t.integers("kernel", last(g.kernel)).integers("stride", last(g.stride));
  t.integers("padding", last(g.padding)).integers("dilation", last(g.dilation));
}

Borrowed with_batch(const char* op, const Tensor& x, int D, bool* unbatched) {
  REEL_CHECK(x.is_floating_point(), op, ": the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() == D + 2 || x.dim() == D + 1, op, ": input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, ", D, " spatial) or (C, ", D, " spatial).");
  *unbatched = x.dim() == D + 1;
  return *unbatched ? Borrowed(x.unsqueeze(0)) : Borrowed(x);
}

}  // namespace reel
