#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/pool_reference.h"

#include <reel/autograd/ops/pools.h>
#include <reel/core/creation.h>

#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor pool(int D, const Tensor& x, const Window& w) {
  const int from = 3 - D;
  const auto part = [&](const int64_t(&v)[3]) {
    return IntArrayRef(v + from, static_cast<size_t>(D));
  };
  const auto f = D == 1 ? max_pool1d : D == 2 ? max_pool2d : max_pool3d;
  return f(x, part(w.kernel), part(w.stride), part(w.padding), part(w.dilation), w.ceil_mode);
}

OpCase pool_case(std::string name, int D, Shape sizes, Window w) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) { return pool(D, in[0], w); };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    std::vector<double> y;
    double best = 0;
    const Shape out = for_each_window(
        in[0], D, w,
        [&](const int64_t(&)[3], const int64_t(&)[3]) {
          best = -std::numeric_limits<double>::infinity();
        },
        [&](double v) { best = v > best ? v : best; }, [&] { y.push_back(best); });
    return tensor_of(out, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("max_pool") {
  check_op(pool_case("2x2", 2, {2, 3, 4, 6}, Window::of(2, 2, 2)));
  check_op(pool_case("leftover rows and columns", 2, {1, 2, 5, 7}, Window::of(2, 2, 2)));
  check_op(pool_case("overlapping", 2, {2, 2, 6, 5}, Window::of(2, 3, 2, 1)));
  check_op(pool_case("stride 1", 2, {1, 3, 4, 4}, Window::of(2, 3, 1, 1)));
  check_op(pool_case("stride beyond the window", 2, {1, 2, 7, 8}, Window::of(2, 2, 3)));
  check_op(pool_case("dilated", 2, {1, 2, 7, 7}, Window::of(2, 2, 1, 0, 2)));
  check_op(pool_case("dilated, strided, padded", 2, {1, 2, 9, 8}, Window::of(2, 3, 2, 1, 3)));
  check_op(pool_case("ceil mode, the window is larger than the input", 2, {1, 2, 2, 2},
                     Window::of(2, 3, 2, 0, 1, true)));
  check_op(pool_case("ceil mode", 2, {1, 2, 6, 7}, Window::of(2, 3, 2, 1, 1, true)));
  check_op(pool_case("ceil mode drops what starts in the padding", 2, {1, 1, 4, 4},
                     Window::of(2, 2, 3, 1, 1, true)));
  check_op(pool_case("1-d", 1, {2, 3, 9}, Window::of(1, 3, 2, 1)));
  check_op(pool_case("3-d", 3, {1, 2, 4, 3, 4}, Window::of(3, 2, 2, 1)));
  Window oblong = Window::of(2, 2, 2);
  oblong.kernel[1] = 3;
  oblong.stride[2] = 1;
  check_op(pool_case("oblong", 2, {1, 2, 7, 5}, oblong));
  check_op(pool_case("more places than a byte counts", 2, {1, 1, 17, 18}, Window::of(2, 16, 1)));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(pool_case("channels " + std::to_string(C), 2, {1, C, 4, 4}, Window::of(2, 2, 2)));
}

TEST_CASE("max_pool: channels around a vector, enough pixels to spill into") {
  for (int64_t C : {1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 33}) {
    const std::string channels = std::to_string(C) + " channels";
    check_op(pool_case(channels, 2, {2, C, 6, 4}, Window::of(2, 2, 2)));
    check_op(pool_case(channels + ", 3-d", 3, {2, C, 4, 4, 6}, Window::of(3, 2, 2)));
    check_op(pool_case(channels + ", leftovers", 2, {2, C, 5, 7}, Window::of(2, 2, 2)));
    check_op(pool_case(channels + ", 3-d leftovers", 3, {2, C, 3, 5, 5}, Window::of(3, 2, 2)));
    check_op(pool_case(channels + ", windows of 3", 2, {2, C, 3, 12}, Window::of(2, 3, 3)));
    check_op(pool_case(channels + ", overlapping", 2, {1, C, 6, 5}, Window::of(2, 3, 2, 1)));
  }
}

TEST_CASE("max_pool: no samples") {
  OpCase c = pool_case("no samples", 2, {0, 3, 4, 4}, Window::of(2, 2, 2));
  c.zero_gradient = true;
  check_op(c);
}

TEST_CASE("max_pool: one sample without a batch dimension") {
  const Tensor x = uniform({3, 4, 6});
  CHECK(max_pool2d(x, 2).equal(max_pool2d(x.unsqueeze(0), 2).squeeze(0)));
}

TEST_CASE("max_pool: the first of equal values takes the gradient, NaN wins") {
  const Tensor x = zeros({1, 1, 2, 2}, kFloat64).requires_grad_();
  max_pool2d(x, 2).backward(ones({1, 1, 1, 1}, kFloat64));
  CHECK(x.grad().to_vector() == std::vector<double>{1, 0, 0, 0});

  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (size_t at = 0; at < 4; ++at) {
    std::vector<double> v{1, 2, 3, 4};
    v[at] = nan;
    CHECK(std::isnan(max_pool2d(tensor_of({1, 1, 2, 2}, v), 2).item<double>()));
  }
}

TEST_CASE("max_pool: the indices of the winners") {
  const auto check = [](int D, Shape sizes, int64_t k, int64_t s, int64_t p, int64_t d) {
    INFO(as_text("from ", IntArrayRef(sizes), " by ", k));
    for (Dtype dtype : {kFloat32, kFloat64}) {
      const Tensor x = uniform(sizes, 3).to(dtype);
      const auto f = D == 1   ? max_pool1d_with_indices
                     : D == 2 ? max_pool2d_with_indices
                              : max_pool3d_with_indices;
      const auto [y, indices] = f(x, k, s, p, d, false);
      CHECK(y.equal(pool(D, x, Window::of(D, k, s, p, d))));
      CHECK(indices.dtype() == kInt64);
      // Values differ, so that the index tells the value.
      const std::vector<double> v = x.to_vector(), best = y.to_vector(), at = indices.to_vector();
      const size_t large = v.size() / static_cast<size_t>(sizes[0] * sizes[1]);
      const size_t small = best.size() / static_cast<size_t>(sizes[0] * sizes[1]);
      for (size_t i = 0; i < best.size(); ++i)
        CHECK(v[i / small * large + static_cast<size_t>(at[i])] == best[i]);
    }
  };
  check(1, {2, 3, 9}, 3, 2, 1, 1);
  check(2, {2, 3, 9, 8}, 2, 2, 0, 1);
  check(2, {2, 3, 9, 8}, 3, 2, 1, 3);
  check(2, {1, 17, 6, 5}, 3, 1, 1, 1);
  check(2, {1, 1, 17, 18}, 16, 1, 0, 1);
  check(3, {1, 2, 4, 5, 4}, 2, 2, 1, 1);
  const Tensor ties = zeros({1, 1, 4});
  CHECK(std::get<1>(max_pool1d_with_indices(ties, 2)).to_vector() == std::vector<double>{0, 2});
  const Tensor x = uniform({3, 4, 6}).requires_grad_();
  const auto [y, indices] = max_pool2d_with_indices(x, 2);
  CHECK(y.requires_grad());
  CHECK(!indices.requires_grad());
  CHECK(indices.sizes() == Shape{3, 2, 3});
}

TEST_CASE("max_pool: what is wrong with a call") {
  const Tensor x = uniform({1, 2, 5, 5});
  CHECK(message_of<ArgumentError>([&] { max_pool2d(x, 6); }) ==
        "max_pool2d: input [1, 2, 5, 5] is too small for kernel_size [6], padding [0], dilation "
        "[1]; at least one "
        "window must fit.");
  CHECK(message_of<ArgumentError>([&] { max_pool2d(x, 2, 2, 2); }) ==
        "max_pool2d: padding [2] with kernel_size [2]; it must be from 0 to half the kernel, or a "
        "window could "
        "lie in the padding alone.");
  CHECK(message_of<ArgumentError>([&] {
          max_pool2d(x, {2, 2, 2});
        }) == "max_pool2d: kernel_size [2, 2, 2] has 3 values; it must have 2 or one for all.");
  CHECK(message_of<ArgumentError>([&] { max_pool3d(x.select(0, 0), 2); }) ==
        "max_pool3d: input [2, 5, 5] has 3 dimensions; it must be (N, C, 3 spatial) or (C, 3 "
        "spatial).");
  CHECK(message_of<ArgumentError>([&] { max_pool2d(x, 0); }) ==
        "max_pool2d: kernel_size [0], stride [], dilation [1]; they must be 1 or more.");
}
