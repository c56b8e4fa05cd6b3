#include <reel/data/image_adjust.h>

#include <reel/data/image_pixels.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace reel::data {
namespace {

constexpr int kValues = 256;
constexpr float kRed = 0.2989F, kGreen = 0.587F, kBlue = 0.114F;

/// Shares of two values: factor and 1 - factor.
struct Shares {
  explicit Shares(double factor)
      : first(static_cast<float>(factor)), second(static_cast<float>(1 - factor)) {}
  float first, second;
};

/// A value within bounds as a pixel, cut off to a whole one for bytes.
template <class T>
T whole(float v) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return static_cast<uint8_t>(static_cast<int>(v));
  else
    return v;
}

/// Between two values, or beyond one of them, within bounds; whole for bytes, cut off.
template <class T>
T blend(Shares shares, float a, float b) {
  float v = shares.first * a + shares.second * b;
  v = v > 0 ? v : 0;
  return whole<T>(v < kBright<T> ? v : kBright<T>);
}

template <class T>
T grey_of(T r, T g, T b) {
  return whole<T>(kRed * static_cast<float>(r) + kGreen * static_cast<float>(g) +
                  kBlue * static_cast<float>(b));
}

/// Towards one value for all.
template <class T>
void blend_all(T* image, int64_t count, Shares ratio, float value) {
  if constexpr (std::is_same_v<T, uint8_t>) {
    uint8_t table[kValues];
    for (int v = 0; v < kValues; ++v)
      table[v] = blend<uint8_t>(ratio, static_cast<float>(v), value);
    for (int64_t i = 0; i < count; ++i) image[i] = table[image[i]];
  } else {
    for (int64_t i = 0; i < count; ++i) image[i] = blend<T>(ratio, image[i], value);
  }
}

void apply_table(uint8_t* plane, int64_t pixels, const uint8_t* table) {
  for (int64_t i = 0; i < pixels; ++i) plane[i] = table[plane[i]];
}

}  // namespace

template <class T>
void adjust_brightness(T* image, int64_t C, int64_t pixels, double factor) {
  blend_all(image, C * pixels, Shares(factor), 0);
}

template <class T>
void adjust_contrast(T* image, int64_t C, int64_t pixels, double factor) {
  double sum = 0;
  const T *g = image + pixels, *b = g + pixels;
  for (int64_t i = 0; i < pixels; ++i)
    sum += static_cast<double>(C == 3 ? grey_of(image[i], g[i], b[i]) : image[i]);
  blend_all(image, C * pixels, Shares(factor),
            static_cast<float>(sum / static_cast<double>(pixels)));
}

template <class T>
void adjust_saturation(T* image, int64_t C, int64_t pixels, double factor) {
  if (C != 3) return;
  const Shares ratio(factor);
  T* __restrict r = image, * __restrict g = r + pixels, * __restrict b = g + pixels;
  for (int64_t i = 0; i < pixels; ++i) {
    const auto grey = static_cast<float>(grey_of(r[i], g[i], b[i]));
    r[i] = blend<T>(ratio, static_cast<float>(r[i]), grey);
    g[i] = blend<T>(ratio, static_cast<float>(g[i]), grey);
    b[i] = blend<T>(ratio, static_cast<float>(b[i]), grey);
  }
}

template <class T>
void adjust_hue(T* image, int64_t C, int64_t pixels, double shift) {
  if (C != 3) return;
  // Hues are counted in sixths of the circle. Every choice is one between two values, so that the
  // loop becomes vectors.
  const auto turn = static_cast<float>((shift - std::floor(shift)) * 6);
  constexpr bool bytes = std::is_same_v<T, uint8_t>;
  constexpr float in = bytes ? 1.0F / 255 : 1.0F, out = bytes ? 255.999F : 1.0F;
  constexpr float kTiny = 1e-30F;  // instead of 0, below a difference that is 0 too
  T* __restrict red = image, * __restrict green = red + pixels, * __restrict blue = green + pixels;
  for (int64_t i = 0; i < pixels; ++i) {
    const float r = static_cast<float>(red[i]) * in, g = static_cast<float>(green[i]) * in,
                b = static_cast<float>(blue[i]) * in;
    const float more = r > g ? r : g, less = r < g ? r : g;
    const float most = more > b ? more : b, least = less < b ? less : b;
    const float range = most - least, share = 1 / (range + kTiny);
    const float of_green = 2 + (b - r) * share, of_blue = 4 + (r - g) * share;
    const float not_red = most == g ? of_green : of_blue;
    float hue = (most == r ? (g - b) * share : not_red) + turn;
    hue = hue < 0 ? hue + 6 : hue;
    hue = hue >= 6 ? hue - 6 : hue;
    // A channel is at its most for a third of the circle, at its least for another, and moves
    // between them for a sixth each.
    const auto channel = [&](float start) {
      float k = hue + start;
      k = k >= 6 ? k - 6 : k;
      float away = k < 4 - k ? k : 4 - k;
      away = away > 0 ? away : 0;
      away = away < 1 ? away : 1;
      return whole<T>((most - range * away) * out);
    };
    red[i] = channel(5);
    green[i] = channel(3);
    blue[i] = channel(1);
  }
}

