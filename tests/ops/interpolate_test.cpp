#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/ops/resampling.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

using Row = std::vector<double>;  // a weight for each input pixel

struct Options {
  InterpolateMode mode = kNearest;
  std::optional<bool> align_corners = {};
  bool antialias = false;
};

double cubic(double d, double a) {
  d = std::fabs(d);
  if (d < 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  if (d < 2) return a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a;
  return 0;
}

// The weights of output pixel o, each from the distance of a pixel's centre.
Row weights(const Options& p, int64_t in, int64_t out, int64_t o, double step) {
  const bool align = p.align_corners.value_or(false);
  Row w(static_cast<size_t>(in));
  const auto at = [&](int64_t i) -> double& {
    return w[static_cast<size_t>(std::clamp<int64_t>(i, 0, in - 1))];
  };
  if (p.mode == kNearest || p.mode == kNearestExact) {
    const double place = (static_cast<double>(o) + (p.mode == kNearest ? 0 : 0.5)) * step;
    at(static_cast<int64_t>(place)) = 1;
    return w;
  }
  if (align) step = out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
  const double centre = (static_cast<double>(o) + 0.5) * step - 0.5;
  const bool is_cubic = p.mode == kBicubic;
  if (p.antialias) {
    const double wide = std::max(step, 1.0);
    double sum = 0;
    for (int64_t i = 0; i < in; ++i) {
      const double d = (static_cast<double>(i) - centre) / wide;
      sum += at(i) = is_cubic ? cubic(d, -0.5) : std::max(0.0, 1 - std::fabs(d));
    }
    for (double& v : w) v /= sum;
    return w;
  }
  double x = align ? static_cast<double>(o) * step : centre;
  if (!is_cubic) x = std::max(x, 0.0);
  const auto near = static_cast<int64_t>(std::floor(x));
  for (int64_t i = near - 1; i <= near + 2; ++i) {
    const double d = static_cast<double>(i) - x;
    at(i) += is_cubic ? cubic(d, -0.75) : std::max(0.0, 1 - std::fabs(d));
  }
  return w;
}

// One dimension after the other: each output line is a weighted sum of lines.
Tensor along(const Tensor& x, int64_t dim, int64_t out, const Options& p, double step) {
  const std::vector<double> from = x.to_vector();
  const int64_t in = x.size(dim);
  Shape sizes = x.sizes();
  sizes[static_cast<size_t>(dim)] = out;
  std::vector<double> to(static_cast<size_t>(numel_of(sizes)));
  int64_t inner = 1;
  for (int64_t d = dim + 1; d < x.dim(); ++d) inner *= x.size(d);
  for (size_t at = 0; at < to.size(); ++at) {
    const auto i = static_cast<int64_t>(at);
    const Row w = weights(p, in, out, i / inner % out, step);
    for (int64_t j = 0; j < in; ++j)
      to[at] += w[static_cast<size_t>(j)] *
                from[static_cast<size_t>((i / (inner * out) * in + j) * inner + i % inner)];
  }
  return tensor_of(sizes, to);
}

TensorList reference(const Tensor& x, const Shape& out, const std::vector<double>& scale,
                     const Options& p) {
  Tensor y = x;
  for (size_t d = 0; d < out.size(); ++d) {
    const auto dim = static_cast<int64_t>(2 + d);
    const double step = scale.empty()
                            ? static_cast<double>(x.size(dim)) / static_cast<double>(out[d])
                            : 1 / scale[d];
    y = along(y, dim, out[d], p, step);
  }
  return {y};
}

void check_size(const std::string& name, const Shape& x, const Shape& out, Options p,
                bool second_order = true) {
  OpCase c;
  c.name = name;
  c.op = [=](const TensorList& in) {
    return interpolate(in[0], out, {}, p.mode, p.align_corners, false, p.antialias);
  };
  c.inputs = {x};
  c.reference = [=](const TensorList& in) { return reference(in[0], out, {}, p); };
  c.second_order = second_order;
  c.zero_gradient = numel_of(x) == 0;
  check_op(c);
}

void check_values(const Tensor& y, const std::vector<double>& wanted) {
  CHECK(y.reshape({-1}).allclose(tensor_of({y.numel()}, wanted), 0, 1e-11));
}

}  // namespace

TEST_CASE("interpolate: every mode, up and down") {
  const std::vector<std::pair<int64_t, int64_t>> sizes = {{5, 8}, {8, 5}, {4, 8}, {6, 6},
                                                          {7, 1}, {1, 4}, {3, 13}};
  for (const auto& [in, out] : sizes) {
    const std::string name = std::to_string(in) + " to " + std::to_string(out) + ", ";
    check_size(name + "nearest", {2, 3, in}, {out}, {});
    check_size(name + "nearest-exact", {2, 3, in}, {out}, {kNearestExact});
    for (bool align : {false, true}) {
      check_size(name + "linear", {2, 3, in}, {out}, {kLinear, align});
      check_size(name + "bilinear", {2, 2, in, 4}, {out, 6}, {kBilinear, align});
      check_size(name + "bicubic", {1, 2, 4, in}, {3, out}, {kBicubic, align});
      check_size(name + "trilinear", {1, 2, 3, in, 2}, {4, out, 3}, {kTrilinear, align});
      check_size(name + "bilinear, antialiased", {1, 2, in, 5}, {out, 3}, {kBilinear, align, true});
      check_size(name + "bicubic, antialiased", {1, 2, in, 5}, {out, 3}, {kBicubic, align, true});
    }
  }
}

