#pragma once
// The CIFAR pictures, in their binary version.

#include <reel/data/dataset.h>

#include <string>
#include <vector>

namespace reel::data {

/// Small colour pictures of ten classes from the files `data_batch_1.bin` to `data_batch_5.bin`, or
/// `test_batch.bin`, in folder `root` or in `root`/cifar-10-batches-bin. Shapes: images (N, 3, 32,
/// 32) uint8, targets (N) int64 in 0 to 9. Throws: IoError, naming the file and the position, if
/// one is missing or damaged. Source: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
class CIFAR10 : public TensorDataset {
 public:
  enum class Mode { kTrain, kTest };
  explicit CIFAR10(const std::string& root, Mode mode = Mode::kTrain);
  bool is_train() const { return mode_ == Mode::kTrain; }
  const Tensor& images() const { return data(); }
  /// From `batches.meta.txt`; none when that is not there.
  const std::vector<std::string>& class_names() const { return class_names_; }

 private:
  Mode mode_;
  std::vector<std::string> class_names_;
};

/// The same with 100 classes, in 20 groups, from `train.bin` or `test.bin` in folder `root` or in
/// `root`/cifar-100-binary.
class CIFAR100 : public TensorDataset {
 public:
  using Mode = CIFAR10::Mode;
  /// Which of an image's two labels is its target.
  enum class Labels { kFine, kCoarse };
  explicit CIFAR100(const std::string& root, Mode mode = Mode::kTrain,
                    Labels labels = Labels::kFine);
  bool is_train() const { return mode_ == Mode::kTrain; }
  const Tensor& images() const { return data(); }
  /// Both kinds, (N) int64: 0 to 99 and 0 to 19.
  const Tensor& fine_targets() const { return fine_; }
  const Tensor& coarse_targets() const { return coarse_; }
  /// Of the targets, from `fine_label_names.txt` or `coarse_label_names.txt`; none when that is not
  /// there.
  const std::vector<std::string>& class_names() const { return class_names_; }

 private:
  struct Content;
  CIFAR100(Content content, Mode mode);
  Mode mode_;
  Tensor fine_, coarse_;
  std::vector<std::string> class_names_;
};

}  // namespace reel::data
