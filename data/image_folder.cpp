#include <reel/data/image_folder.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/parallel.h>
#include <reel/data/image_resample.h>
#include <reel/data/permutation.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

namespace reel::data {
namespace {

namespace fs = std::filesystem;

// What decoding a picture costs at least, in simple element operations: worth a second thread.
constexpr int64_t kDecodeWork = 200000;

[[noreturn]] void fail(const std::string& what) { throw_io_error("ImageFolder: " + what); }

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
    if (i->path().filename().string().front() != '.') entries.push_back(i->path());
  if (error) fail(as_text("'", folder.string(), "' can not be listed: ", error.message(), "."));
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool has_extension(const fs::path& path, const std::vector<std::string>& extensions) {
  std::string name = path.filename().string();
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const std::string& e) { return name.ends_with(e); });
}

/// Adds the pictures below a folder. `above` are the folders on the way to it, by which a link back
/// to one of them is found.
void add_pictures(const fs::path& folder, const std::vector<std::string>& extensions,
                  std::vector<fs::path> above, std::vector<std::string>& paths) {
  std::error_code ignored;
  const fs::path real = fs::canonical(folder, ignored);
  if (std::find(above.begin(), above.end(), real) != above.end()) return;
  above.push_back(real);
  for (const fs::path& entry : sorted_entries(folder)) {
    if (fs::is_directory(entry, ignored))
      add_pictures(entry, extensions, above, paths);
    else if (has_extension(entry, extensions) && !fs::is_other(entry, ignored))
      paths.push_back(entry.string());
  }
}

void check_picture(int64_t index, int64_t size) {
  REEL_CHECK(index >= 0 && index < size, "ImageFolder: index ", index, "; it must be in [0, ", size,
             ").");
}

void check_alike(const Tensor& image, const std::string& path, const Tensor& first,
                 const std::string& first_path) {
  if (image.sizes() == first.sizes()) return;
  fail(as_text("'", path, "' is ", image.sizes(), " and '", first_path, "' ", first.sizes(),
               "; pictures in one tensor must agree. [ImageFolderOptions().resize({H, W})]"));
}

/// The images behind each other in one tensor.
Tensor stacked(const std::vector<Tensor>& images) {
  Shape sizes = images.front().sizes();
  sizes.insert(0, static_cast<int64_t>(images.size()));
  const Tensor all = empty(sizes, kUInt8);
  auto* to = all.data_ptr<uint8_t>();
  for (const Tensor& image : images) {
    std::memcpy(to, image.data_ptr<uint8_t>(), image.nbytes());
    to += image.nbytes();
  }
  return all;
}

}  // namespace

ImageFolder::ImageFolder(const std::string& root, ImageFolderOptions options)
    : options_(std::move(options)) {
  std::error_code ignored;
  if (!fs::is_directory(root, ignored)) fail(as_text("'", root, "' is no folder."));
  for (const fs::path& folder : sorted_entries(root)) {
    if (!fs::is_directory(folder, ignored)) continue;
    std::vector<std::string> paths;
    add_pictures(folder, options_.extensions(), {}, paths);
    if (paths.empty() && !options_.allow_empty())
      fail(as_text(
          "'", folder.string(),
          "' has no pictures; each class needs one. [ImageFolderOptions().allow_empty(true)]"));
    for (std::string& path : paths)
      samples_.push_back({std::move(path), static_cast<int64_t>(classes_.size())});
    classes_.push_back(folder.filename().string());
  }
  if (classes_.empty())
    fail(as_text("'", root, "' has no folders; it must hold one for each class."));
  if (options_.in_memory() || options_.skip_unreadable()) decode_all();
}

Tensor ImageFolder::read(const std::string& path) const {
  const Tensor image = load_image(path, options_.mode());
  const ImageSize size = options_.resize();
  return size.height == 0 && size.width == 0 ? image : Resize(size)(image);
}

