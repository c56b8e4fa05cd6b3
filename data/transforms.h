#pragma once
// What is done to inputs before a network sees them.

#include <reel/core/random.h>
#include <reel/core/tensor.h>

#include <vector>

namespace reel::data {

/// Gives each channel mean 0 and deviation 1: y = (x - mean[c]) / stddev[c], where x counts uint8
/// as fractions of 255. Shapes: (N, C, ...) uint8, float32 or float64 -> the same, float32 for
/// uint8.
class Normalize {
 public:
  /// One value a channel, in units of x above.
  /// Throws: ArgumentError unless there are as many means as deviations, all finite, the deviations
  /// positive.
  Normalize(std::vector<double> mean, std::vector<double> stddev);
  /// With the mean and deviation that each channel of these images has.
  /// Throws: ArgumentError for a channel without elements or of a single value.
  static Normalize fit(const Tensor& images);

  /// Throws: ArgumentError unless the shape, the number of channels and the dtype fit.
  Tensor operator()(const Tensor& images) const;

  const std::vector<double>& mean() const { return mean_; }
  const std::vector<double>& stddev() const { return stddev_; }

 private:
  std::vector<double> mean_;
  std::vector<double> stddev_;
};

/// Moves each image by a random number of pixels, up to `pixels` in each direction; what comes in
/// is zero. Image i of a batch takes the i-th numbers that `generator` gives. Shapes: (N, C, H, W)
/// to the same, of any dtype. Throws: ArgumentError unless 0 <= pixels < H, W.
Tensor random_shift(const Tensor& images, int64_t pixels,
                    Generator& generator = default_generator());

}  // namespace reel::data
