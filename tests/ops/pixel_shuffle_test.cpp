#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/ops/resampling.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

OpCase shuffle_case(std::string name, const Shape& x, int64_t r) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return pixel_shuffle(in[0], r); };
  c.inputs = {x};
  c.reference = [=](const TensorList& in) {
    const size_t last = x.size() - 3;
    const int64_t C = x[last] / (r * r), H = x[last + 1], W = x[last + 2];
    Shape sizes = x;
    sizes[last] = C;
    sizes[last + 1] = H * r;
    sizes[last + 2] = W * r;
    const std::vector<double> from = in[0].to_vector();
    std::vector<double> to(from.size());
    for (int64_t i = 0; i < in[0].numel(); ++i) {
      const int64_t w = i % W, h = i / W % H, at = i / (W * H) % x[last];
      const int64_t n = i / (W * H * x[last]), k = at / (r * r), y = at / r % r, z = at % r;
      to[static_cast<size_t>(((n * C + k) * H * r + h * r + y) * W * r + w * r + z)] =
          from[static_cast<size_t>(i)];
    }
    return tensor_of(sizes, to);
  };
  c.second_order = true;
  c.zero_gradient = numel_of(x) == 0;
  return c;
}

}  // namespace

TEST_CASE("pixel_shuffle") {
  check_op(shuffle_case("twice", {2, 8, 3, 4}, 2));
  check_op(shuffle_case("three times", {1, 9, 2, 3}, 3));
  check_op(shuffle_case("without a batch", {4, 3, 5}, 2));
  check_op(shuffle_case("two dimensions in front", {2, 3, 4, 2, 2}, 2));
  check_op(shuffle_case("by one", {2, 3, 2, 2}, 1));
  check_op(shuffle_case("no samples", {0, 4, 2, 2}, 2));
}

TEST_CASE("pixel_unshuffle is the inverse") {
  for (const Shape& sizes : {Shape{2, 3, 4, 6}, Shape{3, 2, 8}, Shape{2, 2, 1, 4, 2}}) {
    OpCase c;
    c.name = "unshuffled";
    c.op = [](const TensorList& in) { return pixel_unshuffle(in[0], 2); };
    c.inputs = {sizes};
    c.second_order = true;
    check_op(c);
    const Tensor x = uniform(sizes);
    CHECK(pixel_shuffle(pixel_unshuffle(x, 2), 2).equal(x));
  }
  const Tensor x = uniform({2, 12, 3, 4});
  CHECK(pixel_unshuffle(pixel_shuffle(x, 2), 2).equal(x));
}

TEST_CASE("channel_shuffle") {
  OpCase c;
  c.name = "groups of three";
  c.op = [](const TensorList& in) { return channel_shuffle(in[0], 2); };
  c.inputs = {{2, 6, 2, 2}};
  c.reference = [](const TensorList& in) {
    std::vector<double> y;
    for (int64_t n : {0, 1})
      for (int64_t channel : {0, 3, 1, 4, 2, 5})
        for (double v : in[0][n][channel].to_vector()) y.push_back(v);
    return tensor_of({2, 6, 2, 2}, y);
  };
  c.second_order = true;
  check_op(c);
}
