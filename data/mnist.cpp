#include <reel/data/mnist.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/idx.h>

#include <filesystem>

namespace reel::data {
namespace {

constexpr int kNumClasses = 10;

/// The file of this name in the folder, or else the one with `.gz`.
std::string find_file(const std::string& root, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(root) / name;
  const std::string packed = plain.string() + ".gz";
  std::error_code ignored;
  if (std::filesystem::exists(plain, ignored)) return plain.string();
  if (std::filesystem::exists(packed, ignored)) return packed;
  throw_io_error(concat("MNIST: neither '", name, "' nor '", name, ".gz' is in '", root,
                        "'; the folder must hold one of them."));
}

Tensor read_images(const std::string& path) {
  const Tensor images = read_idx(path);
  if (images.dtype() != kUInt8 || images.dim() != 3) {
    throw_io_error(concat("MNIST: '", path, "' holds ", images.dtype(), " ", images.sizes(),
                          "; images must be uint8 of 3 dimensions."));
  }
  return images.unsqueeze(1);
}

Tensor read_labels(const std::string& path, const Tensor& images) {
  const Tensor labels = read_idx(path);
  if (labels.dtype() != kUInt8 || labels.dim() != 1) {
    throw_io_error(concat("MNIST: '", path, "' holds ", labels.dtype(), " ", labels.sizes(),
                          "; labels must be uint8 of 1 dimension."));
  }
  if (labels.size(0) != images.size(0)) {
    throw_io_error(concat("MNIST: '", path, "' has ", labels.size(0), " labels; for ",
                          images.size(0), " images it must have as many."));
  }
  const Tensor targets = empty(labels.sizes(), kInt64);
  const uint8_t* from = labels.data_ptr<uint8_t>();
  int64_t* to = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < labels.size(0); ++i) {
    if (from[i] >= kNumClasses) {
      throw_io_error(concat("MNIST: '", path, "', label ", i, " is ", int{from[i]},
                            "; labels are 0 to ", kNumClasses - 1, "."));
    }
    to[i] = from[i];
  }
  return targets;
}

TensorDataset read(const std::string& root, MNIST::Mode mode) {
  const std::string part = mode == MNIST::Mode::kTrain ? "train" : "t10k";
  const Tensor images = read_images(find_file(root, part + "-images-idx3-ubyte"));
  return {images, read_labels(find_file(root, part + "-labels-idx1-ubyte"), images)};
}

}  // namespace

MNIST::MNIST(const std::string& root, Mode mode) : TensorDataset(read(root, mode)), mode_(mode) {}

}  // namespace reel::data
