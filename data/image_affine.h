#pragma once
// Transforms that turn, shear, scale and shift images.

#include <reel/core/options.h>
#include <reel/data/image_transform.h>

namespace reel::data {

/// Where the pixel at (x, y) of a result comes from, both counted from the middle of the image:
/// (a x + b y + c, d x + e y + f).
struct AffineMap {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};

/// The map under which an image is sheared, scaled, turned clockwise by `degrees` about its middle
/// and then moved right and down by pixels, as torchvision orders it.
AffineMap affine_map(double degrees, double right, double down, double scale,
                     double shear_x_degrees, double shear_y_degrees);

/// The image (C, H, W) under a map, interpolated linearly between the four pixels around each
/// place; those outside are `fill`. `to` does not overlap `from`. Instantiated for uint8 and float.
template <class T>
void warp_image(const T* from, T* to, int64_t C, int64_t H, int64_t W, const AffineMap& map,
                double fill);

/// Turns counterclockwise by an angle in [-degrees, degrees], or in an interval. Bilinear, the size
/// stays. Shapes: (N, C, H, W) uint8 or float32.
class RandomRotation : public ImageTransform {
 public:
  /// Throws: ArgumentError for a negative or infinite angle, or an interval upside down.
  RandomRotation(double degrees);
  RandomRotation(Interval degrees);
  REEL_ARG(double, fill) = 0;

 public:
  const char* name() const override { return "RandomRotation"; }
  void apply(ImageBatch& batch) const override;

 private:
  Interval degrees_;
};

/// Turns clockwise, moves, scales and shears: `RandomAffine(15).translate({0.1, 0.1})`. Bilinear,
/// the size stays. Shapes: as RandomRotation.
class RandomAffine : public ImageTransform {
 public:
  RandomAffine(double degrees);
  RandomAffine(Interval degrees);
  /// The largest shift to either side as a share of width (`low`) and height (`high`).
  /// Throws: ArgumentError when used, unless both are in [0, 1].
  REEL_ARG(Interval, translate) = {0, 0};
  /// Throws: ArgumentError when used, unless 0 < low <= high.
  REEL_ARG(Interval, scale) = {1, 1};
  /// In degrees, along x and along y. Throws: ArgumentError when used, unless -90 < low <= high <
  /// 90.
  REEL_ARG(Interval, shear_x) = {0, 0};
  REEL_ARG(Interval, shear_y) = {0, 0};
  REEL_ARG(double, fill) = 0;

 public:
  const char* name() const override { return "RandomAffine"; }
  void apply(ImageBatch& batch) const override;

 private:
  Interval degrees_;
};

}  // namespace reel::data
