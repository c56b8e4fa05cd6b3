#include <reel/autograd/ops/resampling.h>
#include <reel/core/error.h>
#include <reel/data/image_resample.h>
#include <reel/nn/functional.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

#include <cmath>

namespace reel {
namespace {

using namespace data;

Tensor interpolated(const Tensor& x, int64_t h, int64_t w) {
  namespace F = nn::functional;
  return F::interpolate(x, F::InterpolateFuncOptions()
                               .size(std::vector<int64_t>{h, w})
                               .mode(kBilinear)
                               .antialias(true)
                               .align_corners(false));
}

double worst(const Tensor& a, const Tensor& b) { return a.sub(b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("resize: as interpolate does it with antialias", "[images]") {
  const std::pair<int64_t, int64_t> sizes[] = {{1, 1}, {1, 9}, {7, 8}, {8, 8}, {31, 17}, {64, 33}};
  for (const auto& [H, W] : sizes)
    for (const auto& [h, w] : sizes) {
      const Tensor x = noise({2, 3, H, W}, kFloat32, static_cast<uint64_t>(H * w));
      // Both add up in float32, in another order.
      CHECK(worst(Resize({h, w})(x), interpolated(x, h, w)) < 2e-6);
      const Tensor bytes = noise({2, 3, H, W}, kUInt8, static_cast<uint64_t>(h * W));
      const Tensor y = Resize({h, w})(bytes);
      CHECK(y.dtype() == kUInt8);
      // Rounded: half a step, and what two sums differ by.
      CHECK(worst(y.to(kFloat32), interpolated(bytes.to(kFloat32), h, w)) < 0.501);
    }
}

TEST_CASE("resize: a number is the shorter side", "[images]") {
  CHECK(Resize(8)(noise({1, 16, 20})).sizes() == Shape{1, 8, 10});
  CHECK(Resize(8)(noise({1, 21, 16})).sizes() == Shape{1, 10, 8});
  CHECK(Resize(5)(noise({1, 3, 7})).sizes() == Shape{1, 5, 11});
  CHECK(Resize(1)(noise({1, 3, 3})).sizes() == Shape{1, 1, 1});
  const Tensor x = noise({2, 1, 6, 6});
  CHECK(Resize(6)(x).equal(x));
}

TEST_CASE("random resized crop: windows of the shapes and areas that were asked for", "[images]") {
  // Each pixel holds its own place, so that means and steps of the result tell the window.
  constexpr int64_t H = 40, W = 50, N = 400;
  const Tensor x = empty({N, 2, H, W});
  auto a = x.accessor<float, 4>();
  for (int64_t n = 0; n < N; ++n)
    for (int64_t h = 0; h < H; ++h)
      for (int64_t w = 0; w < W; ++w) {
        a[n][0][h][w] = static_cast<float>(h);
        a[n][1][h][w] = static_cast<float>(w);
      }
  manual_seed(1);
  const Tensor y = RandomResizedCrop(64).scale({0.2, 0.6}).ratio({0.5, 2})(x);
  const auto r = y.accessor<float, 4>();
  double least = 1, most = 0, flat = 10, tall = 0;
  for (int64_t n = 0; n < N; ++n) {
    // Enlarged, so the interior moves by window / 64 a pixel.
    const double h = (r[n][0][40][0] - r[n][0][20][0]) * 64 / 20;
    const double w = (r[n][1][0][40] - r[n][1][0][20]) * 64 / 20;
    CHECK(std::abs(h - std::round(h)) < 1e-3);
    least = std::min(least, h * w / (H * W));
    most = std::max(most, h * w / (H * W));
    flat = std::min(flat, w / h);
    tall = std::max(tall, w / h);
  }
  CHECK(least > 0.19);  // whole pixels miss the bounds by a little
  CHECK(least < 0.25);
  CHECK(most < 0.62);
  CHECK(most > 0.55);
  CHECK(flat > 0.47);
  CHECK(flat < 0.6);
  CHECK(tall < 2.1);
  CHECK(tall > 1.7);
}

TEST_CASE("random resized crop: all of it, and what never fits", "[images]") {
  const Tensor x = noise({4, 3, 9, 9});
  CHECK(RandomResizedCrop(5).scale({1, 1}).ratio({1, 1})(x).equal(Resize({5, 5})(x)));
  // A strip of 30 x 2 has no square of nine tenths of it: the middle 2 x 2 it is.
  const Tensor strip = noise({1, 1, 2, 30});
  CHECK(RandomResizedCrop(2).scale({0.9, 1}).ratio({1, 1})(strip).equal(
      strip.narrow(3, 14, 2).contiguous()));
  CHECK(RandomResizedCrop(3)(noise({1, 1, 1, 1})).sizes() == Shape{1, 1, 3, 3});
}

}  // namespace reel