TEST_CASE("interpolate: numbers of channels around the vectors") {
  for (int64_t C : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    const std::string name = std::to_string(C) + " channels, ";
    check_size(name + "nearest", {2, C, 3, 4}, {6, 8}, {}, false);
    check_size(name + "bilinear", {2, C, 3, 4}, {6, 8}, {kBilinear, false}, false);
    check_size(name + "fewer", {2, C, 6, 9}, {3, 4}, {kBilinear, true}, false);
    check_size(name + "trilinear", {1, C, 2, 3, 2}, {3, 5, 4}, {kTrilinear, false}, false);
  }
  check_size("no samples", {0, 3, 4, 4}, {8, 8}, {kBilinear, false});
  check_size("no channels", {2, 0, 4, 4}, {8, 8}, {kBilinear, false});
}

TEST_CASE("interpolate: a scale factor is the step, unless computed again") {
  OpCase c;
  c.name = "1.3 and 0.7";
  c.op = [](const TensorList& in) { return interpolate(in[0], {}, {1.3, 0.7}, kBilinear, false); };
  c.inputs = {{2, 3, 5, 7}};
  c.reference = [](const TensorList& in) {
    return reference(in[0], {6, 4}, {1.3, 0.7}, {kBilinear, false});
  };
  c.second_order = true;
  check_op(c);
  const Tensor x = uniform({1, 2, 5, 7});
  CHECK(interpolate(x, {}, {1.3, 0.7}, kBilinear, false, true)
            .equal(interpolate(x, {6, 4}, {}, kBilinear, false)));
  CHECK(interpolate(x, {}, {2}).equal(interpolate(x, {10, 14})));
  CHECK(interpolate(x, {}, {1.1, 1.05}, kBilinear).equal(x));  // sizes are kept
  CHECK(interpolate(x, 9).sizes() == Shape{1, 2, 9, 9});
}

TEST_CASE("interpolate: area is an adaptive average") {
  const Tensor x = uniform({1, 2, 5, 7});
  CHECK(interpolate(x, {3, 2}, {}, kArea).equal(adaptive_avg_pool2d(x, {3, 2})));
}

// Recorded from PyTorch 2.
TEST_CASE("interpolate: PyTorch's values") {
  const Tensor x = tensor_of({1, 1, 5}, {1, -2, 4, 0.5, 3}), row = x.unsqueeze(2);
  check_values(interpolate(x, 7), {1, 1, -2, 4, 4, 0.5, 3});
  check_values(interpolate(x, {}, {1.3}), {1, 1, -2, 4, 0.5, 0.5});
  check_values(interpolate(x, 8, {}, kNearestExact), {1, 1, -2, 4, 4, 0.5, 3, 3});
  check_values(interpolate(x, 7, {}, kLinear),
               {1, -0.714285714286, -0.285714285714, 4, 1.5, 1.571428571429, 3});
  check_values(interpolate(x, 7, {}, kLinear, true),
               {1, -1, 0, 4, 1.666666666667, 1.333333333333, 3});
  check_values(
      interpolate(x, {}, {1.3}, kLinear),
      {1, -0.961538461538, 0.538461538462, 3.326923076923, 0.634615384615, 2.326923076923});
  check_values(interpolate(x, {}, {1.3}, kLinear, {}, true),
               {1, -1.25, 1.5, 2.541666666667, 1.125, 3});
  check_values(interpolate(row, {1, 7}, {}, kBicubic),
               {1.236151603499, -1.370262390671, -0.591836734694, 4, 1.412536443149, 1.18221574344,
                3.196793002915});
  check_values(interpolate(row, {1, 7}, {}, kBicubic, true),
               {1, -1.722222222222, -0.25, 4, 1.657407407407, 0.898148148148, 3});
  check_values(interpolate(row, {1, 3}, {}, kBicubic), {-0.277777777778, 4, 2.018518518519});
  check_values(interpolate(row, {1, 2}, {}, kBilinear, {}, false, true),
               {0.431818181818, 1.977272727273});
  check_values(interpolate(row, {1, 3}, {}, kBilinear, true, false, true),
               {0.142857142857, 1.8125, 2.375});
  check_values(interpolate(row, {1, 2}, {}, kBicubic, {}, false, true),
               {0.394232815493, 2.117152585657});
  check_values(interpolate(row, {1, 7}, {}, kBicubic, {}, false, true),
               {1.174757281553, -1.07756232687, -0.66472303207, 4, 1.339650145773, 1.368421052632,
                3.145631067961});
  check_values(interpolate(x, 3, {}, kArea), {-0.5, 0.833333333333, 1.75});
}

TEST_CASE("interpolate: activations stay channels-last") {
  const Tensor x = uniform({2, 3, 6, 5}, 0, -1, 1, kFloat32).requires_grad_();
  const Tensor y = interpolate(x, 9, {}, kBilinear);
  CHECK(is_held(y));
  CHECK(is_held(autograd::grad({y}, {x}, {ones_like(y)})[0]));
}
