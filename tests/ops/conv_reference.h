#pragma once
// Convolution in plain double loops over one to three spatial dimensions.

#include <reel/autograd/ops/conv.h>
#include <reel/core/shape.h>
#include <reel/core/tensor.h>

#include <algorithm>
#include <cmath>

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
