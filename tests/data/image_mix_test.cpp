#include <reel/autograd/ops.h>
#include <reel/autograd/ops/losses.h>
#include <reel/core/error.h>
#include <reel/data/image_erase.h>
#include <reel/data/image_mix.h>
#include <reel/data/image_policy.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

#include <limits>
#include <set>

namespace reel {
namespace {

using namespace data;

double worst(const Tensor& a, const Tensor& b) { return a.sub(b).abs().max().item<double>(); }

/// The rectangle of zeros in (H, W), or nothing but ones, as top, left, height, width.
std::vector<int64_t> hole(const Tensor& plane) {
  const int64_t H = plane.size(0), W = plane.size(1);
  int64_t top = H, left = W, bottom = 0, right = 0, zeros = 0;
  const auto a = plane.accessor<float, 2>();
  for (int64_t y = 0; y < H; ++y)
    for (int64_t x = 0; x < W; ++x)
      if (a[y][x] == 0) {
        top = std::min(top, y);
        left = std::min(left, x);
        bottom = std::max(bottom, y + 1);
        right = std::max(right, x + 1);
        ++zeros;
      }
  if (zeros == 0) return {};
  CHECK(zeros == (bottom - top) * (right - left));
  return {top, left, bottom - top, right - left};
}

}  // namespace

TEST_CASE("random erasing: rectangles of the areas and shapes that were asked for", "[images]") {
  const Tensor x = ones({600, 2, 40, 50});
  manual_seed(1);
  const Tensor y = RandomErasing(0.75).scale({0.1, 0.3}).ratio({0.5, 2})(x);
  CHECK(x.eq(1).all().item<bool>());
  int erased = 0;
  double least = 1, most = 0, flat = 9, tall = 0;
  for (int64_t n = 0; n < 600; ++n) {
    const auto r = hole(y[n][0]);
    CHECK(hole(y[n][1]) == r);
    if (r.empty()) continue;
    ++erased;
    const double area = static_cast<double>(r[2] * r[3]) / 2000;
    const double ratio = static_cast<double>(r[2]) / static_cast<double>(r[3]);
    least = std::min(least, area);
    most = std::max(most, area);
    flat = std::min(flat, ratio);
    tall = std::max(tall, ratio);
  }
  CHECK(erased > 400);  // 450 are expected, with a deviation of 11
  CHECK(erased < 500);
  CHECK(least > 0.09);
  CHECK(least < 0.12);
  CHECK(most < 0.31);
  CHECK(most > 0.28);
  CHECK(flat < 0.55);
  CHECK(flat > 0.45);
  CHECK(tall > 1.8);
  CHECK(tall < 2.2);
}

TEST_CASE("random erasing: to a value, to noise, in bytes and floats", "[images]") {
  const Tensor bytes = full({8, 3, 16, 16}, 9, kUInt8), floats = full({8, 3, 16, 16}, 9.0);
  const auto erase = [] { return RandomErasing(1).scale({0.2, 0.3}); };
  CHECK(erase().value(200)(bytes).eq(200).sum().item<int64_t>() > 8 * 3 * 256 / 6);
  CHECK(erase().value(-1)(floats).eq(-1).sum().item<int64_t>() > 8 * 3 * 256 / 6);
  CHECK(erase().noise(true)(bytes).max().item<int64_t>() > 250);
  const Tensor noisy = erase().noise(true)(floats);
  const Tensor drawn = noisy.masked_select(noisy.ne(9));
  CHECK(std::abs(drawn.mean().item<double>()) < 0.15);
  CHECK(drawn.std().item<double>() == Catch::Approx(1).margin(0.1));
  CHECK(RandomErasing(1)(noise({2, 1, 1, 1})).sizes() == Shape{2, 1, 1, 1});
}

TEST_CASE("cutout: squares about every pixel, cut at the edges", "[images]") {
  const Tensor x = ones({900, 1, 8, 9});
  manual_seed(4);
  const Tensor y = Cutout(4)(x);
  std::set<std::vector<int64_t>> seen;
  for (int64_t n = 0; n < 900; ++n) {
    const auto r = hole(y[n][0]);
    REQUIRE(r.size() == 4);
    CHECK(r[2] <= 4);
    CHECK(r[3] <= 4);
    seen.insert(r);
  }
  CHECK(seen.size() == 72);
}

TEST_CASE("mixup: images and targets in the same proportion", "[images]") {
  const Tensor x = noise({6, 3, 4, 5}, kFloat32);
  const Tensor targets = tensor({0, 1, 2, 3, 4, 2});
  for (const double alpha : {0.2, 1.0, 3.0}) {
    manual_seed(1);
    const auto [y, t] = MixUp(5, alpha)({x, targets});
    REQUIRE(t.sizes() == Shape{6, 5});
    for (int64_t n = 0; n < 6; ++n) {
      const int64_t other = n == 0 ? 5 : n - 1;
      const double share = t[n][targets[n].item<int64_t>()].item<double>();
      CHECK(t[n].sum().item<double>() == Catch::Approx(1));
      CHECK(t[n][targets[other].item<int64_t>()].item<double>() ==
            Catch::Approx(1 - share).margin(1e-6));
      CHECK(worst(y[n], x[n].mul(share).add(x[other].mul(1 - share))) < 1e-6);
    }
    CHECK(cross_entropy(randn({6, 5}), t).isfinite().item<bool>());
    // What is mixed may be mixed again.
    CHECK(worst(CutMix(5)({y, t}).target.sum({1}), ones({6})) < 1e-5);
  }
}

TEST_CASE("mixup: shares have the moments of Beta(alpha, alpha)", "[images]") {
  constexpr int64_t N = 20000;
  const Tensor x = zeros({N, 1});
  const Tensor targets = arange(N, kInt64).remainder(2);
  for (const double alpha : {0.3, 1.0, 2.5}) {
    manual_seed(7);
    const Tensor share = MixUp(2, alpha)({x, targets}).target.gather(1, targets.unsqueeze(1));
    CHECK(share.mean().item<double>() == Catch::Approx(0.5).margin(0.01));
    CHECK(share.var().item<double>() == Catch::Approx(0.25 / (2 * alpha + 1)).margin(0.004));
  }
}

TEST_CASE("mixup, cutmix: classes and alpha out of their ranges are refused", "[images]") {
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  CHECK(error([] { MixUp(0, 1e9); }) == "MixUp: 0 classes; there must be at least 1.");
  for (const double alpha : {0.0, -1.0, 1e6, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(error([&] { MixUp(4, alpha); }) ==
          as_text("MixUp: alpha is ", alpha, "; it must be positive and below 1e+06."));
    CHECK_THROWS_AS(CutMix(4, alpha), ArgumentError);
  }
}

TEST_CASE("cutmix: the rectangle's area is the other target's share", "[images]") {
  const Tensor x = arange(7, kUInt8).view({7, 1, 1, 1}).expand({7, 3, 9, 11}).contiguous();
  const Tensor targets = tensor({0, 1, 2, 3, 4, 5, 6});
  manual_seed(3);
  const auto [y, t] = CutMix(7)({x, targets});
  CHECK(y.dtype() == kUInt8);
  double pasted = 0;
  for (int64_t n = 0; n < 7; ++n) {
    const int64_t other = n == 0 ? 6 : n - 1;
    const double share = y[n].eq(other).sum().item<double>() / (3 * 9 * 11);
    CHECK(y[n].eq(other).sum().item<int64_t>() + y[n].eq(n).sum().item<int64_t>() == 3 * 9 * 11);
    CHECK(t[n][other].item<double>() == Catch::Approx(share).margin(1e-6));
    CHECK(t[n].sum().item<double>() == Catch::Approx(1));
    pasted += share;
  }
  CHECK(pasted > 0.5);
  CHECK(pasted < 6);
}

TEST_CASE("policies: random, repeatable, and of bytes only", "[images]") {
  const Tensor x = noise({64, 3, 12, 13});
  const Tensor kept = x.clone();
  for (const bool trivial : {false, true}) {
    const auto augment = [&] {
      manual_seed(9);
      return trivial ? TrivialAugmentWide().fill(100)(x) : RandAugment(2, 30)(x);
    };
    const Tensor y = augment();
    CHECK(x.equal(kept));
    CHECK(augment().equal(y));
    int changed = 0;
    for (int64_t n = 0; n < 64; ++n) changed += !y[n].equal(x[n]);
    CHECK(changed > 40);
  }
  CHECK(RandAugment(0)(x).equal(x));
  CHECK(TrivialAugmentWide()(noise({20, 1, 1, 1})).sizes() == Shape{20, 1, 1, 1});
  CHECK(message_of<ArgumentError>([&] {
          RandAugment()(x.to(kFloat32));
        }).find("before Normalize") != std::string::npos);
}

}  // namespace reel
