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

/// y, dx, dw and db, by an algorithm that computes all three directions, or so many of them.
inline void check_computed_by(const char* algorithm, const ConvProblem& p, bool bias = true,
                              size_t directions = 3) {
  CAPTURE(p.input(), explain(p));
  CHECK(count(explain(p), as_text(algorithm, ": computes")) == directions);
  check_problem(as_text(p.input(), " to ", p.g.K), p, bias, 1e-5);
}

}  // namespace reel::tests
