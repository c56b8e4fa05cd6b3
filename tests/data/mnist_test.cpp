#include <reel/core/error.h>
#include <reel/data/mnist.h>

#include "tests/catch.h"
#include "tests/data/idx_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel {
namespace {

using data::MNIST;

constexpr int kUbyte = 0x08;

/// What is wrong with a folder of these two training files, its path left out.
std::string error(const std::string& images, const std::string& labels) {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte", images);
  folder.write("train-labels-idx1-ubyte", labels);
  std::string message = message_of<IoError>([&] { MNIST(folder.file("")); });
  const std::size_t path = message.find(folder.file(""));
  if (path != std::string::npos) message.erase(path, folder.file("").size());
  return message;
}

}  // namespace

TEST_CASE("mnist: the digits that come with the source", "[mnist]") {
  const std::string root = std::string(REEL_SOURCE_DIR) + "/data/mnist10k";
  const MNIST train(root);
  CHECK(train.is_train());
  CHECK(train.size() == 8500);
  CHECK(train.images().sizes() == Shape{8500, 1, 28, 28});
  CHECK(train.images().dtype() == kUInt8);
  CHECK(train.targets().sizes() == Shape{8500});
  CHECK(train.targets().dtype() == kInt64);
  CHECK(train.targets().data_ptr<int64_t>()[0] == 1);

  const MNIST test(root, MNIST::Mode::kTest);
  CHECK_FALSE(test.is_train());
  CHECK(test.size() == 1500);
  const data::Example<> batch = test.get_batch({0, 1499});
  CHECK(batch.data.sizes() == Shape{2, 1, 28, 28});
  CHECK(batch.target.data_ptr<int64_t>()[0] == 8);
}

TEST_CASE("mnist: plain files and gzip files", "[mnist]") {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte.gz", gzip(idx_bytes(kUbyte, {2, 1, 2}, "abcd")));
  folder.write("train-labels-idx1-ubyte", idx_bytes(kUbyte, {2}, {9, 0}));
  const MNIST set(folder.file(""));
  CHECK(set.images().sizes() == Shape{2, 1, 1, 2});
  CHECK(set.images().data_ptr<uint8_t>()[3] == 'd');
  CHECK(set.targets().data_ptr<int64_t>()[0] == 9);
}

TEST_CASE("mnist: files that do not fit are refused", "[mnist]") {
  const std::string images = idx_bytes(kUbyte, {2, 1, 2}, "abcd");
  const std::string labels = idx_bytes(kUbyte, {2}, {1, 2});
  CHECK(error(images, labels) == "no error");
  CHECK(error(images, idx_bytes(kUbyte, {3}, {1, 2, 3})) ==
        "MNIST: 'train-labels-idx1-ubyte' has 3 labels; for 2 images it must have as many.");
  CHECK(error(images, idx_bytes(kUbyte, {2}, {1, 10})) ==
        "MNIST: 'train-labels-idx1-ubyte', label 1 is 10; labels are 0 to 9.");
  CHECK(error(labels, labels) ==
        "MNIST: 'train-images-idx3-ubyte' holds uint8 [2]; images must be uint8 of 3 dimensions.");
  CHECK(error(images, images) ==
        "MNIST: 'train-labels-idx1-ubyte' holds uint8 [2, 1, 2]; labels must be uint8 of 1 "
        "dimension.");
  CHECK(error(idx_bytes(0x0D, {1, 1, 1}, "abcd"), labels) ==
        "MNIST: 'train-images-idx3-ubyte' holds float32 [1, 1, 1]; images must be uint8 of 3 "
        "dimensions.");
  CHECK(error(images.substr(0, 18), labels) ==
        "read_idx: 'train-images-idx3-ubyte', byte 18: the elements are cut short: 2 bytes are "
        "there; [2, 1, 2] needs "
        "4.");
  CHECK(message_of<IoError>([] { MNIST("nowhere"); }) ==
        "MNIST: neither 'train-images-idx3-ubyte' nor 'train-images-idx3-ubyte.gz' is in "
        "'nowhere'; the folder must "
        "hold one of them.");
}

}  // namespace reel
