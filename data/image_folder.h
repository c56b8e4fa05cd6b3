#pragma once
// A folder of pictures as a data set: one folder a class.

#include <reel/core/options.h>
#include <reel/data/datasets.h>
#include <reel/data/image_file.h>
#include <reel/data/image_transform.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reel::data {

/// How a folder is read: `ImageFolderOptions().resize({32, 32}).in_memory(true)`.
struct ImageFolderOptions {
  REEL_ARG(ImageReadMode, mode) = ImageReadMode::kRGB;
  /// Every picture is brought to this size, as Resize does it; 0: left as it is.
  REEL_ARG(ImageSize, resize) = 0;
  /// Whether all pictures are decoded at once and kept, as one tensor; else each when it is needed.
  REEL_ARG(bool, in_memory) = false;
  /// Whether pictures that can not be read are left out. Without in_memory, all are decoded once
  /// to find them.
  REEL_ARG(bool, skip_unreadable) = false;
  /// Whether a class may be without pictures.
  REEL_ARG(bool, allow_empty) = false;
  /// Files that count as pictures, by the ends of their names in lower case.
  REEL_ARG(std::vector<std::string>, extensions) = {".jpg", ".jpeg", ".png", ".bmp", ".tga"};
};

/// Pictures in one folder a class, as torchvision's: root/cat/1.jpg, root/dog/2/3.png. Classes are
/// numbered in the order of their names, pictures in that of their paths, at any depth, through
/// symbolic links; names that begin with a dot are passed over. Copies share the pictures.
class ImageFolder {
 public:
  struct Sample {
    std::string path;
    int64_t label;
  };
  struct Unreadable {
    std::string path, reason;
  };

  /// Throws: IoError for a folder without classes, a class without pictures, and with in_memory for
  /// pictures that can not be read, naming the first and their number, or that differ in size.
  explicit ImageFolder(const std::string& root, ImageFolderOptions options = {});

  int64_t size() const { return static_cast<int64_t>(samples_.size()); }
  /// A picture (C, H, W) uint8 and its class () int64. Throws: ArgumentError unless
  /// 0 <= index < size(), IoError for one that can not be read.
  Example<> get(int64_t index) const;
  /// Pictures (N, C, H, W) uint8, decoded by all threads, and classes (N) int64. Throws: as get,
  /// and IoError when they differ in size.
  Example<> get_batch(const std::vector<int64_t>& indices) const;

  /// The classes' names: the label is the index.
  const std::vector<std::string>& classes() const { return classes_; }
  const std::vector<Sample>& samples() const { return samples_; }
  /// All labels (N) int64.
  Tensor targets() const;
  /// All pictures (N, C, H, W) uint8. Throws: ArgumentError without in_memory.
  const Tensor& images() const;
  /// What was left out as skip_unreadable asks for.
  const std::vector<Unreadable>& unreadable() const { return unreadable_; }

  /// Those samples only. Throws: ArgumentError for an index out of range.
  ImageFolder subset(const std::vector<int64_t>& indices) const;
  /// In each class a random `fraction` of the samples, rounded, and the rest.
  /// Throws: ArgumentError unless it is in [0, 1].
  std::pair<ImageFolder, ImageFolder> split(double fraction, uint64_t seed = 0) const;

 private:
  Tensor read(const std::string& path) const;
  void decode_all();

  ImageFolderOptions options_;
  std::vector<std::string> classes_;
  std::vector<Sample> samples_;
  std::vector<Unreadable> unreadable_;
  Tensor images_;
};

namespace datasets {

/// The same, picture by picture, for make_data_loader: examples of (C, H, W) uint8 and () int64.
class ImageFolder : public Dataset<ImageFolder> {
 public:
  explicit ImageFolder(const std::string& root, ImageFolderOptions options = {})
      : folder_(root, std::move(options)) {}
  explicit ImageFolder(data::ImageFolder folder) : folder_(std::move(folder)) {}
  Example<> get(size_t index) override { return folder_.get(static_cast<int64_t>(index)); }
  std::optional<size_t> size() const override { return static_cast<size_t>(folder_.size()); }
  const data::ImageFolder& folder() const { return folder_; }

 private:
  data::ImageFolder folder_;
};

}  // namespace datasets
}  // namespace reel::data