template <class T>
void to_grey(const T* image, int64_t pixels, T* grey) {
  for (int64_t i = 0; i < pixels; ++i)
    grey[i] = grey_of(image[i], image[pixels + i], image[2 * pixels + i]);
}

#define REEL_INSTANTIATE(T)                                      \
  template void adjust_brightness(T*, int64_t, int64_t, double); \
  template void adjust_contrast(T*, int64_t, int64_t, double);   \
  template void adjust_saturation(T*, int64_t, int64_t, double); \
  template void adjust_hue(T*, int64_t, int64_t, double);        \
  template void to_grey(const T*, int64_t, T*)
REEL_INSTANTIATE(uint8_t);
REEL_INSTANTIATE(float);
#undef REEL_INSTANTIATE

void posterize(uint8_t* image, int64_t count, int bits) {
  const auto mask = static_cast<uint8_t>(0xff << (8 - bits));
  for (int64_t i = 0; i < count; ++i) image[i] &= mask;
}

void solarize(uint8_t* image, int64_t count, double threshold) {
  uint8_t table[kValues];
  for (int v = 0; v < kValues; ++v) table[v] = static_cast<uint8_t>(v >= threshold ? 255 - v : v);
  apply_table(image, count, table);
}

void autocontrast(uint8_t* image, int64_t C, int64_t pixels) {
  for (int64_t c = 0; c < C; ++c, image += pixels) {
    const auto [low, high] = std::minmax_element(image, image + pixels);
    if (*low == *high) continue;
    const auto least = static_cast<float>(*low);
    const float scale = kBright<uint8_t> / (static_cast<float>(*high) - least);
    uint8_t table[kValues];
    for (int v = 0; v < kValues; ++v)
      table[v] = blend<uint8_t>(Shares(1), (static_cast<float>(v) - least) * scale, 0);
    apply_table(image, pixels, table);
  }
}

void equalize(uint8_t* image, int64_t C, int64_t pixels) {
  for (int64_t c = 0; c < C; ++c, image += pixels) {
    int64_t count[kValues] = {};
    for (int64_t i = 0; i < pixels; ++i) ++count[image[i]];
    int64_t highest = 0;
    for (int v = 0; v < kValues; ++v)
      if (count[v] > 0) highest = count[v];
    const int64_t step = (pixels - highest) / (kValues - 1);
    if (step == 0) continue;
    uint8_t table[kValues];
    int64_t below = step / 2;
    for (int v = 0; v < kValues; ++v) {
      table[v] =
          v == 0 ? uint8_t{0} : static_cast<uint8_t>(std::min<int64_t>(below / step, kValues - 1));
      below += count[v];
    }
    apply_table(image, pixels, table);
  }
}

void adjust_sharpness(uint8_t* image, int64_t C, int64_t H, int64_t W, double factor,
                      uint8_t* scratch) {
  if (H <= 2 || W <= 2) return;
  const Shares ratio(factor);
  for (int64_t c = 0; c < C; ++c, image += H * W) {
    std::memcpy(scratch, image, static_cast<size_t>(H * W));
    for (int64_t y = 1; y < H - 1; ++y)
      for (int64_t x = 1; x < W - 1; ++x) {
        const uint8_t* p = scratch + y * W + x;
        int sum = 4 * p[0];
        for (int64_t row = -W; row <= W; row += W) sum += p[row - 1] + p[row] + p[row + 1];
        const float smooth = std::nearbyint(static_cast<float>(sum) / 13);
        image[y * W + x] = blend<uint8_t>(ratio, static_cast<float>(p[0]), smooth);
      }
  }
}

}  // namespace reel::data
