#include <reel/autograd/ops/shapes.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_move.h>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/message_of.h"

#include <map>

namespace reel {
namespace {

using namespace data;

/// Pixel (y, x) of a plane, or beyond its edges; -1 for none.
double at(const Tensor& plane, int64_t y, int64_t x, ImagePadding mode) {
  const auto inside = [mode](int64_t i, int64_t n) -> int64_t {
    if (i >= 0 && i < n) return i;
    if (mode == ImagePadding::kConstant) return -1;
    if (mode == ImagePadding::kEdge) return i < 0 ? 0 : n - 1;
    // The numbers 0 1 2 1 0 1 2 ... or 0 1 2 2 1 0 0 1 ...
    const int64_t once = mode == ImagePadding::kReflect ? 1 : 0;
    const int64_t period = 2 * (n - once), k = ((i % period) + period) % period;
    return k < n ? k : period - k - (1 - once);
  };
  const int64_t r = inside(y, plane.size(0)), c = inside(x, plane.size(1));
  return r < 0 || c < 0 ? -1 : plane[r][c].item<double>();
}

bool same_window(const Tensor& window, const Tensor& image, int64_t top, int64_t left,
                 ImagePadding mode, double fill) {
  for (int64_t c = 0; c < image.size(0); ++c)
    for (int64_t y = 0; y < window.size(1); ++y)
      for (int64_t x = 0; x < window.size(2); ++x) {
        const double from = at(image[c], y + top, x + left, mode);
        if (window[c][y][x].item<double>() != (from < 0 ? fill : from)) return false;
      }
  return true;
}

constexpr ImagePadding kModes[] = {ImagePadding::kConstant, ImagePadding::kEdge,
                                   ImagePadding::kReflect, ImagePadding::kSymmetric};

}  // namespace

TEST_CASE("pad: every mode, dtype and side against a plain loop", "[images]") {
  for (const Dtype dtype : {kUInt8, kFloat32, kFloat64})
    for (const ImagePadding mode : kModes) {
      const Tensor x = noise({2, 3, 5, 7}, dtype);
      const Tensor y = Pad(1, 2, 4, 3).fill(3).padding_mode(mode)(x);
      REQUIRE(y.sizes() == Shape{2, 3, 10, 12});
      CHECK(y.dtype() == dtype);
      for (int64_t n : {0, 1}) CHECK(same_window(y[n], x[n], -2, -1, mode, 3));
    }
  CHECK(Pad(2)(noise({3, 1, 1})).sizes() == Shape{3, 5, 5});
  CHECK(Pad(1, 0)(noise({3, 1, 1})).sizes() == Shape{3, 1, 3});
}

TEST_CASE("centre crop: the pixels that torchvision takes", "[images]") {
  // First row of the window, of images and windows of these heights; halves go to the even number.
  const struct {
    int64_t height, wanted, first;
  } cases[] = {{5, 5, 0}, {5, 3, 1}, {5, 4, 0}, {7, 4, 2}, {9, 4, 2}, {2, 5, -1}, {1, 4, -1}};
  for (const auto& c : cases) {
    const Tensor x = noise({1, c.height, 3});
    CHECK(same_window(CenterCrop({c.wanted, 3})(x), x, c.first, 0, ImagePadding::kConstant, 0));
  }
}

TEST_CASE("random crop: a window of the padded image, each equally often", "[images]") {
  for (const ImagePadding mode : kModes) {
    const Tensor image = noise({2, 5, 6}, kFloat32);
    const Tensor x = image.unsqueeze(0).expand({600, 2, 5, 6}).contiguous();
    manual_seed(3);
    const Tensor y = RandomCrop({4, 5}).padding(1).fill(9).padding_mode(mode)(x);
    std::map<std::pair<int64_t, int64_t>, int> found;
    for (int64_t n = 0; n < 600; ++n)
      for (int64_t top = -1; top <= 2; ++top)
        for (int64_t left = -1; left <= 2; ++left)
          if (same_window(y[n], image, top, left, mode, 9)) ++found[{top, left}];
    CHECK(found.size() == 16);
    int total = 0;
    for (const auto& [place, count] : found) {
      CHECK(count > 10);  // 37.5 are expected, with a deviation of 6
      CHECK(count < 70);
      total += count;
    }
    CHECK(total == 600);
  }
}

TEST_CASE("random crop: images that are too small are padded if asked", "[images]") {
  const Tensor x = noise({1, 3, 2, 9});
  CHECK(message_of<ArgumentError>([&] { RandomCrop(4)(x); }).find("pad_if_needed") !=
        std::string::npos);
  CHECK(RandomCrop(4).pad_if_needed(true)(x).sizes() == Shape{1, 3, 4, 4});
  CHECK(RandomCrop(1)(noise({1, 1, 1})).sizes() == Shape{1, 1, 1});
}

TEST_CASE("flips: all, none, or some", "[images]") {
  const Tensor x = noise({64, 3, 5, 4});
  CHECK(RandomHorizontalFlip(1)(x).equal(x.flip(3)));
  CHECK(RandomVerticalFlip(1)(x).equal(x.flip(2)));
  CHECK(RandomHorizontalFlip(0)(x).equal(x));
  int flipped = 0;
  manual_seed(0);
  const Tensor y = RandomHorizontalFlip(0.25)(x), mirrored = x.flip(3);
  for (int64_t n = 0; n < 64; ++n) {
    const bool is = y[n].equal(mirrored[n]);
    CHECK((is || y[n].equal(x[n])));
    flipped += is;
  }
  CHECK(flipped > 6);  // 16 are expected, with a deviation of 3.5
  CHECK(flipped < 28);
}

TEST_CASE("moves: one pass gives what one after the other gives", "[images]") {
  const Tensor x = noise({9, 3, 11, 13});
  std::vector<size_t> samples(9);
  for (size_t i = 0; i < 9; ++i) samples[i] = 100 + i;
  const auto crop = RandomCrop(9).padding(3).fill(7).padding_mode(ImagePadding::kConstant);
  const auto mirror = RandomCrop({8, 10}).padding(2).padding_mode(ImagePadding::kReflect);
  const RandomHorizontalFlip flip;
  const RandomVerticalFlip turn;
  const CenterCrop middle(12);
  const Normalize normalize({0.1, 0.2, 0.3}, {0.3, 0.4, 0.5});
  const auto in_scope = [&](auto f) {
    const LoadingScope scope(5, 6, samples);
    return f();
  };
  const Tensor fused = in_scope([&] {
    return Compose({crop, flip, mirror, turn, middle, flip, normalize, flip})(x);
  });
  const Tensor steps =
      in_scope([&] { return flip(normalize(flip(middle(turn(mirror(flip(crop(x)))))))); });
  CHECK(fused.equal(steps));
  CHECK(fused.dtype() == kFloat32);
  const Tensor bytes = in_scope([&] { return Compose({flip, crop})(x); });
  CHECK(bytes.equal(in_scope([&] { return crop(flip(x)); })));
  CHECK(in_scope([&] {
          return Compose({flip, ConvertImageDtype()})(x);
        }).equal(in_scope([&] { return ConvertImageDtype()(flip(x)); })));
}

}  // namespace reel
