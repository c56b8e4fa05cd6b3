#pragma once
// A data set in two IDX files, one of images and one of labels.

#include <reel/data/dataset.h>

#include <string>

namespace reel::data {

/// Where it is, and what it must hold.
struct IdxImages {
  std::string name;            ///< of the data set, in errors
  std::string root;            ///< the folder
  std::string images, labels;  ///< names of the files, which may have `.gz` behind them
  int64_t num_classes = 10;
  int64_t first_label = 0;  ///< as the file counts; targets start at 0
};

/// Shapes: images (N, 1, H, W) uint8, targets (N) int64. Throws: IoError, naming the file, if one
/// is missing, damaged or does not agree with the other.
TensorDataset read_idx_images(const IdxImages& files);

}  // namespace reel::data
