#pragma once
// Data sets in the form of MNIST: other pictures, in files of the same kind.

#include <reel/data/mnist.h>

#include <string>
#include <vector>

namespace reel::data {

/// Pictures of clothes, in files named as those of MNIST. Shapes: images (N, 1, 28, 28) uint8,
/// targets (N) int64 in 0 to 9. Throws: IoError as MNIST does. Source: Xiao, Rasul and Vollgraf
/// 2017, https://github.com/zalandoresearch/fashion-mnist
class FashionMNIST : public MNIST {
 public:
  explicit FashionMNIST(const std::string& root, Mode mode = Mode::kTrain);
  static const std::vector<std::string>& class_names();
};

/// Cursive Japanese characters, in files named as those of MNIST. Source: Clanuwat et al. 2018,
/// https://github.com/rois-codh/kmnist
class KMNIST : public MNIST {
 public:
  explicit KMNIST(const std::string& root, Mode mode = Mode::kTrain);
  static const std::vector<std::string>& class_names();
};

/// Handwritten digits and letters from the files `emnist-SPLIT-train-images-idx3-ubyte` and so on,
/// plain or with `.gz`. The files have each image transposed, and number the 26 letters from 1:
/// here images stand upright, and all classes count from 0. Throws: IoError as MNIST does. Source:
/// Cohen, Afshar, Tapson and van Schaik 2017, https://arxiv.org/abs/1702.05373
class EMNIST : public TensorDataset {
 public:
  using Mode = MNIST::Mode;
  enum class Split {
    kByClass,   ///< 62 classes: digits, upper and lower case
    kByMerge,   ///< 47: letters whose two cases look alike are one class
    kBalanced,  ///< the same 47, equally many of each
    kLetters,   ///< 26, upper and lower case together
    kDigits,    ///< 10
    kMnist,     ///< 10, as many as MNIST has
  };

  EMNIST(const std::string& root, Split split, Mode mode = Mode::kTrain);
  bool is_train() const { return mode_ == Mode::kTrain; }
  const Tensor& images() const { return data(); }
  /// The character of each class, such as "A"; of a merged class the upper case.
  static std::vector<std::string> class_names(Split split);

 private:
  Mode mode_;
};

}  // namespace reel::data
