#include <reel/data/image_erase.h>

#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_move.h>
#include <reel/data/image_pixels.h>

#include <algorithm>
#include <cmath>

namespace reel::data {
namespace {

struct Rectangle {
  int64_t top = 0, left = 0, bottom = 0, right = 0;
};

/// Erases the rectangle that `rectangle_of` makes of each image's random numbers, by `value` or
/// `noise`.
template <class F>
void erase_all(const char* op, ImageBatch& batch, double value, bool noise, F rectangle_of) {
  visit_pixels(op, batch.images(), [&](auto zero) {
    using T = decltype(zero);
    check_fill<T>(op, value);
    std::vector<SampleRandom> randoms = batch.randoms();
    const Tensor x = batch.writable();
    const int64_t C = x.size(1), H = x.size(2), W = x.size(3);
    T* images = x.data_ptr<T>();
    parallel_for(x.size(0), x.numel() / 4, [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        SampleRandom& random = randoms[static_cast<size_t>(n)];
        const Rectangle r = rectangle_of(random);
        for (int64_t c = n * C; c < (n + 1) * C; ++c)
          for (int64_t y = r.top; y < r.bottom; ++y) {
            T* row = images + (c * H + y) * W;
            if (!noise) {
              std::fill(row + r.left, row + r.right, static_cast<T>(value));
              continue;
            }
            for (int64_t i = r.left; i < r.right; ++i) {
              if constexpr (std::is_same_v<T, uint8_t>)
                row[i] = static_cast<uint8_t>(random.below(256));
              else
                row[i] = static_cast<float>(random.normal());
            }
          }
      }
    });
  });
}

}  // namespace

RandomErasing::RandomErasing(double p) : p_(p) { check_probability(name(), p); }

void RandomErasing::apply(ImageBatch& batch) const {
  REEL_CHECK(scale_.low >= 0 && scale_.low <= scale_.high && scale_.high <= 1, name(),
             ": scale is ", scale_.low, " to ", scale_.high, "; it must be an interval in [0, 1].");
  REEL_CHECK(ratio_.low > 0 && ratio_.low <= ratio_.high && std::isfinite(ratio_.high), name(),
             ": ratio is ", ratio_.low, " to ", ratio_.high,
             "; it must be an interval above 0, lower bound first.");
  constexpr int kTries = 10;
  const int64_t H = batch.images().size(2), W = batch.images().size(3);
  erase_all(name(), batch, value_, noise_, [&](SampleRandom& random) {
    if (!random.chance(p_)) return Rectangle();
    for (int i = 0; i < kTries; ++i) {
      const double area = static_cast<double>(H * W) * random.uniform(scale_.low, scale_.high);
      const double ratio = std::exp(random.uniform(std::log(ratio_.low), std::log(ratio_.high)));
      const auto h = static_cast<int64_t>(std::nearbyint(std::sqrt(area * ratio)));
      const auto w = static_cast<int64_t>(std::nearbyint(std::sqrt(area / ratio)));
      if (h >= H || w >= W) continue;
      const int64_t top = random.below(H - h + 1), left = random.below(W - w + 1);
      return Rectangle{top, left, top + h, left + w};
    }
    return Rectangle();
  });
}

Cutout::Cutout(int64_t side) : side_(side) {
  REEL_CHECK(side > 0 && side < 1 << 30, name(), ": a side of ", side, "; it must be positive.");
}

void Cutout::apply(ImageBatch& batch) const {
  const int64_t H = batch.images().size(2), W = batch.images().size(3);
  erase_all(name(), batch, value_, false, [&](SampleRandom& random) {
    const int64_t top = random.below(H) - side_ / 2, left = random.below(W) - side_ / 2;
    return Rectangle{std::max<int64_t>(top, 0), std::max<int64_t>(left, 0),
                     std::min(top + side_, H), std::min(left + side_, W)};
  });
}

}  // namespace reel::data
