#include <reel/data/cifar.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/byte_reader.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

namespace reel::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImageBytes = 3 * 32 * 32;
constexpr std::size_t kRecordsAtOnce = 256;

/// What a record has before its image.
struct Label {
  const char* name;
  int num_classes;
};

/// Records of some labels and an image each, file after file.
struct Records {
  std::vector<uint8_t> images;
  std::vector<std::vector<int64_t>> labels;  // by kind
};

/// The folder itself, or the one of the archive in it.
fs::path find_folder(const std::string& root, const char* archive, const std::string& first_file) {
  std::error_code ignored;
  const fs::path inner = fs::path(root) / archive;
  return !fs::exists(fs::path(root) / first_file, ignored) && fs::exists(inner, ignored)
             ? inner
             : fs::path(root);
}

void read_records(const std::string& op, const fs::path& path, const std::vector<Label>& kinds,
                  Records& records) {
  ByteReader file(op, path.string());
  const std::size_t record_bytes = kinds.size() + kImageBytes;
  std::vector<uint8_t> bytes(kRecordsAtOnce * record_bytes);
  int64_t number = 0;
  for (;;) {
    const std::size_t count = file.read(bytes.data(), bytes.size());
    if (count == 0) return;
    if (count % record_bytes != 0) {
      file.fail(as_text("record ", number + static_cast<int64_t>(count / record_bytes),
                        " is cut short; one has ", record_bytes, " bytes."));
    }
    for (std::size_t at = 0; at < count; at += record_bytes, ++number) {
      for (std::size_t k = 0; k < kinds.size(); ++k) {
        const int label = bytes[at + k];
        if (label >= kinds[k].num_classes) {
          file.fail(as_text("record ", number, " has the ", kinds[k].name, " ", label,
                            "; it must be 0 to ", kinds[k].num_classes - 1, "."));
        }
        records.labels[k].push_back(label);
      }
      const auto image = bytes.begin() + static_cast<std::ptrdiff_t>(at + kinds.size());
      records.images.insert(records.images.end(), image,
                            image + static_cast<std::ptrdiff_t>(kImageBytes));
    }
  }
}

Records read_files(const std::string& op, const fs::path& folder,
                   const std::vector<std::string>& names, const std::vector<Label>& kinds) {
  Records records;
  records.labels.resize(kinds.size());
  for (const std::string& name : names) read_records(op, folder / name, kinds, records);
  return records;
}

Tensor images_of(const Records& records) {
  const auto count = static_cast<int64_t>(records.images.size() / kImageBytes);
  const Tensor images = empty({count, 3, 32, 32}, kUInt8);
  if (count > 0) std::memcpy(images.data_ptr(), records.images.data(), records.images.size());
  return images;
}

constexpr std::size_t kMostNameBytes = std::size_t{1} << 16;

/// The lines of the file, or none if it is not there.
std::vector<std::string> read_names(const std::string& op, const fs::path& path,
                                    std::size_t num_classes) {
  std::error_code ignored;
  std::vector<std::string> names;
  if (!fs::exists(path, ignored)) return names;
  ByteReader file(op, path.string());
  const std::vector<uint8_t> text = file.read_all(kMostNameBytes);
  std::string line;
  const auto end_line = [&] {
    if (!line.empty()) names.push_back(std::exchange(line, {}));
  };
  for (const uint8_t byte : text)
    if (byte == '\n' || byte == '\r')
      end_line();
    else
      line += static_cast<char>(byte);
  end_line();
  if (names.size() != num_classes)
    file.fail(as_text(names.size(), " names of classes; there are ", num_classes, "."));
  return names;
}

TensorDataset as_dataset(const Records& records) {
  return {images_of(records), from_vector(records.labels[0])};
}

std::vector<std::string> cifar10_files(CIFAR10::Mode mode) {
  if (mode == CIFAR10::Mode::kTest) return {"test_batch.bin"};
  std::vector<std::string> names;
  for (int i = 1; i <= 5; ++i) names.push_back(as_text("data_batch_", i, ".bin"));
  return names;
}

fs::path cifar10_folder(const std::string& root, CIFAR10::Mode mode) {
  return find_folder(root, "cifar-10-batches-bin", cifar10_files(mode)[0]);
}

}  // namespace

CIFAR10::CIFAR10(const std::string& root, Mode mode)
    : TensorDataset(as_dataset(
          read_files("CIFAR10", cifar10_folder(root, mode), cifar10_files(mode), {{"label", 10}}))),
      mode_(mode),
      class_names_(read_names("CIFAR10", cifar10_folder(root, mode) / "batches.meta.txt", 10)) {}

struct CIFAR100::Content {
  Tensor images, fine, coarse, targets;
  std::vector<std::string> class_names;

  Content(const std::string& root, Mode mode, Labels labels) {
    const std::string name = mode == Mode::kTrain ? "train.bin" : "test.bin";
    const fs::path folder = find_folder(root, "cifar-100-binary", name);
    const Records records =
        read_files("CIFAR100", folder, {name}, {{"coarse label", 20}, {"fine label", 100}});
    images = images_of(records);
    coarse = from_vector(records.labels[0]);
    fine = from_vector(records.labels[1]);
    targets = labels == Labels::kFine ? fine : coarse;
    class_names = labels == Labels::kFine
                      ? read_names("CIFAR100", folder / "fine_label_names.txt", 100)
                      : read_names("CIFAR100", folder / "coarse_label_names.txt", 20);
  }
};

CIFAR100::CIFAR100(const std::string& root, Mode mode, Labels labels)
    : CIFAR100(Content(root, mode, labels), mode) {}

CIFAR100::CIFAR100(Content content, Mode mode)
    : TensorDataset(content.images, content.targets),
      mode_(mode),
      fine_(content.fine),
      coarse_(content.coarse),
      class_names_(std::move(content.class_names)) {}

}  // namespace reel::data
