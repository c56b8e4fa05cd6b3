#pragma once
// Transforms that bring images to another size.

#include <reel/core/options.h>
#include <reel/data/image_transform.h>

namespace reel::data {

/// Brings images to a size by a triangle filter as wide as the step ("bilinear" with antialias, as
/// torchvision and Pillow do it), in float and rounded once for uint8. Shapes: (N, C, H, W) uint8
/// or float32.
class Resize : public ImageTransform {
 public:
  /// The shorter side becomes this long, and the other one keeps the proportion, cut off to whole
  /// pixels. Throws: ArgumentError unless sizes are positive.
  Resize(int64_t shorter_side);
  Resize(ImageSize size);
  const char* name() const override { return "Resize"; }
  void apply(ImageBatch& batch) const override;

 private:
  ImageSize size_;
  bool shorter_;
};

/// A window of a random share of the area and a random shape, brought to a size (Szegedy et al.
/// 2015): `RandomResizedCrop(32).scale({0.5, 1})`. When ten draws do not fit, the largest window in
/// the middle that `ratio` allows. Shapes: as Resize.
class RandomResizedCrop : public ImageTransform {
 public:
  RandomResizedCrop(ImageSize size);
  /// The window's area as a share of the image's; its width by its height.
  /// Throws: ArgumentError when used, unless 0 < first <= second, and scale ends at 1 or before.
  REEL_ARG(Interval, scale) = {0.08, 1.0};
  REEL_ARG(Interval, ratio) = {3.0 / 4, 4.0 / 3};

 public:
  const char* name() const override { return "RandomResizedCrop"; }
  void apply(ImageBatch& batch) const override;

 private:
  ImageSize size_;
};

}  // namespace reel::data
