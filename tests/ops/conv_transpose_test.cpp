#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>

using namespace reel;
using namespace reel::tests;

namespace {

// One number for all dimensions.
struct Options {
  int64_t stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1;
};

Tensor conv_transpose(const TensorList& in, const Options& o) {
  const Tensor bias = in.size() > 2 ? in[2] : Tensor();
  const auto run = [&](auto function) {
    return function(in[0], in[1], bias, o.stride, o.padding, o.output_padding, o.groups,
                    o.dilation);
  };
  if (in[1].dim() == 3) return run(conv_transpose1d);
  if (in[1].dim() == 4) return run(conv_transpose2d);
  return run(conv_transpose3d);
}

// Coordinates of a place in row-major order, the last first.
std::vector<int64_t> coordinates(int64_t i, const Shape& sizes) {
  std::vector<int64_t> at;
  for (size_t d = sizes.size(); d-- > 0; i /= sizes[d]) at.push_back(i % sizes[d]);
  return at;
}

// Each input pixel spreads its weights over the output.
TensorList reference(const TensorList& in, const Options& o) {
  const std::vector<double> x = in[0].to_vector(), w = in[1].to_vector();
  const auto D = static_cast<size_t>(in[1].dim() - 2);
  const bool batched = in[0].dim() == in[1].dim();
  const int64_t N = batched ? in[0].size(0) : 1, C = in[1].size(0), Kg = in[1].size(1);
  const int64_t G = o.groups, K = Kg * G;
  Shape from, taps, to, y_sizes;
  if (batched) y_sizes.push_back(N);
  y_sizes.push_back(K);
  for (size_t d = 0; d < D; ++d) {
    from.push_back(in[0].size(in[0].dim() - static_cast<int64_t>(D - d)));
    taps.push_back(in[1].size(static_cast<int64_t>(2 + d)));
    to.push_back((from[d] - 1) * o.stride - 2 * o.padding + o.dilation * (taps[d] - 1) +
                 o.output_padding + 1);
    y_sizes.push_back(to[d]);
  }
  const int64_t P = numel_of(from), M = numel_of(taps), Q = numel_of(to);
  std::vector<double> y(static_cast<size_t>(N * K * Q));
  if (in.size() > 2 && in[2].defined()) {
    const std::vector<double> b = in[2].to_vector();
    for (size_t i = 0; i < y.size(); ++i) y[i] = b[i / static_cast<size_t>(Q) % b.size()];
  }
  for (int64_t p = 0; p < P; ++p)
    for (int64_t m = 0; m < M; ++m) {
      const std::vector<int64_t> pixel = coordinates(p, from), tap = coordinates(m, taps);
      int64_t place = 0, step = 1;
      bool inside = true;
      for (size_t d = 0; d < D; ++d) {
        const int64_t size = to[D - 1 - d];
        const int64_t at = pixel[d] * o.stride + tap[d] * o.dilation - o.padding;
        inside = inside && at >= 0 && at < size;
        place += at * step;
        step *= size;
      }
      if (!inside) continue;
      for (int64_t n = 0; n < N; ++n)
        for (int64_t c = 0; c < C; ++c)
          for (int64_t k = 0; k < Kg; ++k)
            y[static_cast<size_t>((n * K + c / (C / G) * Kg + k) * Q + place)] +=
                x[static_cast<size_t>((n * C + c) * P + p)] *
                w[static_cast<size_t>((c * Kg + k) * M + m)];
    }
  return {tensor_of(y_sizes, y)};
}

OpCase transpose_case(std::string name, const Shape& x, const Shape& w, Options o = {},
                      bool bias = true) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return conv_transpose(in, o); };
  c.inputs = [=] {
    return TensorList{uniform(x, 1), uniform(w, 2),
                      bias ? uniform({w[1] * o.groups}, 3) : Tensor()};
  };
  c.reference = [=](const TensorList& in) { return reference(in, o); };
  c.mode = GradcheckMode::kDirectional;
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("conv_transpose: one to three dimensions") {
  for (int64_t D : {1, 2, 3})
    for (int64_t i = 0; i < 8; ++i) {
      Options o{1 + i % 3, i % 2, 0, 1 + (i / 2) % 2, 1 + (i / 4) % 2};
      o.output_padding = std::max(o.stride, o.dilation) - 1;
      Shape x{1 + i % 2, 2 * (1 + i % 3)}, w{x[1], 1 + (i + D) % 4};
      for (int64_t d = 0; d < D; ++d) {
        x.push_back(D == 3 ? 2 + (i + d) % 2 : 3 + (i + d) % 4);
        w.push_back(2 + (i + d) % 2);
      }
      check_op(transpose_case(std::to_string(D) + "d, " + std::to_string(i), x, w, o, i % 4 != 2));
    }
}

