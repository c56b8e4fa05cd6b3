#include <reel/core/error.h>
#include <reel/data/cifar.h>

#include "tests/catch.h"
#include "tests/data/idx_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <filesystem>

using namespace reel;
using data::CIFAR10;
using data::CIFAR100;

namespace {

/// A record of these labels, whose pixels count up from the first.
std::string record(const std::string& labels, int first) {
  std::string bytes = labels;
  for (int i = 0; i < 3072; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

std::string names(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += "class" + std::to_string(i) + "\n";
  return text + "\n";
}

/// What is wrong with a test file of these bytes, its path left out.
template <class Set>
std::string error(const std::string& file, const std::string& bytes) {
  const TemporaryFolder folder;
  folder.write(file, bytes);
  std::string message = message_of<IoError>([&] { Set(folder.file(""), CIFAR10::Mode::kTest); });
  const std::size_t path = message.find(folder.file(""));
  if (path != std::string::npos) message.erase(path, folder.file("").size());
  return message;
}

}  // namespace

TEST_CASE("cifar10: five files of records, and one to test", "[cifar]") {
  const TemporaryFolder folder;
  for (int i = 1; i <= 5; ++i)
    folder.write("data_batch_" + std::to_string(i) + ".bin",
                 record({static_cast<char>(i)}, i) + record({9}, 100 + i));
  folder.write("test_batch.bin", gzip(record({3}, 7)));
  folder.write("batches.meta.txt", names(10));
  const CIFAR10 train(folder.file(""));
  CHECK(train.is_train());
  CHECK(train.images().sizes() == Shape{10, 3, 32, 32});
  CHECK(train.images().dtype() == kUInt8);
  CHECK(train.targets().to_vector() == std::vector<double>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9});
  CHECK(train.images().data_ptr<uint8_t>()[3072 * 3 + 5] == 107);
  CHECK(train.class_names().at(9) == "class9");
  const CIFAR10 test(folder.file(""), CIFAR10::Mode::kTest);
  CHECK(test.size() == 1);
  CHECK(test.images().data_ptr<uint8_t>()[1] == 8);
}

TEST_CASE("cifar100: two labels, in the archive's folder", "[cifar]") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("cifar-100-binary"));
  folder.write("cifar-100-binary/train.bin", record({19, 99}, 0) + record({2, 30}, 1));
  folder.write("cifar-100-binary/coarse_label_names.txt", names(20));
  const CIFAR100 fine(folder.file("")),
      coarse(folder.file(""), CIFAR100::Mode::kTrain, CIFAR100::Labels::kCoarse);
  CHECK(fine.targets().to_vector() == std::vector<double>{99, 30});
  CHECK(coarse.targets().to_vector() == std::vector<double>{19, 2});
  CHECK(fine.coarse_targets().to_vector() == std::vector<double>{19, 2});
  CHECK(coarse.fine_targets().to_vector() == std::vector<double>{99, 30});
  CHECK(fine.class_names().empty());
  CHECK(coarse.class_names().size() == 20);
}

TEST_CASE("cifar: damaged files are refused", "[cifar]") {
  const std::string whole = record({3}, 0), both = record({3, 4}, 0);
  CHECK(error<CIFAR10>("test_batch.bin", whole) == "no error");
  CHECK(error<CIFAR10>("test_batch.bin", "") == "no error");
  CHECK(error<CIFAR10>("other.bin", whole) ==
        "CIFAR10: cannot open 'test_batch.bin': No such file or directory.");
  CHECK(error<CIFAR10>("test_batch.bin", whole + whole.substr(0, 100)) ==
        "CIFAR10: 'test_batch.bin', byte 3173: record 1 is cut short; one has 3073 bytes.");
  CHECK(error<CIFAR10>("test_batch.bin", whole + record({10}, 0)) ==
        "CIFAR10: 'test_batch.bin', byte 6146: record 1 has the label 10; it must be 0 to 9.");
  CHECK(error<CIFAR100>("test.bin", both) == "no error");
  CHECK(error<CIFAR100>("test.bin", record({20, 4}, 0)) ==
        "CIFAR100: 'test.bin', byte 3074: record 0 has the coarse label 20; it must be 0 to 19.");
  CHECK(error<CIFAR100>("test.bin", record({3, 100}, 0)) ==
        "CIFAR100: 'test.bin', byte 3074: record 0 has the fine label 100; it must be 0 to 99.");
  // Whatever is cut off or flipped: an error, or a set of as many images as there are labels.
  const std::string packed = gzip(both + both);
  for (std::size_t size = 0; size < packed.size(); ++size)
    CHECK(error<CIFAR100>("test.bin", packed.substr(0, size)) != (size == 0 ? "" : "no error"));
  const TemporaryFolder folder;
  for (std::size_t byte = 0; byte < packed.size(); ++byte) {
    std::string flipped = packed;
    flipped[byte] = static_cast<char>(flipped[byte] ^ 0x55);
    folder.write("test.bin", flipped);
    try {
      const CIFAR100 set(folder.file(""), CIFAR100::Mode::kTest);
      CHECK(set.images().size(0) == set.targets().size(0));
    } catch (const IoError&) {
      SUCCEED("noticed");
    }
  }
}

TEST_CASE("cifar: names of another number of classes are refused", "[cifar]") {
  const TemporaryFolder folder;
  folder.write("test_batch.bin", record({3}, 0));
  for (const int n : {0, 9, 11, 1000}) {
    folder.write("batches.meta.txt", names(n));
    CHECK(message_of<IoError>([&] {
            CIFAR10(folder.file(""), CIFAR10::Mode::kTest);
          }).find(": " + std::to_string(n) + " names of classes; there are 10.") !=
          std::string::npos);
  }
}
