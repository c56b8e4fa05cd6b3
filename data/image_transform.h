#pragma once
// What is done to images on their way into a network: the form that all transforms share, and how
// they are chained.

#include <reel/data/example.h>
#include <reel/data/sample_random.h>
#include <reel/data/transforms.h>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <vector>

namespace reel::data {

/// Height and width in pixels; a number alone is a square.
struct ImageSize {
  ImageSize(int64_t side) : height(side), width(side) {}
  ImageSize(int64_t h, int64_t w) : height(h), width(w) {}
  int64_t height, width;
};

/// From the lower bound to the upper one: `.scale({0.5, 1})`.
struct Interval {
  double low, high;
};

/// The images that a transform changes.
class ImageBatch {
 public:
  ImageBatch(const Tensor& images, bool single) : images_(images), single_(single) {}
  /// (N, C, H, W), row-major, at least 1 x 1 pixels; of any dtype.
  const Tensor& images() const { return images_; }
  /// The same to write to: a copy while they are the caller's.
  const Tensor& writable();
  /// Other images in their place, which no one else uses.
  void replace(Tensor images);
  /// Whether the images are one, given without a batch's dimension.
  bool single() const { return single_; }
  /// The random numbers of each image, anew in each call.
  std::vector<SampleRandom> randoms() const;

 private:
  Tensor images_;
  bool single_, owned_ = false;
};

/// Changes images: `images = augment(images)`, or `set.map(augment)`. Random numbers are those of
/// data/sample_random.h: what happens to a sample does not depend on the others of its batch.
/// Derive and write name() and apply() for one of your own. Shapes: (N, C, H, W), or one (C, H, W).
/// Throws: ArgumentError for another shape or dtype, naming the transform.
class ImageTransform {
 public:
  using OutputBatchType = Example<>;

  virtual ~ImageTransform() = default;
  Tensor operator()(const Tensor& images) const;
  /// As a data set's map() calls it: the inputs are changed, the targets stay. Batches that were
  /// stacked, or lists of examples, whose images may differ in size.
  Example<> apply_batch(Example<> batch) const;
  TensorExample apply_batch(TensorExample batch) const;
  std::vector<Example<>> apply_batch(std::vector<Example<>> batch) const;
  std::vector<TensorExample> apply_batch(std::vector<TensorExample> batch) const;

  /// The name in errors.
  virtual const char* name() const = 0;
  virtual void apply(ImageBatch& batch) const = 0;
};

/// One step of a chain: a transform of this folder, or any function from (N, C, H, W) to another
/// such tensor.
class ImageStep {
 public:
  template <std::derived_from<ImageTransform> T>
  ImageStep(T transform) : transform_(std::make_shared<const T>(std::move(transform))) {}
  ImageStep(Normalize normalize);
  template <class F>
  requires(!std::derived_from<F, ImageTransform> && !std::same_as<F, Normalize> &&
           std::is_invocable_r_v<Tensor, const F&, const Tensor&>) ImageStep(F function)
      : ImageStep(std::function<Tensor(const Tensor&)>(std::move(function)), 0) {}

  const ImageTransform& transform() const { return *transform_; }

 private:
  ImageStep(std::function<Tensor(const Tensor&)> function, int);
  std::shared_ptr<const ImageTransform> transform_;
};

/// One transform after another: `Compose({RandomCrop(32).padding(4), RandomHorizontalFlip(),
/// Normalize(mean, stddev)})`. Crops, pads and flips in a row, and what turns bytes into floats
/// right behind them, are done in one pass, with the result of one after the other.
class Compose : public ImageTransform {
 public:
  Compose(std::initializer_list<ImageStep> steps) : steps_(steps) {}
  explicit Compose(std::vector<ImageStep> steps) : steps_(std::move(steps)) {}
  Compose& add(ImageStep step) {
    steps_.push_back(std::move(step));
    return *this;
  }
  const char* name() const override { return "Compose"; }
  void apply(ImageBatch& batch) const override;

 private:
  std::vector<ImageStep> steps_;
};

/// From uint8 to fractions of 255 as `dtype` float32 or float64, and back: from 0 ... 1 to 0 ...
/// 255, cut off beyond. What has the dtype stays.
class ConvertImageDtype : public ImageTransform {
 public:
  /// Throws: ArgumentError unless it is uint8, float32 or float64.
  explicit ConvertImageDtype(Dtype dtype = kFloat32);
  const char* name() const override { return "ConvertImageDtype"; }
  void apply(ImageBatch& batch) const override;
  Dtype dtype() const { return dtype_; }

 private:
  Dtype dtype_;
};

}  // namespace reel::data
