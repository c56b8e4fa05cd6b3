#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/ops/resampling.h>
#include <reel/core/creation.h>

#include <functional>

using namespace reel;
using namespace reel::tests;

namespace {

struct Windows {
  ExpandingArray<2> kernel, dilation = 1, padding = 0, stride = 1;

  int64_t out(int d, int64_t in) const {
    return (in + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
  }
};

// f(pixel, element): what each element of the columns shows of planes of H x W pixels.
void for_each_element(const Windows& w, int64_t planes, int64_t H, int64_t W,
                      const std::function<void(size_t pixel, size_t element)>& f) {
  int64_t element = 0;
  for (int64_t p = 0; p < planes; ++p)
    for (int64_t i = 0; i < w.kernel[0]; ++i)
      for (int64_t j = 0; j < w.kernel[1]; ++j)
        for (int64_t r = 0; r < w.out(0, H); ++r)
          for (int64_t c = 0; c < w.out(1, W); ++c, ++element) {
            const int64_t y = r * w.stride[0] + i * w.dilation[0] - w.padding[0];
            const int64_t x = c * w.stride[1] + j * w.dilation[1] - w.padding[1];
            if (y >= 0 && y < H && x >= 0 && x < W)
              f(static_cast<size_t>((p * H + y) * W + x), static_cast<size_t>(element));
          }
}

void check_windows(const std::string& name, const Shape& x, const Windows& w) {
  const bool batched = x.size() == 4;
  const int64_t N = batched ? x[0] : 1, C = x[x.size() - 3], H = x[x.size() - 2], W = x.back();
  Shape columns{C * w.kernel[0] * w.kernel[1], w.out(0, H) * w.out(1, W)};
  if (batched) columns.insert(0, N);
  OpCase c;
  c.name = name;
  c.op = [=](const TensorList& in) {
    return unfold(in[0], w.kernel, w.dilation, w.padding, w.stride);
  };
  c.inputs = {x};
  c.reference = [=](const TensorList& in) {
    const std::vector<double> from = in[0].to_vector();
    std::vector<double> to(static_cast<size_t>(numel_of(columns)));
    for_each_element(w, N * C, H, W, [&](size_t pixel, size_t e) { to[e] = from[pixel]; });
    return tensor_of(columns, to);
  };
  c.second_order = true;
  c.zero_gradient = numel_of(x) == 0;
  check_op(c);

  c.name = name + ", folded";
  c.op = [=](const TensorList& in) {
    return fold(in[0], {H, W}, w.kernel, w.dilation, w.padding, w.stride);
  };
  c.inputs = {columns};
  c.reference = [=](const TensorList& in) {
    const std::vector<double> from = in[0].to_vector();
    std::vector<double> to(static_cast<size_t>(numel_of(x)));
    for_each_element(w, N * C, H, W, [&](size_t pixel, size_t e) { to[pixel] += from[e]; });
    return tensor_of(x, to);
  };
  check_op(c);
}

}  // namespace

TEST_CASE("unfold and fold") {
  check_windows("3x3", {2, 3, 5, 6}, {3});
  check_windows("one sample", {3, 5, 6}, {{2, 3}});
  check_windows("padding", {2, 2, 4, 5}, {3, 1, {1, 2}});
  check_windows("stride", {2, 2, 7, 8}, {{2, 3}, 1, 1, {3, 2}});
  check_windows("dilation", {1, 2, 9, 8}, {3, {3, 2}, 2, 2});
  check_windows("stride beyond the kernel", {1, 2, 9, 8}, {2, 1, 0, 4});
  check_windows("padding beyond the kernel", {1, 1, 2, 3}, {2, 1, 4});
  check_windows("a window a row", {2, 1, 4, 5}, {{1, 5}});
  check_windows("no samples", {0, 2, 4, 4}, {2});
  for (int64_t W : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    check_windows("rows of " + std::to_string(W), {1, 2, 3, W}, {{2, W < 3 ? W : 3}, 1, {1, 0}});
}

TEST_CASE("unfold: a product with the columns is a convolution") {
  const Tensor x = uniform({2, 3, 7, 6}), w = uniform({4, 3, 3, 2}, 1);
  const Tensor columns = unfold(x, {3, 2}, {2, 1}, 1, {1, 2});
  const Tensor y = w.reshape({4, 18}).matmul(columns[0]);
  CHECK(y.allclose(conv2d(x, w, {}, {1, 2}, 1, {2, 1})[0].reshape(y.sizes())));
}
