#pragma once
// Transforms that move pixels without changing them: pads, crops, flips.

#include <reel/core/options.h>
#include <reel/data/image_transform.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace reel::data {

/// What stands where an image has no pixels: a value, its nearest pixel, or its mirror image
/// without (kReflect) or with the pixel at the edge again (kSymmetric).
enum class ImagePadding : uint8_t { kConstant, kEdge, kReflect, kSymmetric };

/// Where the rows and columns of an image come from; -1: nowhere, filled.
struct PixelMap {
  std::vector<int32_t> rows, columns;
};

/// A transform that moves whole rows and columns: derive and write name(), resize() and move().
class ImageMove : public ImageTransform {
 public:
  void apply(ImageBatch& batch) const override;
  /// The size that images of this size get. Throws: ArgumentError when it can not be done to them.
  virtual ImageSize resize(ImageSize size) const = 0;
  /// Changes what an image is made of. `random` is null unless is_random().
  virtual void move(SampleRandom* random, PixelMap& map) const = 0;
  virtual bool is_random() const { return true; }
  /// What takes the place of pixels from nowhere, if there can be any.
  virtual std::optional<double> fill_value() const { return std::nullopt; }
};

/// Adds pixels on all sides, on left and right and above and below, or on each:
/// `Pad(4).padding_mode(ImagePadding::kReflect)`. Throws: ArgumentError for negative numbers, and
/// when kReflect or kSymmetric need more pixels than there are.
class Pad : public ImageMove {
 public:
  Pad(int64_t padding) : Pad(padding, padding, padding, padding) {}
  Pad(int64_t left_right, int64_t top_bottom)
      : Pad(left_right, top_bottom, left_right, top_bottom) {}
  Pad(int64_t left, int64_t top, int64_t right, int64_t bottom);
  REEL_ARG(double, fill) = 0;
  REEL_ARG(ImagePadding, padding_mode) = ImagePadding::kConstant;

 public:
  const char* name() const override { return "Pad"; }
  ImageSize resize(ImageSize size) const override;
  void move(SampleRandom* random, PixelMap& map) const override;
  bool is_random() const override { return false; }
  std::optional<double> fill_value() const override { return fill_; }

 private:
  int64_t left_, top_, right_, bottom_;
};

/// The middle of an image; zeros around one that is smaller.
class CenterCrop : public ImageMove {
 public:
  /// Throws: ArgumentError unless the size is positive.
  CenterCrop(ImageSize size);
  const char* name() const override { return "CenterCrop"; }
  ImageSize resize(ImageSize) const override { return size_; }
  void move(SampleRandom* random, PixelMap& map) const override;
  bool is_random() const override { return false; }
  std::optional<double> fill_value() const override { return 0; }

 private:
  ImageSize size_;
};

/// A window anywhere in an image with `padding` pixels around it: `RandomCrop(32).padding(4)`.
/// pad_if_needed pads images that are still too small. Throws: ArgumentError for an image that is
/// too small, and as Pad does.
class RandomCrop : public ImageMove {
 public:
  RandomCrop(ImageSize size);
  REEL_ARG(int64_t, padding) = 0;
  REEL_ARG(bool, pad_if_needed) = false;
  REEL_ARG(double, fill) = 0;
  REEL_ARG(ImagePadding, padding_mode) = ImagePadding::kConstant;

 public:
  const char* name() const override { return "RandomCrop"; }
  ImageSize resize(ImageSize size) const override;
  void move(SampleRandom* random, PixelMap& map) const override;
  std::optional<double> fill_value() const override { return fill_; }

 private:
  ImageSize size_;
};

/// The mirror image, with probability p: left for right.
class RandomHorizontalFlip : public ImageMove {
 public:
  /// Throws: ArgumentError unless p is in [0, 1].
  explicit RandomHorizontalFlip(double p = 0.5);
  const char* name() const override { return "RandomHorizontalFlip"; }
  ImageSize resize(ImageSize size) const override { return size; }
  void move(SampleRandom* random, PixelMap& map) const override;

 private:
  double p_;
};

/// The same, top for bottom.
class RandomVerticalFlip : public ImageMove {
 public:
  explicit RandomVerticalFlip(double p = 0.5);
  const char* name() const override { return "RandomVerticalFlip"; }
  ImageSize resize(ImageSize size) const override { return size; }
  void move(SampleRandom* random, PixelMap& map) const override;

 private:
  double p_;
};

/// All of `moves` in one pass, where at most one value fills; then, when `table` is not empty, byte
/// v of channel c becomes table[256 c + v]. What several steps of a Compose become.
void move_pixels(ImageBatch& batch, const std::vector<const ImageMove*>& moves,
                 const std::vector<float>& table = {});

/// Throws ArgumentError unless both sides are from 1 to 2^30.
void check_image_size(const char* op, ImageSize size);
/// Throws ArgumentError unless p is in [0, 1].
void check_probability(const char* op, double p);

}  // namespace reel::data
