#pragma once
// Convolution in plain double loops over one to three spatial dimensions, and by the library.

#include <reel/autograd/ops/conv.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/shape.h>
#include <reel/core/tensor.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/harness.h"

namespace reel::tests {

/// A geometry of D spatial dimensions; `after` is the padding behind the last pixel.
struct ConvProblem {
  int D;
  ConvGeometry g;

  Shape input() const { return shape(g.N, g.C, g.in); }
  Shape weight() const { return shape(g.K, g.C / g.G, g.kernel); }
  Shape output() const { return shape(g.N, g.K, g.out); }
  Shape shape(int64_t first, int64_t second, const int64_t (&spatial)[3]) const {
    Shape s{first, second};
    for (int d = 3 - D; d < 3; ++d) s.push_back(spatial[d]);
    return s;
  }
};

/// Calls f(y, x, w) for each product of a convolution: the indices of the output element that it is
/// added to, and of its factors, in row-major order.
template <class F>
void for_each_product(const ConvGeometry& g, F f) {
  const auto volume = [](const int64_t(&v)[3]) { return v[0] * v[1] * v[2]; };
  const int64_t in = volume(g.in), out = volume(g.out), taps = volume(g.kernel);
  const int64_t Cg = g.C / g.G, Kg = g.K / g.G;
  for (int64_t n = 0; n < g.N; ++n)
    for (int64_t k = 0; k < g.K; ++k)
      for (int64_t o = 0; o < out; ++o)
        for (int64_t t = 0; t < taps; ++t) {
          int64_t pixel = 0, step = 1, at_o = o, at_t = t;
          bool inside = true;
          for (int d = 2; d >= 0; --d) {
            const int64_t i =
                at_o % g.out[d] * g.stride[d] - g.pad[d] + at_t % g.kernel[d] * g.dilation[d];
            inside = inside && i >= 0 && i < g.in[d];
            pixel += i * step;
            step *= g.in[d];
            at_o /= g.out[d];
            at_t /= g.kernel[d];
          }
          if (!inside) continue;
          for (int64_t c = 0; c < Cg; ++c)
            f(static_cast<size_t>((n * g.K + k) * out + o),
              static_cast<size_t>((n * g.C + k / Kg * Cg + c) * in + pixel),
              static_cast<size_t>((k * Cg + c) * taps + t));
        }
}

/// f(stride, padding, dilation) of the D dimensions.
template <class F>
auto with_options(const ConvProblem& p, F f) {
  const auto part = [&](const int64_t(&v)[3]) {
    return IntArrayRef(v + 3 - p.D, static_cast<size_t>(p.D));
  };
  return f(part(p.g.stride), part(p.g.pad), part(p.g.dilation));
}

/// y of x, weight and, if there is one, bias.
inline Tensor conv(const ConvProblem& p, const Tensor& x, const Tensor& w, const Tensor& b = {}) {
  return with_options(p, [&](IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation) {
    if (p.D == 1) return conv1d(x, w, b, stride, padding, dilation, p.g.G);
    if (p.D == 2) return conv2d(x, w, b, stride, padding, dilation, p.g.G);
    return conv3d(x, w, b, stride, padding, dilation, p.g.G);
  });
}
inline Tensor conv(const ConvProblem& p, const TensorList& in) {
  return conv(p, in[0], in[1], in.size() > 2 ? in[2] : Tensor());
}

/// The same by the loops.
inline TensorList reference(const ConvProblem& p, const TensorList& in) {
  const auto x = in[0].to_vector(), w = in[1].to_vector();
  std::vector<double> y(static_cast<size_t>(numel_of(p.output())));
  if (in.size() > 2 && in[2].defined()) {
    const auto b = in[2].to_vector();
    const auto pixels = static_cast<size_t>(p.g.out[0] * p.g.out[1] * p.g.out[2]);
    for (size_t i = 0; i < y.size(); ++i) y[i] = b[i / pixels % b.size()];
  }
  for_each_product(p.g, [&](size_t i, size_t j, size_t k) { y[i] += x[j] * w[k]; });
  return {tensor_of(p.output(), y)};
}

/// What explain_conv says of it.
inline std::string explain(const ConvProblem& p, Dtype dtype = kFloat32) {
  const Tensor x = zeros(p.input(), dtype), w = zeros(p.weight(), dtype);
  return with_options(p, [&](IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation) {
    if (p.D == 1) return explain_conv1d(x, w, stride, padding, dilation, p.g.G);
    if (p.D == 2) return explain_conv2d(x, w, stride, padding, dilation, p.g.G);
    return explain_conv3d(x, w, stride, padding, dilation, p.g.G);
  });
}

/// How often a text has a part.
inline size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Whether there is no sample, or no window that meets the image.
inline bool is_empty(const ConvProblem& p) {
  bool empty = true;
  for_each_product(p.g, [&](size_t, size_t, size_t) { empty = false; });
  return empty;
}

/// y, dx, dw and db by the harness, to a tolerance in float32 that 0 leaves to it.
inline void check_problem(const std::string& name, const ConvProblem& p, bool bias,
                          double float_tolerance = 0) {
  OpCase c;
  c.name = name;
  c.op = [&](const TensorList& in) { return conv(p, in); };
  c.inputs = [&] {
    return TensorList{uniform(p.input(), 1), uniform(p.weight(), 2),
                      bias ? uniform(p.g.K, 3) : Tensor()};
  };
  c.reference = [&](const TensorList& in) { return reference(p, in); };
  c.mode = GradcheckMode::kDirectional;
  c.zero_gradient = is_empty(p);
  if (float_tolerance > 0) c.float_tolerance = float_tolerance;
  check_op(c);
}

/// The largest difference, relative to the largest element.
inline double relative_error(const Tensor& a, const Tensor& exact) {
  const auto u = a.to_vector(), v = exact.to_vector();
  double largest = 0, off = 0;
  for (size_t i = 0; i < v.size(); ++i) {
    largest = std::max(largest, std::fabs(v[i]));
    off = std::max(off, std::fabs(u[i] - v[i]));
  }
  return off / largest;
}

}  // namespace reel::tests
