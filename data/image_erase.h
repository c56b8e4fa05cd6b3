#pragma once
// Transforms that take a part of an image away.

#include <reel/core/options.h>
#include <reel/data/image_transform.h>

namespace reel::data {

/// With probability p erases a rectangle of a random share of the area and a random shape (Zhong et
/// al. 2017): to `value`, or to noise, normal in floats and uniform in bytes. Shapes: (N, C, H, W)
/// uint8 or float32; after Normalize, as the paper has it, 0 is the mean.
class RandomErasing : public ImageTransform {
 public:
  /// Throws: ArgumentError unless p is in [0, 1].
  explicit RandomErasing(double p = 0.5);
  /// The rectangle's area as a share of the image's; its height by its width.
  /// Throws: ArgumentError when used, unless 0 <= low <= high <= 1, and 0 < low <= high.
  REEL_ARG(Interval, scale) = {0.02, 0.33};
  REEL_ARG(Interval, ratio) = {0.3, 3.3};
  REEL_ARG(double, value) = 0;
  REEL_ARG(bool, noise) = false;

 public:
  const char* name() const override { return "RandomErasing"; }
  void apply(ImageBatch& batch) const override;

 private:
  double p_;
};

/// Erases a square about a random pixel, as much of it as lies in the image (DeVries and Taylor
/// 2017). Shapes: as RandomErasing.
class Cutout : public ImageTransform {
 public:
  /// Throws: ArgumentError unless the side is positive.
  explicit Cutout(int64_t side);
  REEL_ARG(double, value) = 0;

 public:
  const char* name() const override { return "Cutout"; }
  void apply(ImageBatch& batch) const override;

 private:
  int64_t side_;
};

}  // namespace reel::data
