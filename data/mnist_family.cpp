#include <reel/data/mnist_family.h>

#include <reel/core/creation.h>
#include <reel/data/idx_images.h>

namespace reel::data {

namespace {

constexpr const char* kUpperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr const char* kLowerCase = "abcdefghijklmnopqrstuvwxyz";
constexpr const char* kUnlikeUpperCase = "abdefghnqrt";  // not merged with it

struct SplitFiles {
  const char* name;
  int64_t num_classes, first_label;
};

SplitFiles files_of(EMNIST::Split split) {
  switch (split) {
    case EMNIST::Split::kByClass:
      return {"byclass", 62, 0};
    case EMNIST::Split::kByMerge:
      return {"bymerge", 47, 0};
    case EMNIST::Split::kBalanced:
      return {"balanced", 47, 0};
    case EMNIST::Split::kLetters:
      return {"letters", 26, 1};
    case EMNIST::Split::kDigits:
      return {"digits", 10, 0};
    case EMNIST::Split::kMnist:
      return {"mnist", 10, 0};
  }
  throw_argument_error("EMNIST: an unknown split; it must be one of the Split constants.");
}

TensorDataset read(const std::string& root, EMNIST::Split split, EMNIST::Mode mode) {
  const SplitFiles files = files_of(split);
  const std::string part = mode == EMNIST::Mode::kTrain ? "-train" : "-test";
  const std::string start = std::string("emnist-") + files.name + part;
  const TensorDataset set =
      read_idx_images({"EMNIST", root, start + "-images-idx3-ubyte", start + "-labels-idx1-ubyte",
                       files.num_classes, files.first_label});
  return {set.data().transpose(2, 3).contiguous(), set.targets()};  // stored column by column
}

void append_characters(std::vector<std::string>& names, const char* characters) {
  for (const char* c = characters; *c; ++c) names.emplace_back(1, *c);
}

}  // namespace

FashionMNIST::FashionMNIST(const std::string& root, Mode mode)
    : MNIST("FashionMNIST", root, mode) {}

const std::vector<std::string>& FashionMNIST::class_names() {
  static const std::vector<std::string> names{"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                              "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                              "Bag",         "Ankle boot"};
  return names;
}

KMNIST::KMNIST(const std::string& root, Mode mode) : MNIST("KMNIST", root, mode) {}

const std::vector<std::string>& KMNIST::class_names() {
  static const std::vector<std::string> names{"o",  "ki", "su", "tsu", "na",
                                              "ha", "ma", "ya", "re",  "wo"};
  return names;
}

EMNIST::EMNIST(const std::string& root, Split split, Mode mode)
    : TensorDataset(read(root, split, mode)), mode_(mode) {}

std::vector<std::string> EMNIST::class_names(Split split) {
  std::vector<std::string> names;
  if (split != Split::kLetters) append_characters(names, "0123456789");
  if (split != Split::kDigits && split != Split::kMnist) append_characters(names, kUpperCase);
  if (split == Split::kByClass) append_characters(names, kLowerCase);
  if (split == Split::kByMerge || split == Split::kBalanced)
    append_characters(names, kUnlikeUpperCase);
  return names;
}

}  // namespace reel::data
