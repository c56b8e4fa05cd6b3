#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/pool_reference.h"

#include <reel/autograd/ops/pools.h>
#include <reel/core/creation.h>

#include <algorithm>

using namespace reel;
using namespace reel::tests;

namespace {

struct Divisor {
  bool include_pad = true;
  std::optional<int64_t> override_by = {};
};

Tensor pool(int D, const Tensor& x, const Window& w, const Divisor& divisor) {
  const int from = 3 - D;
  const auto part = [&](const int64_t(&v)[3]) {
    return IntArrayRef(v + from, static_cast<size_t>(D));
  };
  if (D == 1)
    return avg_pool1d(x, part(w.kernel), part(w.stride), part(w.padding), w.ceil_mode,
                      divisor.include_pad);
  const auto f = D == 2 ? avg_pool2d : avg_pool3d;
  return f(x, part(w.kernel), part(w.stride), part(w.padding), w.ceil_mode, divisor.include_pad,
           divisor.override_by);
}

OpCase pool_case(std::string name, int D, Shape sizes, Window w, Divisor divisor = {}) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return pool(D, in[0], w, divisor); };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    std::vector<double> y;
    double sum = 0, inside = 0, padded = 1;
    const Shape out = for_each_window(
        in[0], D, w,
        [&](const int64_t(&first)[3], const int64_t(&size)[3]) {
          sum = inside = 0;
          padded = 1;
          for (int d = 0; d < 3; ++d)
            padded *= static_cast<double>(std::min(w.kernel[d], size[d] + w.padding[d] - first[d]));
        },
        [&](double v) {
          sum += v;
          inside += 1;
        },
        [&] {
          const double by = divisor.override_by   ? static_cast<double>(*divisor.override_by)
                            : divisor.include_pad ? padded
                                                  : inside;
          y.push_back(sum / by);
        });
    return tensor_of(out, y);
  };
  c.second_order = true;
  return c;
}

