#include <reel/data/image_policy.h>

#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_adjust.h>
#include <reel/data/image_affine.h>
#include <reel/data/image_pixels.h>

#include <cmath>
#include <cstring>
#include <numbers>

namespace reel::data {
namespace {

/// What the largest magnitude means.
struct Ranges {
  double shear, translate_x, translate_y, rotate, factor, bits;
};

/// Step `bin` of `bins` of a way to change an image, without its sign.
double magnitude_of(ImageOp op, int64_t bin, int64_t bins, const Ranges& r) {
  const double share = bins > 1 ? static_cast<double>(bin) / static_cast<double>(bins - 1) : 0;
  switch (op) {
    case ImageOp::kShearX:
    case ImageOp::kShearY:
      return share * r.shear;
    case ImageOp::kTranslateX:
      return share * r.translate_x;
    case ImageOp::kTranslateY:
      return share * r.translate_y;
    case ImageOp::kRotate:
      return share * r.rotate;
    case ImageOp::kPosterize:
      return 8 - std::nearbyint(share * r.bits);
    case ImageOp::kSolarize:
      return 255 * (1 - share);
    default:
      return share * r.factor;
  }
}

bool has_sign(ImageOp op) { return op >= ImageOp::kShearX && op <= ImageOp::kSharpness; }

/// Calls change(random, image, scratch) on each image.
template <class F>
void change_each(const char* op, ImageBatch& batch, int64_t bins, double fill, F change) {
  REEL_CHECK(batch.images().dtype() == kUInt8, op, ": images of ", batch.images().dtype(),
             "; they must be uint8. [before Normalize]");
  REEL_CHECK(batch.images().size(1) == 1 || batch.images().size(1) == 3, op, ": images ",
             batch.images(), "; they must have 1 channel or 3.");
  REEL_CHECK(bins > 0, op, ": num_magnitude_bins is ", bins, "; it must be positive.");
  check_fill<uint8_t>(op, fill);
  std::vector<SampleRandom> randoms = batch.randoms();
  const Tensor x = batch.writable();
  const int64_t size = x.size(1) * x.size(2) * x.size(3);
  auto* images = x.data_ptr<uint8_t>();
  parallel_for(x.size(0), 8 * x.numel(), [&](int64_t begin, int64_t end) {
    std::vector<uint8_t> scratch(static_cast<size_t>(size));
    for (int64_t n = begin; n < end; ++n)
      change(randoms[static_cast<size_t>(n)], images + n * size, scratch.data());
  });
}

}  // namespace

void apply_image_op(ImageOp op, double magnitude, double fill, uint8_t* image, int64_t C, int64_t H,
                    int64_t W, uint8_t* scratch) {
  const int64_t pixels = H * W;
  const auto warp = [&](const AffineMap& map) {
    std::memcpy(scratch, image, static_cast<size_t>(C * pixels));
    warp_image(scratch, image, C, H, W, map, fill);
  };
  const double shear = std::atan(magnitude) * 180 / std::numbers::pi;
  // A shear leaves the left upper corner where it is.
  AffineMap map;
  switch (op) {
    case ImageOp::kIdentity:
      return;
    case ImageOp::kShearX:
      map = affine_map(0, 0, 0, 1, shear, 0);
      map.c = map.b * static_cast<double>(H) / 2;
      return warp(map);
    case ImageOp::kShearY:
      map = affine_map(0, 0, 0, 1, 0, shear);
      map.f = map.d * static_cast<double>(W) / 2;
      return warp(map);
    case ImageOp::kTranslateX:
      return warp(affine_map(0, std::trunc(magnitude), 0, 1, 0, 0));
    case ImageOp::kTranslateY:
      return warp(affine_map(0, 0, std::trunc(magnitude), 1, 0, 0));
    case ImageOp::kRotate:
      return warp(affine_map(-magnitude, 0, 0, 1, 0, 0));
    case ImageOp::kBrightness:
      return adjust_brightness(image, C, pixels, 1 + magnitude);
    case ImageOp::kColor:
      return adjust_saturation(image, C, pixels, 1 + magnitude);
    case ImageOp::kContrast:
      return adjust_contrast(image, C, pixels, 1 + magnitude);
    case ImageOp::kSharpness:
      return adjust_sharpness(image, C, H, W, 1 + magnitude, scratch);
    case ImageOp::kPosterize:
      return posterize(image, C * pixels, static_cast<int>(magnitude));
    case ImageOp::kSolarize:
      return solarize(image, C * pixels, magnitude);
    case ImageOp::kAutoContrast:
      return autocontrast(image, C, pixels);
    case ImageOp::kEqualize:
      return equalize(image, C, pixels);
  }
}

RandAugment::RandAugment(int64_t num_ops, int64_t magnitude)
    : num_ops_(num_ops), magnitude_(magnitude) {
  REEL_CHECK(num_ops >= 0, name(), ": num_ops is ", num_ops, "; it must not be negative.");
}

void RandAugment::apply(ImageBatch& batch) const {
  REEL_CHECK(magnitude_ >= 0 && magnitude_ < num_magnitude_bins_, name(), ": magnitude is ",
             magnitude_, "; it must be from 0 to below num_magnitude_bins, ", num_magnitude_bins_,
             ".");
  const int64_t C = batch.images().size(1), H = batch.images().size(2), W = batch.images().size(3);
  constexpr double kTranslate = 150.0 / 331;
  const Ranges ranges{
      0.3, kTranslate * static_cast<double>(W), kTranslate * static_cast<double>(H), 30, 0.9, 4};
  change_each(name(), batch, num_magnitude_bins_, fill_,
              [&](SampleRandom& random, uint8_t* image, uint8_t* scratch) {
                for (int64_t i = 0; i < num_ops_; ++i) {
                  const auto op = static_cast<ImageOp>(random.below(kImageOps));
                  double magnitude = magnitude_of(op, magnitude_, num_magnitude_bins_, ranges);
                  if (has_sign(op) && random.chance(0.5)) magnitude = -magnitude;
                  apply_image_op(op, magnitude, fill_, image, C, H, W, scratch);
                }
              });
}

void TrivialAugmentWide::apply(ImageBatch& batch) const {
  const int64_t C = batch.images().size(1), H = batch.images().size(2), W = batch.images().size(3);
  const Ranges ranges{0.99, 32, 32, 135, 0.99, 6};
  change_each(name(), batch, num_magnitude_bins_, fill_,
              [&](SampleRandom& random, uint8_t* image, uint8_t* scratch) {
                const auto op = static_cast<ImageOp>(random.below(kImageOps));
                double magnitude = magnitude_of(op, random.below(num_magnitude_bins_),
                                                num_magnitude_bins_, ranges);
                if (has_sign(op) && random.chance(0.5)) magnitude = -magnitude;
                apply_image_op(op, magnitude, fill_, image, C, H, W, scratch);
              });
}

}  // namespace reel::data
