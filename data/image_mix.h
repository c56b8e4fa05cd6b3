#pragma once
// Training on mixtures of two samples.

#include <reel/data/example.h>
#include <reel/data/image_transform.h>

namespace reel::data {

/// lambda x_i + (1 - lambda) x_j of each image and the one before it in the batch, and of their
/// targets alike, lambda from Beta(alpha, alpha) anew for each (Zhang et al. 2017). Targets come
/// out as probabilities, which cross_entropy takes. `auto [x, t] = MixUp(10)(batch)`, or
/// `.map(Stack<>()).map(MixUp(10))`. Shapes: images (N, ...) float32, targets (N) int64 or (N,
/// classes) float32; the same and (N, classes) float32.
class MixUp {
 public:
  using OutputBatchType = Example<>;
  /// Throws: ArgumentError unless both are positive, and alpha is below 1e6.
  explicit MixUp(int64_t num_classes, double alpha = 1);
  /// Throws: ArgumentError for other shapes and dtypes, and a target that is no class.
  Example<> operator()(const Example<>& batch) const;
  Example<> apply_batch(Example<> batch) const { return (*this)(batch); }

 private:
  int64_t num_classes_;
  double alpha_;
};

/// A rectangle of the image before it pasted into each image, a share 1 - lambda of its area or
/// what of that lies inside, and targets mixed by area (Yun et al. 2019). Shapes: as MixUp, images
/// (N, C, H, W) of any dtype.
class CutMix {
 public:
  using OutputBatchType = Example<>;
  explicit CutMix(int64_t num_classes, double alpha = 1);
  Example<> operator()(const Example<>& batch) const;
  Example<> apply_batch(Example<> batch) const { return (*this)(batch); }

 private:
  int64_t num_classes_;
  double alpha_;
};

}  // namespace reel::data