// (N, C, H, W) to (N, C, *, *)
OpCase adaptive_case(std::string name, Shape sizes, int64_t out_h, int64_t out_w) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return adaptive_avg_pool2d(in[0], {out_h, out_w}); };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    const std::vector<double> v = in[0].to_vector();
    const int64_t H = sizes[2], W = sizes[3];
    std::vector<double> y;
    for (int64_t i = 0; i < sizes[0] * sizes[1]; ++i)
      for (int64_t o = 0; o < out_h; ++o)
        for (int64_t p = 0; p < out_w; ++p) {
          double sum = 0, count = 0;
          for (int64_t h = o * H / out_h; h < ((o + 1) * H + out_h - 1) / out_h; ++h)
            for (int64_t w = p * W / out_w; w < ((p + 1) * W + out_w - 1) / out_w; ++w, ++count)
              sum += v[static_cast<size_t>((i * H + h) * W + w)];
          y.push_back(sum / count);
        }
    return tensor_of({sizes[0], sizes[1], out_h, out_w}, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("avg_pool") {
  check_op(pool_case("2x2", 2, {2, 3, 4, 6}, Window::of(2, 2, 2)));
  check_op(pool_case("leftover rows and columns", 2, {1, 2, 5, 7}, Window::of(2, 2, 2)));
  check_op(pool_case("overlapping", 2, {2, 2, 6, 5}, Window::of(2, 3, 2, 1)));
  check_op(pool_case("padding not counted", 2, {2, 2, 6, 5}, Window::of(2, 3, 2, 1),
                     {.include_pad = false}));
  check_op(pool_case("own divisor", 2, {2, 2, 6, 5}, Window::of(2, 3, 2, 1), {.override_by = 5}));
  check_op(pool_case("stride beyond the window", 2, {1, 2, 7, 8}, Window::of(2, 2, 3)));
  check_op(pool_case("ceil mode, the window is larger than the input", 2, {1, 2, 2, 2},
                     Window::of(2, 3, 2, 0, 1, true)));
  check_op(pool_case("ceil mode", 2, {1, 2, 6, 7}, Window::of(2, 3, 2, 1, 1, true)));
  check_op(pool_case("ceil mode, padding not counted", 2, {1, 2, 6, 7},
                     Window::of(2, 3, 2, 1, 1, true), {.include_pad = false}));
  check_op(pool_case("1-d", 1, {2, 3, 9}, Window::of(1, 3, 2, 1)));
  check_op(pool_case("3-d", 3, {1, 2, 4, 3, 4}, Window::of(3, 2, 2, 1)));
  check_op(pool_case("3-d, ceil mode", 3, {1, 2, 3, 4, 3}, Window::of(3, 2, 2, 0, 1, true)));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(pool_case("channels " + std::to_string(C), 2, {1, C, 4, 4}, Window::of(2, 2, 2)));
}

// Pixels along dimensions that no window joins are computed as channels are.
TEST_CASE("avg_pool: one channel") {
  const auto pool_of = [](const char* name, int D, const Shape& sizes, Shape kernel, Shape stride,
                          Shape padding) {
    Window w = Window::of(D, 1, 1);
    for (size_t d = 0; d < kernel.size(); ++d) {
      const size_t at = 3 - kernel.size() + d;
      w.kernel[at] = kernel[d];
      w.stride[at] = stride[d];
      w.padding[at] = padding[d];
    }
    check_op(pool_case(name, D, sizes, w));
  };
  for (int64_t W : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    pool_of("windows of columns", 2, {2, 1, 5, W}, {3, 1}, {1, 1}, {1, 0});
  pool_of("windows of planes", 3, {2, 1, 4, 3, 5}, {2, 1, 1}, {2, 1, 1}, {0, 0, 0});
  pool_of("windows of rows", 2, {2, 1, 4, 6}, {1, 2}, {1, 2}, {0, 0});
  pool_of("no windows", 2, {2, 1, 3, 4}, {1, 1}, {1, 1}, {0, 0});
  pool_of("columns left out", 2, {2, 1, 3, 6}, {2, 1}, {1, 2}, {0, 0});
  check_op(pool_case("own divisor", 2, {1, 1, 3, 4}, Window::of(2, 1, 1), {.override_by = 3}));
}

TEST_CASE("adaptive_avg_pool") {
  check_op(adaptive_case("global", {2, 3, 5, 4}, 1, 1));
  for (int64_t C : {1, 7, 17, 33})
    check_op(adaptive_case("global, channels " + std::to_string(C), {2, C, 3, 3}, 1, 1));
  check_op(adaptive_case("global, one pixel", {2, 3, 1, 1}, 1, 1));
  check_op(adaptive_case("uneven", {2, 3, 7, 5}, 3, 2));
  check_op(adaptive_case("the same size", {1, 2, 4, 3}, 4, 3));
  check_op(adaptive_case("more outputs than inputs", {1, 2, 3, 2}, 5, 4));
  const Tensor x = uniform({2, 3, 6, 5});
  CHECK(adaptive_avg_pool2d(x, {kKeepSize, 1}).sizes() == Shape{2, 3, 6, 1});
  CHECK(adaptive_avg_pool1d(x.select(0, 0), 2).sizes() == Shape{3, 6, 2});
  CHECK(adaptive_avg_pool3d(x, 1).sizes() == Shape{2, 1, 1, 1});
}

TEST_CASE("avg_pool: no samples") {
  OpCase c = pool_case("no samples", 2, {0, 3, 4, 4}, Window::of(2, 2, 2));
  c.zero_gradient = true;
  check_op(c);
}

TEST_CASE("avg_pool: what is wrong with a call") {
  const Tensor x = uniform({1, 2, 5, 5});
  CHECK(message_of<ArgumentError>([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }) ==
        "avg_pool2d: divisor_override is 0; it must not be.");
  CHECK(message_of<ArgumentError>([&] {
          adaptive_avg_pool2d(x, {1, 2, 3});
        }) ==
        "adaptive_avg_pool2d: output_size [1, 2, 3] has 3 values; it must have 2 or one for all.");
  CHECK(message_of<ArgumentError>([&] { adaptive_avg_pool2d(x, 0); }) ==
        "adaptive_avg_pool2d: input [1, 2, 5, 5] to output_size [0]; all sizes must be 1 or more.");
}
