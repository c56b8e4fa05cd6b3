#include <reel/autograd/ops/shapes.h>
#include <reel/core/error.h>
#include <reel/data/image_adjust.h>
#include <reel/data/image_color.h>
#include <reel/data/image_move.h>
#include <reel/data/image_policy.h>
#include <reel/data/image_resample.h>

#include "tests/catch.h"
#include "tests/data/image_golden.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

#include <algorithm>
#include <functional>

namespace reel {
namespace {

using namespace data;

constexpr int64_t kC = 3, kH = 6, kW = 7;

Tensor pattern() {
  const Tensor x = empty({kC, kH, kW}, kUInt8);
  for (int64_t c = 0; c < kC; ++c)
    for (int64_t y = 0; y < kH; ++y)
      for (int64_t w = 0; w < kW; ++w)
        x.data_ptr<uint8_t>()[(c * kH + y) * kW + w] =
            static_cast<uint8_t>(37 * c + 11 * y * y + 53 * w + 7 * w * y);
  return x;
}

Tensor golden(const std::string& name, IntArrayRef sizes) {
  const std::string& digits = image_golden().at(name);
  const Tensor x = empty(sizes, kUInt8);
  REQUIRE(x.numel() * 2 == std::ssize(digits));
  for (int64_t i = 0; i < x.numel(); ++i)
    x.data_ptr<uint8_t>()[i] =
        static_cast<uint8_t>(std::stoi(digits.substr(static_cast<size_t>(2 * i), 2), nullptr, 16));
  return x;
}

double worst(const Tensor& a, const Tensor& b) {
  return a.to(kFloat32).sub(b.to(kFloat32)).abs().max().item<double>();
}

/// `change` of the pattern's bytes, and of the same as floats from 0 to 1 brought back to bytes.
template <class F>
std::pair<Tensor, Tensor> both(F change) {
  const Tensor bytes = pattern(), floats = ConvertImageDtype()(bytes);
  change(bytes.data_ptr<uint8_t>());
  change(floats.data_ptr<float>());
  return {bytes, floats.mul(255)};
}

Tensor changed(ImageOp op, double magnitude) {
  const Tensor x = pattern();
  std::vector<uint8_t> scratch(static_cast<size_t>(x.numel()));
  apply_image_op(op, magnitude, 0, x.data_ptr<uint8_t>(), kC, kH, kW, scratch.data());
  return x;
}

}  // namespace

TEST_CASE("colours: as torchvision computes them", "[images]") {
  const auto check = [](const std::string& name, const std::pair<Tensor, Tensor>& made) {
    INFO(name);
    const Tensor expected = golden(name, {kC, kH, kW});
    // A value next to a whole number may be cut off to the one below by another order of rounding.
    CHECK(worst(made.first, expected) <= 1);
    CHECK(made.first.ne(expected).sum().item<int64_t>() <= 2);
    // Floats are not cut off: less than a whole, and in the mean about half, above.
    CHECK(worst(made.second, expected) < 2.1);
  };
  const int64_t pixels = kH * kW;
  for (const double f : {0.7, 1.6})
    check(as_text("brightness ", f), both([&](auto* x) { adjust_brightness(x, kC, pixels, f); }));
  for (const double f : {0.6, 1.5})
    check(as_text("contrast ", f), both([&](auto* x) { adjust_contrast(x, kC, pixels, f); }));
  for (const double f : {0.3, 1.8})
    check(as_text("saturation ", f), both([&](auto* x) { adjust_saturation(x, kC, pixels, f); }));
  for (const double f : {0.1, -0.35})
    check(as_text("hue ", f), both([&](auto* x) { adjust_hue(x, kC, pixels, f); }));
  CHECK(worst(Grayscale()(pattern()), golden("grey", {1, kH, kW})) <= 1);
  CHECK(Grayscale(3)(pattern())[2].equal(Grayscale()(pattern())[0]));
}

TEST_CASE("policies: each way to change bytes as torchvision does it", "[images]") {
  CHECK(changed(ImageOp::kIdentity, 1).equal(pattern()));
  CHECK(changed(ImageOp::kPosterize, 3).equal(golden("posterize 3", {kC, kH, kW})));
  CHECK(changed(ImageOp::kSolarize, 100).equal(golden("solarize 100", {kC, kH, kW})));
  // Whole results that were cut off or rounded after sums in another order.
  CHECK(worst(changed(ImageOp::kBrightness, 0.6), golden("brightness 1.6", {kC, kH, kW})) <= 1);
  CHECK(worst(changed(ImageOp::kContrast, -0.4), golden("contrast 0.6", {kC, kH, kW})) <= 1);
  CHECK(worst(changed(ImageOp::kColor, 0.8), golden("saturation 1.8", {kC, kH, kW})) <= 1);
  CHECK(worst(changed(ImageOp::kSharpness, -0.8), golden("sharpness 0.2", {kC, kH, kW})) <= 1);
  CHECK(worst(changed(ImageOp::kSharpness, 0.9), golden("sharpness 1.9", {kC, kH, kW})) <= 1);
  const Tensor dull = pattern().to(kFloat32).div(2).floor().add(20).to(kUInt8);
  autocontrast(dull.data_ptr<uint8_t>(), kC, kH * kW);
  CHECK(worst(dull, golden("autocontrast", {kC, kH, kW})) <= 1);
  // Equalising looks at 255ths of the pixels: more of them are needed.
  const Tensor many = pattern().repeat({1, 4, 4}).contiguous();
  equalize(many.data_ptr<uint8_t>(), kC, many.size(1) * many.size(2));
  CHECK(
      many.narrow(1, 0, kH).narrow(2, 0, kW).contiguous().equal(golden("equalize", {kC, kH, kW})));
}

TEST_CASE("resize: as torchvision and Pillow do it to bytes", "[images]") {
  // They round between the two directions too, which can be one off in the end.
  const std::tuple<const char*, int64_t, int64_t> cases[] = {{"resize 4x5", 4, 5},
                                                             {"resize 9x12", 9, 12},
                                                             {"resize 2x2", 2, 2},
                                                             {"pillow 4x5", 4, 5},
                                                             {"pillow 9x12", 9, 12}};
  for (const auto& [name, h, w] : cases)
    CHECK(worst(Resize({h, w})(pattern()), golden(name, {kC, h, w})) <= 1);
}

TEST_CASE("color jitter: factors in their intervals, steps in every order", "[images]") {
  const Tensor image = ConvertImageDtype()(pattern());
  const Tensor x = image.mul(0.4).unsqueeze(0).expand({500, kC, kH, kW}).contiguous();
  manual_seed(2);
  const Tensor y = ColorJitter(0.5)(x);
  double least = 9, most = 0;
  for (int64_t n = 0; n < 500; ++n) {
    const double factor = y[n].sum().item<double>() / x[n].sum().item<double>();
    CHECK(worst(y[n], x[n].mul(factor)) < 1e-5);
    least = std::min(least, factor);
    most = std::max(most, factor);
  }
  CHECK(least >= 0.5);
  CHECK(least < 0.52);
  CHECK(most <= 1.5);
  CHECK(most > 1.48);
  CHECK(ColorJitter()(x).equal(x));
  // Of brightness 0.5 and contrast 0, the order tells whether the mean is halved once or not.
  const Tensor z = ColorJitter().brightness({0.5, 0.5}).contrast({0, 0})(x);
  const double mean = Grayscale()(x[0]).mean().item<double>();
  for (int64_t n = 0; n < 500; ++n) CHECK(z[n].mean().item<double>() == Catch::Approx(mean / 2));
  const Tensor w = ColorJitter(0, 0, 0, 0.5).saturation({0, 0})(x);
  int grey_first = 0;
  for (int64_t n = 0; n < 500; ++n) grey_first += worst(w[n], Grayscale(3)(x[n])) < 1e-6;
  CHECK(grey_first > 200);  // half of them, with a deviation of 11
  CHECK(grey_first < 300);
}

TEST_CASE("colours: bytes in an image of one pixel, and of one channel", "[images]") {
  const Tensor dot = noise({5, 3, 1, 1});
  CHECK(ColorJitter(0.2, 0.2, 0.2, 0.2)(dot).sizes() == dot.sizes());
  const Tensor grey = noise({5, 1, 3, 2});
  CHECK(ColorJitter(0, 0, 0.5, 0.5)(grey).equal(grey));
  CHECK(Grayscale(3)(grey).equal(grey.expand({5, 3, 3, 2}).contiguous()));
  const Tensor x = noise({40, 3, 4, 4});
  CHECK(RandomGrayscale(0)(x).equal(x));
  CHECK(RandomGrayscale(1)(x).equal(Grayscale(3)(x)));
  const Tensor kept = x.clone();
  manual_seed(1);
  const Tensor some = RandomGrayscale(0.5)(x);
  CHECK(x.equal(kept));
  CHECK(!some.equal(x));
  CHECK(!some.equal(Grayscale(3)(x)));
}

TEST_CASE("hue: a whole turn changes nothing, and grey has none", "[images]") {
  for (const double shift : {0.0, 1.0, -1.0}) {
    const Tensor x = noise({3, 9, 9});
    const Tensor y = x.clone();
    adjust_hue(y.data_ptr<uint8_t>(), 3, 81, shift);
    CHECK(worst(x, y) <= 1);  // cut off once
  }
  const Tensor grey = Grayscale(3)(noise({3, 9, 9}));
  const Tensor turned = grey.clone();
  adjust_hue(turned.data_ptr<uint8_t>(), 3, 81, 0.3);
  CHECK(turned.equal(grey));
  // A third of the circle makes red of blue, green of red, blue of green.
  const Tensor f = noise({3, 9, 9}, kFloat32);
  const Tensor g = f.clone();
  adjust_hue(g.data_ptr<float>(), 3, 81, 1.0 / 3);
  CHECK(worst(g, stack({f[2], f[0], f[1]})) < 1e-6);
}

}  // namespace reel
