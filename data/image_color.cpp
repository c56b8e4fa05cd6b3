#include <reel/data/image_color.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_adjust.h>
#include <reel/data/image_move.h>
#include <reel/data/image_pixels.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace reel::data {
namespace {

constexpr double kMostHue = 0.5;

Interval around_one(const char* what, double v) {
  REEL_CHECK(v >= 0 && v < 1e6, "ColorJitter: ", what, " is ", v, "; it must not be negative.");
  return {std::max(0.0, 1 - v), 1 + v};
}

Interval check_factor(const char* what, Interval v) {
  REEL_CHECK(v.low >= 0 && v.low <= v.high && v.high < 1e6, "ColorJitter: ", what, " is ", v.low,
             " to ", v.high, "; it must be an interval from 0 on, the lower bound first.");
  return v;
}

Interval check_hue(Interval v) {
  REEL_CHECK(v.low >= -kMostHue && v.low <= v.high && v.high <= kMostHue, "ColorJitter: hue is ",
             v.low, " to ", v.high, "; it must be an interval in [-0.5, 0.5].");
  return v;
}

void check_channels(const char* op, const Tensor& x) {
  REEL_CHECK(x.size(1) == 1 || x.size(1) == 3, op, ": images ", x,
             "; they must have 1 channel or 3.");
}

/// Calls f(image, its number) on each image, to change it in place.
template <class F>
void change_each(const char* op, ImageBatch& batch, int64_t work, F f) {
  check_channels(op, batch.images());
  visit_pixels(op, batch.images(), [&](auto zero) {
    using T = decltype(zero);
    const Tensor x = batch.writable();
    const int64_t size = x.size(1) * x.size(2) * x.size(3);
    T* image = x.data_ptr<T>();
    parallel_for(x.size(0), work * x.numel(), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) f(image + n * size, static_cast<size_t>(n));
    });
  });
}

}  // namespace

ColorJitter::ColorJitter(double brightness, double contrast, double saturation, double hue)
    : brightness_(around_one("brightness", brightness)),
      contrast_(around_one("contrast", contrast)),
      saturation_(around_one("saturation", saturation)),
      hue_(check_hue({-hue, hue})) {}

ColorJitter& ColorJitter::brightness(Interval factor) {
  brightness_ = check_factor("brightness", factor);
  return *this;
}
ColorJitter& ColorJitter::contrast(Interval factor) {
  contrast_ = check_factor("contrast", factor);
  return *this;
}
ColorJitter& ColorJitter::saturation(Interval factor) {
  saturation_ = check_factor("saturation", factor);
  return *this;
}
ColorJitter& ColorJitter::hue(Interval shift) {
  hue_ = check_hue(shift);
  return *this;
}

void ColorJitter::apply(ImageBatch& batch) const {
  const int64_t C = batch.images().size(1);
  const int64_t pixels = batch.images().size(2) * batch.images().size(3);
  std::vector<SampleRandom> randoms = batch.randoms();
  change_each(name(), batch, 8, [&](auto* image, size_t n) {
    SampleRandom& random = randoms[n];
    const auto draw = [&](const Interval& v, double neutral) {
      return v.low == neutral && v.high == neutral ? neutral : random.uniform(v.low, v.high);
    };
    int order[] = {0, 1, 2, 3};
    for (int i = 3; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    const double brightness = draw(brightness_, 1), contrast = draw(contrast_, 1);
    const double saturation = draw(saturation_, 1), hue = draw(hue_, 0);
    for (const int step : order) {
      if (step == 0 && brightness != 1) adjust_brightness(image, C, pixels, brightness);
      if (step == 1 && contrast != 1) adjust_contrast(image, C, pixels, contrast);
      if (step == 2 && saturation != 1) adjust_saturation(image, C, pixels, saturation);
      if (step == 3 && hue != 0) adjust_hue(image, C, pixels, hue);
    }
  });
}

Grayscale::Grayscale(int64_t num_output_channels) : channels_(num_output_channels) {
  REEL_CHECK(channels_ == 1 || channels_ == 3, name(), ": ", channels_,
             " output channels; they must be 1 or 3.");
}

void Grayscale::apply(ImageBatch& batch) const {
  const Tensor x = batch.images();
  check_channels(name(), x);
  visit_pixels(name(), x, [&](auto zero) {
    using T = decltype(zero);
    const int64_t C = x.size(1), pixels = x.size(2) * x.size(3);
    const Tensor y = empty({x.size(0), channels_, x.size(2), x.size(3)}, x.dtype());
    const T* from = x.data_ptr<T>();
    T* to = y.data_ptr<T>();
    parallel_for(x.size(0), 2 * x.numel(), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        T* grey = to + n * channels_ * pixels;
        if (C == 3)
          to_grey(from + n * C * pixels, pixels, grey);
        else
          std::copy_n(from + n * pixels, pixels, grey);
        for (int64_t c = 1; c < channels_; ++c) std::copy_n(grey, pixels, grey + c * pixels);
      }
    });
    batch.replace(y);
  });
}

RandomGrayscale::RandomGrayscale(double p) : p_(p) { check_probability(name(), p); }

void RandomGrayscale::apply(ImageBatch& batch) const {
  const int64_t C = batch.images().size(1);
  const int64_t pixels = batch.images().size(2) * batch.images().size(3);
  std::vector<SampleRandom> randoms = batch.randoms();
  change_each(name(), batch, 1, [&](auto* image, size_t n) {
    if (!randoms[n].chance(p_) || C != 3) return;
    to_grey(image, pixels, image);
    for (int64_t c = 1; c < C; ++c) std::copy_n(image, pixels, image + c * pixels);
  });
}

}  // namespace reel::data