TEST_CASE("conv_transpose: numbers of channels around the vectors") {
  for (int64_t C : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    OpCase c = transpose_case("to " + std::to_string(C), {2, 3, 4, 5}, {3, C, 3, 3}, {2, 1, 1});
    c.second_order = false;
    check_op(c);
    c = transpose_case("from " + std::to_string(C), {2, C, 4, 5}, {C, 3, 4, 4}, {2, 1});
    c.second_order = false;
    check_op(c);
    c = transpose_case("each of " + std::to_string(C), {2, C, 4, 5}, {C, 1, 3, 3}, {2, 1, 1, C});
    c.second_order = false;
    check_op(c);
  }
}

TEST_CASE("conv_transpose: shapes at the edge") {
  check_op(transpose_case("one sample", {3, 4, 5}, {3, 2, 3, 3}, {2, 1}));
  check_op(transpose_case("stride beyond the kernel", {2, 3, 4, 3}, {3, 2, 2, 2}, {4, 0, 3}));
  check_op(transpose_case("padding beyond the kernel", {1, 2, 9}, {2, 3, 2}, {2, 3}));
  check_op(
      transpose_case("output padding beyond the stride", {2, 2, 4}, {2, 3, 3}, {1, 0, 2, 1, 3}));
  check_op(transpose_case("one pixel", {2, 3, 1, 1}, {3, 4, 4, 4}));
  check_op(transpose_case("1 x N kernel", {2, 3, 4, 5}, {3, 2, 1, 4}, {2}));
  OpCase c = transpose_case("no samples", {0, 3, 4, 5}, {3, 2, 3, 3}, {2, 1, 1});
  c.zero_gradient = true;
  check_op(c);
}

// Winograd, and bands of the col2im algorithm.
TEST_CASE("conv_transpose: larger ones") {
  for (const Shape& w : {Shape{24, 20, 3, 3}, Shape{20, 24, 1, 3}, Shape{24, 3, 4, 4}}) {
    OpCase c = transpose_case("kernel of " + std::to_string(w[2]), {2, w[0], 18, 21}, w,
                              {w[2] == 4 ? 2 : 1, 1});
    c.second_order = false;
    check_op(c);
  }
  for (int64_t more : {0, 1}) {
    OpCase c = transpose_case("stride 2 to " + std::to_string(9 + more), {4, 33, 5, 8},
                              {33, 32, 3, 3}, {2, 1, more});
    c.second_order = false;
    check_op(c);
  }
  OpCase c = transpose_case("rows in bands", {1, 4, 3, 6000}, {4, 2, 3, 3}, {2, 1, 1});
  c.second_order = false;
  check_op(c);
}

TEST_CASE("conv_transpose: activations stay channels-last") {
  const Tensor x = uniform({2, 3, 6, 5}, 0, -1, 1, kFloat32).requires_grad_();
  const Tensor w = uniform({3, 4, 3, 3}, 1, -1, 1, kFloat32);
  const Tensor y = conv_transpose2d(x, w, {}, 2);
  CHECK(is_held(y));
  CHECK(is_held(autograd::grad({y}, {x}, {ones_like(y)})[0]));
}
