#pragma once
// The MNIST digits, and data sets in the same form.

#include <reel/data/dataset.h>

#include <string>

namespace reel::data {

/// Grey images of ten classes from the four files `train-images-idx3-ubyte`,
/// `train-labels-idx1-ubyte` and the same with `t10k` in folder `root`, plain or with `.gz`. Also
/// reads whatever else is made alike (mnist_family.h). Shapes: images (N, 1, H, W) uint8,
/// targets (N) int64 in 0 to 9. Throws: IoError, naming the file, if one is missing, damaged or
/// does not agree with the other. Source: LeCun, Cortes and Burges,
/// http://yann.lecun.com/exdb/mnist/
class MNIST : public TensorDataset {
 public:
  enum class Mode { kTrain, kTest };

  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);

  bool is_train() const { return mode_ == Mode::kTrain; }
  const Tensor& images() const { return data(); }

 protected:
  /// The same for another data set, which errors name.
  MNIST(const std::string& name, const std::string& root, Mode mode);

 private:
  Mode mode_;
};

}  // namespace reel::data
