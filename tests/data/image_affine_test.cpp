#include <reel/autograd/ops/shapes.h>
#include <reel/core/error.h>
#include <reel/data/image_affine.h>
#include <reel/data/image_policy.h>

#include "tests/catch.h"
#include "tests/data/image_golden.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

#include <cmath>

namespace reel {
namespace {

using namespace data;

/// The plain form: where each pixel comes from, and the four around that place.
Tensor reference(const Tensor& x, const AffineMap& m, double fill) {
  const int64_t C = x.size(0), H = x.size(1), W = x.size(2);
  const Tensor y = empty(x.sizes(), kFloat64);
  auto out = y.accessor<double, 3>();
  const Tensor values = x.to(kFloat64);
  const auto in = values.accessor<double, 3>();
  for (int64_t c = 0; c < C; ++c)
    for (int64_t i = 0; i < H; ++i)
      for (int64_t j = 0; j < W; ++j) {
        const double u = static_cast<double>(j) - static_cast<double>(W - 1) / 2;
        const double v = static_cast<double>(i) - static_cast<double>(H - 1) / 2;
        const double px = m.a * u + m.b * v + m.c + static_cast<double>(W - 1) / 2;
        const double py = m.d * u + m.e * v + m.f + static_cast<double>(H - 1) / 2;
        double sum = 0;
        for (const double row : {std::floor(py), std::floor(py) + 1})
          for (const double column : {std::floor(px), std::floor(px) + 1}) {
            const bool inside = row >= 0 && column >= 0 && row < static_cast<double>(H) &&
                                column < static_cast<double>(W);
            const double value =
                inside ? in[c][static_cast<int64_t>(row)][static_cast<int64_t>(column)] : fill;
            sum += (1 - std::abs(row - py)) * (1 - std::abs(column - px)) * value;
          }
        out[c][i][j] = sum;
      }
  return y;
}

template <class T>
Tensor warped(const Tensor& x, const AffineMap& map, double fill) {
  const Tensor y = empty(x.sizes(), x.dtype());
  warp_image(x.data_ptr<T>(), y.data_ptr<T>(), x.size(0), x.size(1), x.size(2), map, fill);
  return y;
}

double worst(const Tensor& a, const Tensor& b) {
  return a.to(kFloat64).sub(b.to(kFloat64)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("warp: against a plain loop, at awkward sizes", "[images]") {
  const std::pair<int64_t, int64_t> sizes[] = {{1, 1}, {1, 8}, {9, 1}, {7, 8}, {33, 31}};
  const AffineMap maps[] = {affine_map(0, 0, 0, 1, 0, 0),          affine_map(33, 0, 0, 1, 0, 0),
                            affine_map(-120, 2, -3, 0.7, 20, -10), affine_map(5, 0, 0, 3, 0, 0),
                            affine_map(0, 1000, 1e9, 1, 0, 0),     affine_map(0, 0, 0, 1e-4, 0, 0)};
  for (const auto& [H, W] : sizes)
    for (const AffineMap& map : maps) {
      const Tensor f = noise({2, H, W}, kFloat32), b = noise({2, H, W});
      // Places are float32: a hundred-thousandth of a pixel off at this size.
      CHECK(worst(warped<float>(f, map, 0.25), reference(f, map, 0.25)) < 2e-5);
      CHECK(worst(warped<uint8_t>(b, map, 40), reference(b, map, 40)) < 0.51);
    }
}

TEST_CASE("warp: as torchvision does it, but for the border", "[images]") {
  constexpr int64_t H = 6, W = 7;
  const Tensor x = empty({3, H, W}, kUInt8);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const int64_t c = i / (H * W), y = i / W % H, w = i % W;
    x.data_ptr<uint8_t>()[i] = static_cast<uint8_t>(37 * c + 11 * y * y + 53 * w + 7 * w * y);
  }
  const auto check = [&](const std::string& name, auto change) {
    INFO(name);
    const std::string& digits = image_golden().at(name);
    const Tensor made = x.clone(), whole = full({3, H, W}, 255, kUInt8);
    change(made);
    change(whole);
    int inside = 0;
    for (int64_t i = 0; i < x.numel(); ++i) {
      // Where pixels and the fill mix, torchvision darkens twice.
      if (whole.data_ptr<uint8_t>()[i] != 255) continue;
      const int expected = std::stoi(digits.substr(static_cast<size_t>(2 * i), 2), nullptr, 16);
      // Rounded from float32 sums in another order.
      CHECK(std::abs(made.data_ptr<uint8_t>()[i] - expected) <= 1);
      ++inside;
    }
    CHECK(inside > 40);
  };
  const auto op = [](ImageOp which, double magnitude) {
    return [=](const Tensor& t) {
      std::vector<uint8_t> scratch(static_cast<size_t>(t.numel()));
      apply_image_op(which, magnitude, 0, t.data_ptr<uint8_t>(), 3, H, W, scratch.data());
    };
  };
  check("rotate 25", op(ImageOp::kRotate, 25));
  check("shear x 0.3", op(ImageOp::kShearX, 0.3));
  check("shear y -0.25", op(ImageOp::kShearY, -0.25));
  check("translate x 2.7", op(ImageOp::kTranslateX, 2.7));
  check("translate y -1.2", op(ImageOp::kTranslateY, -1.2));
  check("affine", [](const Tensor& t) {
    t.copy_(warped<uint8_t>(t, affine_map(20, 1, -1, 0.8, 10, -5), 0));
  });
}

TEST_CASE("rotation: quarter turns move pixels, counterclockwise", "[images]") {
  const Tensor x = noise({2, 3, 9, 9});
  CHECK(RandomRotation({90, 90})(x).equal(x.transpose(2, 3).flip(2)));
  CHECK(RandomRotation({180, 180})(x).equal(x.flip({2, 3})));
  CHECK(RandomRotation(0)(x).equal(x));
  // Corners of a square come from outside after an eighth of a turn.
  CHECK(RandomRotation({45, 45}).fill(77)(x)[1][2][0][0].item<int64_t>() == 77);
}

TEST_CASE("affine: draws in its intervals", "[images]") {
  // A dot in the middle: where it goes tells the shift.
  const Tensor x = zeros({300, 1, 21, 41});
  for (int64_t n = 0; n < 300; ++n) x.data_ptr<float>()[(n * 21 + 10) * 41 + 20] = 1;
  manual_seed(5);
  const Tensor y = RandomAffine(0).translate({0.2, 0.1})(x);
  int64_t furthest_right = 0, furthest_down = 0;
  for (int64_t n = 0; n < 300; ++n) {
    CHECK(y[n].max().item<double>() == Catch::Approx(1));
    const int64_t place = y[n].flatten().argmax().item<int64_t>();
    furthest_down = std::max(furthest_down, std::abs(place / 41 - 10));
    furthest_right = std::max(furthest_right, std::abs(place % 41 - 20));
  }
  CHECK(furthest_right == 8);  // 0.2 of 41
  CHECK(furthest_down == 2);   // 0.1 of 21
  const Tensor image = noise({4, 3, 8, 8});
  CHECK(RandomAffine(0)(image).equal(image));
  CHECK(!RandomAffine(10).scale({0.5, 2}).shear_x({-10, 10}).shear_y({-5, 5})(image).equal(image));
  CHECK(RandomAffine(30)(noise({2, 1, 1, 1})).sizes() == Shape{2, 1, 1, 1});
}

}  // namespace reel