void ImageFolder::decode_all() {
  std::vector<Tensor> images(samples_.size());
  std::vector<std::string> reasons(samples_.size());
  parallel_for(size(), size() * kDecodeWork, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      try {
        images[i] = read(samples_[i].path);
        if (!options_.in_memory()) images[i] = Tensor();
      } catch (const IoError& error) {
        reasons[i] = error.what();
      }
    }
  });
  std::vector<Sample> readable;
  std::vector<Tensor> kept;
  for (size_t i = 0; i < samples_.size(); ++i) {
    if (!reasons[i].empty()) {
      unreadable_.push_back({samples_[i].path, reasons[i]});
      continue;
    }
    if (options_.in_memory()) {
      if (!kept.empty()) check_alike(images[i], samples_[i].path, kept[0], readable[0].path);
      kept.push_back(std::move(images[i]));
    }
    readable.push_back(samples_[i]);
  }
  if (!unreadable_.empty() && !options_.skip_unreadable())
    fail(as_text(unreadable_.size(), " of ", samples_.size(),
                 " pictures can not be read, the first: ", unreadable_[0].reason,
                 " [ImageFolderOptions().skip_unreadable(true)]"));
  samples_ = std::move(readable);
  if (options_.in_memory()) images_ = kept.empty() ? empty({0, 0, 0, 0}, kUInt8) : stacked(kept);
}

Example<> ImageFolder::get(int64_t index) const {
  check_picture(index, size());
  const Sample& sample = samples_[static_cast<size_t>(index)];
  return {images_.defined() ? images_[index].clone() : read(sample.path), tensor(sample.label)};
}

Example<> ImageFolder::get_batch(const std::vector<int64_t>& indices) const {
  const Tensor targets = empty({static_cast<int64_t>(indices.size())}, kInt64);
  std::vector<Tensor> images(indices.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    check_picture(indices[i], size());
    targets.data_ptr<int64_t>()[i] = samples_[static_cast<size_t>(indices[i])].label;
  }
  if (indices.empty()) return {empty({0, 0, 0, 0}, kUInt8), targets};
  if (images_.defined()) {
    for (size_t i = 0; i < indices.size(); ++i) images[i] = images_[indices[i]];
    return {stacked(images), targets};
  }
  const auto n = static_cast<int64_t>(indices.size());
  parallel_for(n, n * kDecodeWork, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      images[i] = read(samples_[static_cast<size_t>(indices[i])].path);
  });
  for (size_t i = 1; i < indices.size(); ++i)
    check_alike(images[i], samples_[static_cast<size_t>(indices[i])].path, images[0],
                samples_[static_cast<size_t>(indices[0])].path);
  return {stacked(images), targets};
}

Tensor ImageFolder::targets() const {
  const Tensor labels = empty({size()}, kInt64);
  for (size_t i = 0; i < samples_.size(); ++i) labels.data_ptr<int64_t>()[i] = samples_[i].label;
  return labels;
}

const Tensor& ImageFolder::images() const {
  REEL_CHECK(images_.defined(),
             "ImageFolder: the pictures are not in memory. [ImageFolderOptions().in_memory(true)]");
  return images_;
}

ImageFolder ImageFolder::subset(const std::vector<int64_t>& indices) const {
  ImageFolder part = *this;
  part.samples_.clear();
  part.unreadable_.clear();
  for (const int64_t index : indices) {
    check_picture(index, size());
    part.samples_.push_back(samples_[static_cast<size_t>(index)]);
  }
  if (images_.defined() && !indices.empty()) part.images_ = get_batch(indices).data;
  if (images_.defined() && indices.empty()) part.images_ = images_.narrow(0, 0, 0);
  return part;
}

std::pair<ImageFolder, ImageFolder> ImageFolder::split(double fraction, uint64_t seed) const {
  REEL_CHECK(fraction >= 0 && fraction <= 1, "ImageFolder: a split by ", fraction,
             "; the fraction must be in [0, 1].");
  std::vector<std::vector<int64_t>> of_class(classes_.size());
  for (int64_t i = 0; i < size(); ++i)
    of_class[static_cast<size_t>(samples_[static_cast<size_t>(i)].label)].push_back(i);
  std::vector<int64_t> first, rest;
  for (size_t c = 0; c < of_class.size(); ++c) {
    const auto n = static_cast<int64_t>(of_class[c].size());
    const int64_t taken = std::llround(fraction * static_cast<double>(n));
    const std::vector<int64_t> order = permutation(n, seed, c);
    for (int64_t k = 0; k < n; ++k)
      (k < taken ? first : rest)
          .push_back(of_class[c][static_cast<size_t>(order[static_cast<size_t>(k)])]);
  }
  std::sort(first.begin(), first.end());
  std::sort(rest.begin(), rest.end());
  return {subset(first), subset(rest)};
}

}  // namespace reel::data
