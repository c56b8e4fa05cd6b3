#include <reel/data/image_resample.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_move.h>
#include <reel/data/image_pixels.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace reel::data {
namespace {

/// What each of `out` pixels is made of: pixels first[o] ... of `in`, by weights that add up to 1.
struct Filter {
  Filter(int64_t in, int64_t out) : first(at(out + 1)), begin(at(out + 1)) {
    const double step = static_cast<double>(in) / static_cast<double>(out);
    const double wide = std::max(step, 1.0);
    for (int64_t o = 0; o < out; ++o) {
      const double centre = (static_cast<double>(o) + 0.5) * step;
      const auto low = std::max<int64_t>(static_cast<int64_t>(centre - wide + 0.5), 0);
      const auto high = std::min<int64_t>(static_cast<int64_t>(centre + wide + 0.5), in);
      const auto weigh = [&](int64_t i) {
        return std::max(0.0, 1 - std::abs((static_cast<double>(i) - centre + 0.5) / wide));
      };
      double sum = 0;
      for (int64_t i = low; i < high; ++i) sum += weigh(i);
      first[at(o)] = low;
      for (int64_t i = low; i < high; ++i) weight.push_back(static_cast<float>(weigh(i) / sum));
      begin[at(o + 1)] = static_cast<int64_t>(weight.size());
    }
  }
  static size_t at(int64_t i) { return static_cast<size_t>(i); }
  int64_t count(int64_t o) const { return begin[at(o + 1)] - begin[at(o)]; }
  const float* weights(int64_t o) const { return weight.data() + begin[at(o)]; }

  std::vector<int64_t> first, begin;
  std::vector<float> weight;
};

/// A window of a plane whose rows are `stride` apart, brought to the size of the filters: first
/// along the rows, then across, `scratch` in between.
template <class T>
void resample(const T* from, int64_t stride, int64_t height, const Filter& rows,
              const Filter& columns, T* to, ImageSize size, std::vector<float>& scratch) {
  const int64_t W = size.width;
  scratch.resize(static_cast<size_t>((height + 1) * W));
  float* narrow = scratch.data();
  for (int64_t y = 0; y < height; ++y) {
    const T* row = from + y * stride;
    for (int64_t x = 0; x < W; ++x) {
      const T* pixels = row + columns.first[Filter::at(x)];
      const float* w = columns.weights(x);
      const int64_t count = columns.count(x);
      float sum = 0;
      for (int64_t k = 0; k < count; ++k) sum += w[k] * static_cast<float>(pixels[k]);
      narrow[y * W + x] = sum;
    }
  }
  float* sums = narrow + height * W;
  for (int64_t y = 0; y < size.height; ++y) {
    const float* w = rows.weights(y);
    const float* first = narrow + rows.first[Filter::at(y)] * W;
    for (int64_t x = 0; x < W; ++x) sums[x] = w[0] * first[x];
    for (int64_t k = 1; k < rows.count(y); ++k)
      for (int64_t x = 0; x < W; ++x) sums[x] += w[k] * first[k * W + x];
    for (int64_t x = 0; x < W; ++x) to[y * W + x] = to_pixel<T>(sums[x]);
  }
}

/// A window of an image.
struct Window {
  int64_t top, left, height, width;
};

/// Brings the window that `window_of` gives for each image to `size`.
template <class F>
void resample_windows(const char* op, ImageBatch& batch, ImageSize size, F window_of) {
  const Tensor x = batch.images();
  const int64_t C = x.size(1), H = x.size(2), W = x.size(3);
  const Tensor y = empty({x.size(0), C, size.height, size.width}, x.dtype());
  visit_pixels(op, x, [&](auto zero) {
    using T = decltype(zero);
    const T* from = x.data_ptr<T>();
    T* to = y.data_ptr<T>();
    const int64_t to_plane = size.height * size.width;
    parallel_for(x.size(0), 4 * (x.numel() + y.numel()), [&](int64_t begin, int64_t end) {
      std::vector<float> scratch;
      for (int64_t n = begin; n < end; ++n) {
        const Window window = window_of(n);
        const Filter rows(window.height, size.height), columns(window.width, size.width);
        for (int64_t c = n * C; c < (n + 1) * C; ++c)
          resample(from + (c * H + window.top) * W + window.left, W, window.height, rows, columns,
                   to + c * to_plane, size, scratch);
      }
    });
  });
  batch.replace(y);
}

int64_t rounded_root(double v) { return static_cast<int64_t>(std::nearbyint(std::sqrt(v))); }

}  // namespace

Resize::Resize(int64_t shorter_side) : size_(shorter_side), shorter_(true) {
  check_image_size(name(), size_);
}
Resize::Resize(ImageSize size) : size_(size), shorter_(false) { check_image_size(name(), size_); }

void Resize::apply(ImageBatch& batch) const {
  const Tensor& x = batch.images();
  const int64_t H = x.size(2), W = x.size(3);
  ImageSize size = size_;
  if (shorter_) (H < W ? size.width : size.height) = size_.height * std::max(H, W) / std::min(H, W);
  if (size.height == H && size.width == W) return;
  check_image_size(name(), size);
  resample_windows(name(), batch, size, [&](int64_t) { return Window{0, 0, H, W}; });
}

RandomResizedCrop::RandomResizedCrop(ImageSize size) : size_(size) {
  check_image_size(name(), size);
}

void RandomResizedCrop::apply(ImageBatch& batch) const {
  REEL_CHECK(scale_.low > 0 && scale_.low <= scale_.high && scale_.high <= 1, name(), ": scale is ",
             scale_.low, " to ", scale_.high, "; it must be an interval in (0, 1].");
  REEL_CHECK(ratio_.low > 0 && ratio_.low <= ratio_.high && std::isfinite(ratio_.high), name(),
             ": ratio is ", ratio_.low, " to ", ratio_.high,
             "; it must be an interval above 0, lower bound first.");
  constexpr int kTries = 10;
  const int64_t H = batch.images().size(2), W = batch.images().size(3);
  std::vector<SampleRandom> randoms = batch.randoms();
  resample_windows(name(), batch, size_, [&](int64_t n) {
    SampleRandom& random = randoms[static_cast<size_t>(n)];
    const auto area = static_cast<double>(H * W);
    for (int i = 0; i < kTries; ++i) {
      const double wanted = area * random.uniform(scale_.low, scale_.high);
      const double ratio = std::exp(random.uniform(std::log(ratio_.low), std::log(ratio_.high)));
      const int64_t w = rounded_root(wanted * ratio), h = rounded_root(wanted / ratio);
      if (w < 1 || h < 1 || w > W || h > H) continue;
      const int64_t top = random.below(H - h + 1), left = random.below(W - w + 1);
      return Window{top, left, h, w};
    }
    int64_t h = H, w = W;
    const double shape = static_cast<double>(W) / static_cast<double>(H);
    if (shape < ratio_.low)
      h = std::clamp<int64_t>(std::llround(static_cast<double>(W) / ratio_.low), 1, H);
    else if (shape > ratio_.high)
      w = std::clamp<int64_t>(std::llround(static_cast<double>(H) * ratio_.high), 1, W);
    return Window{(H - h) / 2, (W - w) / 2, h, w};
  });
}

}  // namespace reel::data
