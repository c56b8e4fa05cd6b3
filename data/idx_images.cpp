#include <reel/data/idx_images.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/idx.h>

#include <filesystem>

namespace reel::data {
namespace {

/// The file of this name in the folder, or else the one with `.gz`.
std::string find_file(const IdxImages& files, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(files.root) / name;
  const std::string packed = plain.string() + ".gz";
  std::error_code ignored;
  if (std::filesystem::exists(plain, ignored)) return plain.string();
  if (std::filesystem::exists(packed, ignored)) return packed;
  throw_io_error(as_text(files.name, ": neither '", name, "' nor '", name, ".gz' is in '",
                         files.root, "'; the folder must hold one of them."));
}

Tensor read_images(const IdxImages& files) {
  const std::string path = find_file(files, files.images);
  const Tensor images = read_idx(path);
  if (images.dtype() != kUInt8 || images.dim() != 3) {
    throw_io_error(as_text(files.name, ": '", path, "' holds ", images.dtype(), " ", images.sizes(),
                           "; images must be uint8 of 3 dimensions."));
  }
  return images.unsqueeze(1);
}

Tensor read_labels(const IdxImages& files, const Tensor& images) {
  const std::string path = find_file(files, files.labels);
  const Tensor labels = read_idx(path);
  if (labels.dtype() != kUInt8 || labels.dim() != 1) {
    throw_io_error(as_text(files.name, ": '", path, "' holds ", labels.dtype(), " ", labels.sizes(),
                           "; labels must be uint8 of 1 dimension."));
  }
  if (labels.size(0) != images.size(0)) {
    throw_io_error(as_text(files.name, ": '", path, "' has ", labels.size(0), " labels; for ",
                           images.size(0), " images it must have as many."));
  }
  const Tensor targets = empty(labels.sizes(), kInt64);
  const uint8_t* from = labels.data_ptr<uint8_t>();
  int64_t* to = targets.data_ptr<int64_t>();
  for (int64_t i = 0; i < labels.size(0); ++i) {
    to[i] = from[i] - files.first_label;
    if (to[i] < 0 || to[i] >= files.num_classes) {
      throw_io_error(as_text(files.name, ": '", path, "', label ", i, " is ", int{from[i]},
                             "; labels are ", files.first_label, " to ",
                             files.first_label + files.num_classes - 1, "."));
    }
  }
  return targets;
}

}  // namespace

TensorDataset read_idx_images(const IdxImages& files) {
  const Tensor images = read_images(files);
  return {images, read_labels(files, images)};
}

}  // namespace reel::data
