#include <reel/data/image_affine.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_pixels.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace reel::data {
namespace {

constexpr double kDegree = std::numbers::pi / 180;
// Positions as float keep a 500th of a pixel up to here.
constexpr int64_t kMaxSide = 1 << 14;

Interval check_angles(const char* op, Interval degrees) {
  REEL_CHECK(
      std::isfinite(degrees.low) && std::isfinite(degrees.high) && degrees.low <= degrees.high, op,
      ": angles from ", degrees.low, " to ", degrees.high,
      "; they must be finite, the lower bound first.");
  return degrees;
}

void check_interval(const char* op, const char* what, Interval v, double low, double high) {
  REEL_CHECK(v.low > low && v.low <= v.high && v.high < high, op, ": ", what, " is ", v.low, " to ",
             v.high, "; it must be an interval between ", low, " and ", high,
             ", the lower bound first.");
}

/// Turns each image by the map that `map_of` makes of its random numbers.
template <class F>
void warp_all(const char* op, ImageBatch& batch, double fill, F map_of) {
  const Tensor x = batch.images();
  const int64_t C = x.size(1), H = x.size(2), W = x.size(3);
  REEL_CHECK(H <= kMaxSide && W <= kMaxSide, op, ": images ", x, "; at most ", kMaxSide,
             " pixels on a side are supported.");
  std::vector<SampleRandom> randoms = batch.randoms();
  const Tensor y = empty(x.sizes(), x.dtype());
  visit_pixels(op, x, [&](auto zero) {
    using T = decltype(zero);
    check_fill<T>(op, fill);
    const T* from = x.data_ptr<T>();
    T* to = y.data_ptr<T>();
    parallel_for(x.size(0), 8 * x.numel(), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n)
        warp_image(from + n * C * H * W, to + n * C * H * W, C, H, W,
                   map_of(randoms[static_cast<size_t>(n)]), fill);
    });
  });
  batch.replace(y);
}

}  // namespace

AffineMap affine_map(double degrees, double right, double down, double scale,
                     double shear_x_degrees, double shear_y_degrees) {
  const double turn = degrees * kDegree;
  const double sx = shear_x_degrees * kDegree, sy = shear_y_degrees * kDegree;
  // The map forth is move * turn * shear * scale; this is its inverse.
  const double a = std::cos(turn - sy) / std::cos(sy);
  const double b = -std::cos(turn - sy) * std::tan(sx) / std::cos(sy) - std::sin(turn);
  const double c = std::sin(turn - sy) / std::cos(sy);
  const double d = -std::sin(turn - sy) * std::tan(sx) / std::cos(sy) + std::cos(turn);
  AffineMap m{d / scale, -b / scale, 0, -c / scale, a / scale, 0};
  m.c = -m.a * right - m.b * down;
  m.f = -m.d * right - m.e * down;
  return m;
}

template <class T>
void warp_image(const T* from, T* to, int64_t C, int64_t H, int64_t W, const AffineMap& map,
                double fill) {
  const auto h = static_cast<float>(H), w = static_cast<float>(W);
  const auto filled = static_cast<float>(fill);
  const double middle_x = static_cast<double>(W - 1) / 2, middle_y = static_cast<double>(H - 1) / 2;
  for (int64_t y = 0; y < H; ++y) {
    const double v = static_cast<double>(y) - middle_y;
    const double start_x = map.b * v + map.c + middle_x, start_y = map.e * v + map.f + middle_y;
    for (int64_t x = 0; x < W; ++x) {
      const double u = static_cast<double>(x) - middle_x;
      // Held so near that a position is a number, however far out the map leads.
      const float px = std::clamp(static_cast<float>(map.a * u + start_x), -2.0F, w + 1);
      const float py = std::clamp(static_cast<float>(map.d * u + start_y), -2.0F, h + 1);
      const auto left = static_cast<int64_t>(px + 2) - 2, top = static_cast<int64_t>(py + 2) - 2;
      const float right = px - static_cast<float>(left), down = py - static_cast<float>(top);
      const float w11 = right * down, w10 = down - w11, w01 = right - w11, w00 = 1 - right - w10;
      T* out = to + y * W + x;
      if (left >= 0 && top >= 0 && left < W - 1 && top < H - 1) {
        const T* p = from + top * W + left;
        for (int64_t c = 0; c < C; ++c, p += H * W, out += H * W)
          *out = to_pixel<T>(w00 * static_cast<float>(p[0]) + w01 * static_cast<float>(p[1]) +
                             w10 * static_cast<float>(p[W]) + w11 * static_cast<float>(p[W + 1]));
        continue;
      }
      for (int64_t c = 0; c < C; ++c, out += H * W) {
        const auto at = [&](int64_t i, int64_t j) {
          const bool inside = i >= 0 && j >= 0 && i < H && j < W;
          return inside ? static_cast<float>(from[(c * H + i) * W + j]) : filled;
        };
        *out = to_pixel<T>(w00 * at(top, left) + w01 * at(top, left + 1) + w10 * at(top + 1, left) +
                           w11 * at(top + 1, left + 1));
      }
    }
  }
}

template void warp_image(const uint8_t*, uint8_t*, int64_t, int64_t, int64_t, const AffineMap&,
                         double);
template void warp_image(const float*, float*, int64_t, int64_t, int64_t, const AffineMap&, double);

RandomRotation::RandomRotation(double degrees) : RandomRotation(Interval{-degrees, degrees}) {}
RandomRotation::RandomRotation(Interval degrees) : degrees_(check_angles(name(), degrees)) {}

void RandomRotation::apply(ImageBatch& batch) const {
  warp_all(name(), batch, fill_, [&](SampleRandom& random) {
    return affine_map(-random.uniform(degrees_.low, degrees_.high), 0, 0, 1, 0, 0);
  });
}

RandomAffine::RandomAffine(double degrees) : RandomAffine(Interval{-degrees, degrees}) {}
RandomAffine::RandomAffine(Interval degrees) : degrees_(check_angles(name(), degrees)) {}

void RandomAffine::apply(ImageBatch& batch) const {
  REEL_CHECK(
      translate_.low >= 0 && translate_.low <= 1 && translate_.high >= 0 && translate_.high <= 1,
      name(), ": translate is ", translate_.low, " and ", translate_.high,
      "; both shares must be in [0, 1].");
  check_interval(name(), "scale", scale_, 0, 1e6);
  check_interval(name(), "shear_x", shear_x_, -90, 90);
  check_interval(name(), "shear_y", shear_y_, -90, 90);
  const auto width = static_cast<double>(batch.images().size(3));
  const auto height = static_cast<double>(batch.images().size(2));
  warp_all(name(), batch, fill_, [&](SampleRandom& random) {
    const auto draw = [&](const Interval& v) { return random.uniform(v.low, v.high); };
    const double degrees = draw(degrees_);
    // Whole pixels, as torchvision moves.
    const double right = std::nearbyint(draw({-translate_.low, translate_.low}) * width);
    const double down = std::nearbyint(draw({-translate_.high, translate_.high}) * height);
    const double scale = draw(scale_), shear_x = draw(shear_x_), shear_y = draw(shear_y_);
    return affine_map(degrees, right, down, scale, shear_x, shear_y);
  });
}

}  // namespace reel::data
