#pragma once
// Policies: random choices among fourteen ways to change an image.

#include <reel/core/options.h>
#include <reel/data/image_transform.h>

namespace reel::data {

/// One of the ways, which torchvision spells alike. A magnitude is what each takes: the tangent of
/// a shear, pixels, degrees counterclockwise, the excess of a factor over 1, bits, a threshold.
enum class ImageOp : uint8_t {
  kIdentity,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
  kRotate,
  kBrightness,
  kColor,
  kContrast,
  kSharpness,
  kPosterize,
  kSolarize,
  kAutoContrast,
  kEqualize
};
inline constexpr int kImageOps = 14;

/// Does one of them to an image (C, H, W) in place, bilinear where pixels move. `scratch` is
/// another image of its size. C: 1 or 3.
void apply_image_op(ImageOp op, double magnitude, double fill, uint8_t* image, int64_t C, int64_t H,
                    int64_t W, uint8_t* scratch);

/// `num_ops` ways to change each image, one after another, each of `magnitude` of
/// `num_magnitude_bins` steps (Cubuk et al. 2019). Shapes: (N, 1 or 3, H, W) uint8.
class RandAugment : public ImageTransform {
 public:
  /// Throws: ArgumentError unless num_ops >= 0, and when used unless 0 <= magnitude <
  /// num_magnitude_bins.
  explicit RandAugment(int64_t num_ops = 2, int64_t magnitude = 9);
  REEL_ARG(int64_t, num_magnitude_bins) = 31;
  REEL_ARG(double, fill) = 0;

 public:
  const char* name() const override { return "RandAugment"; }
  void apply(ImageBatch& batch) const override;

 private:
  int64_t num_ops_, magnitude_;
};

/// One way to change each image, of a random magnitude out of wider ranges; nothing to tune
/// (Mueller and Hutter 2021). Shapes: as RandAugment.
class TrivialAugmentWide : public ImageTransform {
 public:
  REEL_ARG(int64_t, num_magnitude_bins) = 31;
  REEL_ARG(double, fill) = 0;

 public:
  const char* name() const override { return "TrivialAugmentWide"; }
  void apply(ImageBatch& batch) const override;
};

}  // namespace reel::data
