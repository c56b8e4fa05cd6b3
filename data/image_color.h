#pragma once
// Transforms that change colours.

#include <reel/data/image_transform.h>

namespace reel::data {

/// Changes brightness, contrast, saturation and hue in random order and by random factors, as
/// torchvision does: `ColorJitter(0.2, 0.2, 0.2, 0.05)`, `ColorJitter().brightness({0.5, 1})`.
/// Shapes: (N, 1 or 3, H, W) uint8, or float32 from 0 to 1; grey images have neither saturation nor
/// hue.
class ColorJitter : public ImageTransform {
 public:
  /// Factors from max(0, 1 - v) to 1 + v; of the hue a shift from -v to v, where 1 is the whole
  /// circle. Throws: ArgumentError for negative numbers, and a hue above 0.5.
  explicit ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0,
                       double hue = 0);
  /// Throws: ArgumentError unless 0 <= low <= high.
  ColorJitter& brightness(Interval factor);
  ColorJitter& contrast(Interval factor);
  ColorJitter& saturation(Interval factor);
  /// Throws: ArgumentError unless -0.5 <= low <= high <= 0.5.
  ColorJitter& hue(Interval shift);
  const char* name() const override { return "ColorJitter"; }
  void apply(ImageBatch& batch) const override;

 private:
  Interval brightness_, contrast_, saturation_, hue_;
};

/// Brightness 0.2989 r + 0.587 g + 0.114 b in one channel, or in three that are alike.
/// Shapes: (N, 1 or 3, H, W) to (N, num_output_channels, H, W), uint8 or float32.
class Grayscale : public ImageTransform {
 public:
  /// Throws: ArgumentError unless it is 1 or 3.
  explicit Grayscale(int64_t num_output_channels = 1);
  const char* name() const override { return "Grayscale"; }
  void apply(ImageBatch& batch) const override;

 private:
  int64_t channels_;
};

/// The same with probability p; the number of channels stays.
class RandomGrayscale : public ImageTransform {
 public:
  /// Throws: ArgumentError unless p is in [0, 1].
  explicit RandomGrayscale(double p = 0.1);
  const char* name() const override { return "RandomGrayscale"; }
  void apply(ImageBatch& batch) const override;

 private:
  double p_;
};

}  // namespace reel::data
