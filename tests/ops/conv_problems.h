#pragma once
// Problems of convolution, and the algorithm that is to compute them.

#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/winograd.h>
#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_reference.h"

#include <cmath>

namespace reel::tests {

struct WinogradScope {
  explicit WinogradScope(bool on) { set_winograd(on); }
  ~WinogradScope() { set_winograd(before); }
  const bool before = winograd();
};

inline ConvProblem problem(int64_t N, int64_t C, int64_t K, int64_t H, int64_t W, int64_t pad_y,
                           int64_t pad_x) {
  return {2,
          {N,
           C,
           K,
           1,
           {1, H, W},
           {1, H + 2 * pad_y - 2, W + 2 * pad_x - 2},
           {1, 3, 3},
           {1, 1, 1},
           {1, 1, 1},
           {0, pad_y, pad_x}}};
}

/// A kernel of 1x3, in as many dimensions.
inline ConvProblem line(int D, int64_t N, int64_t C, int64_t K, int64_t H, int64_t W,
                        int64_t pad_x) {
  ConvProblem p = problem(N, C, K, H, W, 0, pad_x);
  p.D = D;
  p.g.kernel[1] = 1;
  p.g.out[1] = H;
  return p;
}

/// The same with a kernel of that many rows and columns.
inline ConvProblem sized(ConvProblem p, int64_t rows, int64_t columns) {
  p.g.kernel[1] = rows;
  p.g.kernel[2] = columns;
  for (int d = 1; d < 3; ++d) p.g.out[d] = p.g.in[d] + 2 * p.g.pad[d] - p.g.kernel[d] + 1;
  return p;
}

/// The same with T planes of the kernel and D of the image.
inline ConvProblem volume(ConvProblem p, int64_t T, int64_t D, int64_t pad) {
  p.D = 3;
  p.g.kernel[0] = T;
  p.g.in[0] = D;
  p.g.out[0] = D + 2 * pad - T + 1;
  p.g.pad[0] = pad;
  return p;
}

/// The same with stride 2.
inline ConvProblem halved(ConvProblem p) {
  for (int d = 1; d < 3; ++d) {
    p.g.stride[d] = 2;
    p.g.out[d] = (p.g.in[d] + 2 * p.g.pad[d] - p.g.kernel[d]) / 2 + 1;
  }
  return p;
}

/// The same with that dilation, and as much padding more as its kernel covers.
inline ConvProblem dilated(ConvProblem p, int64_t dilation) {
  for (int d = 3 - p.D; d < 3; ++d) {
    const int64_t more = (dilation - 1) * (p.g.kernel[d] - 1);
    p.g.dilation[d] = dilation;
    p.g.pad[d] += more / 2;
    p.g.out[d] -= more % 2;
  }
  return p;
}

inline ConvProblem grouped(ConvProblem p, int64_t groups) {
  p.g.G = groups;
  return p;
}

/// f(stride, padding, dilation), each of as many dimensions.
template <int D, class F>
auto with_options(const ConvProblem& p, F f) {
  ExpandingArray<D> stride(1), padding(0), dilation(1);
  for (int d = 0; d < D; ++d) {
    stride[d] = p.g.stride[3 - D + d];
    padding[d] = p.g.pad[3 - D + d];
    dilation[d] = p.g.dilation[3 - D + d];
  }
  return f(stride, padding, dilation);
}

inline Tensor conv(const ConvProblem& p, const Tensor& x, const Tensor& w, const Tensor& b = {}) {
  if (p.D == 1)
    return with_options<1>(p,
                           [&](auto s, auto q, auto d) { return conv1d(x, w, b, s, q, d, p.g.G); });
  if (p.D == 2)
    return with_options<2>(p,
                           [&](auto s, auto q, auto d) { return conv2d(x, w, b, s, q, d, p.g.G); });
  return with_options<3>(p,
                         [&](auto s, auto q, auto d) { return conv3d(x, w, b, s, q, d, p.g.G); });
}

inline std::string explain(const ConvProblem& p) {
  const Tensor x = zeros(p.input(), kFloat32), w = zeros(p.weight(), kFloat32);
  const int64_t G = p.g.G;
  if (p.D == 1)
    return with_options<1>(
        p, [&](auto s, auto q, auto d) { return explain_conv1d(x, w, s, q, d, G); });
  if (p.D == 2)
    return with_options<2>(
        p, [&](auto s, auto q, auto d) { return explain_conv2d(x, w, s, q, d, G); });
  return with_options<3>(p,
                         [&](auto s, auto q, auto d) { return explain_conv3d(x, w, s, q, d, G); });
}

inline size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

inline TensorList reference(const ConvProblem& p, const TensorList& in) {
  const auto x = in[0].to_vector(), w = in[1].to_vector();
  std::vector<double> y(static_cast<size_t>(numel_of(p.output())));
  if (in[2].defined()) {
    const auto b = in[2].to_vector();
    const size_t pixels = static_cast<size_t>(p.g.out[0] * p.g.out[1] * p.g.out[2]);
    for (size_t i = 0; i < y.size(); ++i) y[i] = b[i / pixels % b.size()];
  }
  for_each_product(p.g, [&](size_t i, size_t j, size_t k) { y[i] += x[j] * w[k]; });
  return {tensor_of(p.output(), y)};
}

/// y, dx, dw and db.
inline void check_problem(const ConvProblem& p, bool bias) {
  OpCase c;
  c.name = as_text(p.input(), " to ", p.g.K);
  c.op = [&](const TensorList& in) { return conv(p, in[0], in[1], in[2]); };
  c.inputs = [&] {
    return TensorList{uniform(p.input(), 1), uniform(p.weight(), 2),
                      bias ? uniform(p.g.K, 3) : Tensor()};
  };
  c.reference = [&](const TensorList& in) { return reference(p, in); };
  c.mode = GradcheckMode::kDirectional;
  c.float_tolerance = 1e-5;
  check_op(c);
}

/// The same, by an algorithm that computes all three directions, or so many of them.
inline void check_computed_by(const char* algorithm, const ConvProblem& p, bool bias = true,
                              size_t directions = 3) {
  CAPTURE(p.input(), explain(p));
  CHECK(count(explain(p), as_text(algorithm, ": computes")) == directions);
  check_problem(p, bias);
}

}  // namespace reel::tests
