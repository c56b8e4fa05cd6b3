#include <reel/core/error.h>
#include <reel/data/mnist_family.h>

#include "tests/catch.h"
#include "tests/data/idx_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

using namespace reel;
using namespace reel::data;

namespace {

constexpr int kUbyte = 0x08;

}  // namespace

TEST_CASE("fashion mnist, kmnist: files as MNIST has them", "[mnist]") {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte.gz", gzip(idx_bytes(kUbyte, {2, 1, 2}, "abcd")));
  folder.write("train-labels-idx1-ubyte", idx_bytes(kUbyte, {2}, {9, 0}));
  const FashionMNIST clothes(folder.file(""));
  CHECK(clothes.images().sizes() == Shape{2, 1, 1, 2});
  CHECK(FashionMNIST::class_names().at(9) == "Ankle boot");
  CHECK(KMNIST(folder.file("")).size() == 2);
  CHECK(KMNIST::class_names().size() == 10);
  CHECK(message_of<IoError>([&] { FashionMNIST("nowhere", MNIST::Mode::kTest); }) ==
        "FashionMNIST: neither 't10k-images-idx3-ubyte' nor 't10k-images-idx3-ubyte.gz' is in "
        "'nowhere'; the folder must hold one of them.");
}

TEST_CASE("emnist: upright images, and labels from 0", "[mnist]") {
  const TemporaryFolder folder;
  folder.write("emnist-letters-test-images-idx3-ubyte",
               idx_bytes(kUbyte, {2, 2, 3}, "abcdefABCDEF"));
  folder.write("emnist-letters-test-labels-idx1-ubyte.gz", gzip(idx_bytes(kUbyte, {2}, {1, 26})));
  const EMNIST letters(folder.file(""), EMNIST::Split::kLetters, EMNIST::Mode::kTest);
  CHECK_FALSE(letters.is_train());
  CHECK(letters.images().sizes() == Shape{2, 1, 3, 2});
  const auto* pixels = letters.images().data_ptr<uint8_t>();
  CHECK(std::string(pixels, pixels + 12) == "adbecfADBECF");
  CHECK(letters.targets().to_vector() == std::vector<double>{0, 25});
  const auto error = [&](const std::string& labels) {
    folder.write("emnist-letters-test-labels-idx1-ubyte", idx_bytes(kUbyte, {2}, labels));
    return message_of<IoError>(
        [&] { EMNIST(folder.file(""), EMNIST::Split::kLetters, EMNIST::Mode::kTest); });
  };
  CHECK(error({1, 0}).ends_with(", label 1 is 0; labels are 1 to 26."));
  CHECK(error({27, 1}).ends_with(", label 0 is 27; labels are 1 to 26."));
}

TEST_CASE("emnist: each split has its files and its classes", "[mnist]") {
  using Split = EMNIST::Split;
  const std::vector<std::pair<Split, std::string>> splits{
      {Split::kByClass, "byclass"}, {Split::kByMerge, "bymerge"}, {Split::kBalanced, "balanced"},
      {Split::kLetters, "letters"}, {Split::kDigits, "digits"},   {Split::kMnist, "mnist"}};
  const size_t counts[] = {62, 47, 47, 26, 10, 10};
  for (size_t i = 0; i < splits.size(); ++i) {
    const auto& [split, name] = splits[i];
    INFO(name);
    const TemporaryFolder folder;
    const char first = split == Split::kLetters ? 1 : 0;
    const char last = static_cast<char>(first + static_cast<char>(counts[i]) - 1);
    folder.write("emnist-" + name + "-train-images-idx3-ubyte", idx_bytes(kUbyte, {2, 1, 1}, "ab"));
    folder.write("emnist-" + name + "-train-labels-idx1-ubyte",
                 idx_bytes(kUbyte, {2}, {first, last}));
    const EMNIST set(folder.file(""), split);
    const auto names = EMNIST::class_names(split);
    CHECK(names.size() == counts[i]);
    CHECK(set.targets().data_ptr<int64_t>()[1] == static_cast<int64_t>(counts[i]) - 1);
    folder.write("emnist-" + name + "-train-labels-idx1-ubyte",
                 idx_bytes(kUbyte, {2}, {first, static_cast<char>(last + 1)}));
    CHECK_THROWS_AS(EMNIST(folder.file(""), split), IoError);
  }
  CHECK(EMNIST::class_names(Split::kBalanced).at(36) == "a");
  CHECK(EMNIST::class_names(Split::kBalanced).back() == "t");
  CHECK(EMNIST::class_names(Split::kLetters).at(0) == "A");
}
