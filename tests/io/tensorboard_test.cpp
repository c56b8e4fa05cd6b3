#include <reel/core/creation.h>
#include <reel/io/crc32c.h>
#include <reel/io/protobuf.h>
#include <reel/io/tensorboard.h>
#include <reel/nn/linear.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "tests/catch.h"
#include "tests/file_size_limit.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel::io {
namespace {

using Catch::Matchers::ContainsSubstring;
using namespace std::string_literals;

uint64_t number(const std::string& bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// The records of a file, whose checksums must be right.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (size_t at = 0; at < file.size();) {
    const size_t size = number(file, at, 8);
    REQUIRE(number(file, at + 8, 4) == masked_crc32c(file.data() + at, 8));
    records.push_back(file.substr(at + 12, size));
    REQUIRE(records.back().size() == size);
    REQUIRE(number(file, at + 12 + size, 4) == masked_crc32c(records.back().data(), size));
    at += 16 + size;
  }
  return records;
}

std::string read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("crc32c: the vectors of RFC 3720", "[tensorboard]") {
  CHECK(crc32c("123456789", 9) == 0xe3069283);
  CHECK(crc32c("", 0) == 0);
  CHECK(crc32c(std::string(32, '\0').data(), 32) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff').data(), 32) == 0x62a8ab43);
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  CHECK(crc32c(rising.data(), 32) == 0x46dd794e);
  CHECK(crc32c(falling.data(), 32) == 0x113fdb5c);
}

TEST_CASE("tfrecord: length, data, and their masked checksums", "[tensorboard]") {
  const std::string record = tfrecord("123456789");
  CHECK(record.size() == 8 + 4 + 9 + 4);
  CHECK(number(record, 0, 8) == 9);
  CHECK(record.substr(12, 9) == "123456789");
  // 0xe3069283 turned by 15 bits, plus the constant.
  CHECK(number(record, 21, 4) == ((0xe3069283u >> 15 | 0xe3069283u << 17) + 0xa282ead8u));
  CHECK(records_of(record + tfrecord("")) == std::vector<std::string>{"123456789", ""});
}

TEST_CASE("protobuf: the bytes of the format's own examples", "[tensorboard]") {
  CHECK(Message().integer(1, 150).bytes() == "\x08\x96\x01");
  CHECK(Message().text(2, "testing").bytes() == "\x12\x07testing");
  CHECK(Message().message(3, Message().integer(1, 150)).bytes() == "\x1a\x03\x08\x96\x01");
  CHECK(Message().integer(1, -2).bytes() == "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  CHECK(Message().single(2, 1.0f).bytes() == "\x15\0\0\x80\x3f"s);
  CHECK(Message().real(1, 1.0).bytes() == "\x09\0\0\0\0\0\0\xf0\x3f"s);
  CHECK(Message().reals(6, {1.0}).bytes() == "\x32\x08\0\0\0\0\0\0\xf0\x3f"s);
  CHECK(Message().integer(16, 1).bytes() == "\x80\x01\x01");
}

TEST_CASE("tensorboard: what is added is in the file at once", "[tensorboard]") {
  const TemporaryFolder folder;
  // [write]
  io::SummaryWriter writer(folder.file("runs/first"));
  writer.add_scalar("loss/train", 0.25, 10);
  writer.add_histogram("fc.weight", randn({8, 4}), 10);
  writer.add_image("sample", rand({3, 16, 16}));
  writer.add_text("note", "the *first* run");
  writer.add_model(*nn::Linear(2, 3));
  // [/write]
  CHECK_THAT(writer.path(), ContainsSubstring("runs/first/events.out.tfevents."));
  const std::vector<std::string> records = records_of(read(writer.path()));
  REQUIRE(records.size() == 6);
  // wall_time, then file_version
  CHECK(records[0].substr(9) ==
        "\x1a\x0d"
        "brain.Event:2");
  // wall_time, step, a summary of one value with its tag and 0.25f
  CHECK(records[1].substr(9) == "\x10\x0a\x2a\x13\x0a\x11\x0a\x0aloss/train\x15\0\0\x80\x3e"s);
  CHECK_THAT(records[2], ContainsSubstring("fc.weight"));
  CHECK_THAT(records[3], ContainsSubstring("\x89PNG"));
  CHECK_THAT(records[4], ContainsSubstring("note/text_summary"));
  CHECK_THAT(records[5], ContainsSubstring("    Linear(in_features=2, out_features=3"));

  const SummaryWriter second(folder.file("runs/first"), ".more");
  CHECK(second.path() != writer.path());
  CHECK(second.path().ends_with(".more"));
}

TEST_CASE("tensorboard: histograms of few, equal and infinite values", "[tensorboard]") {
  const TemporaryFolder folder;
  SummaryWriter writer(folder.file("x"));
  for (const Tensor& x : {empty({0}), zeros({3}), full({2}, NAN), full({2}, 1e30),
                          tensor({-1.0, 0.0, HUGE_VAL, 2.0}), arange(5)})
    writer.add_histogram("h", x);
  CHECK(records_of(read(writer.path())).size() == 7);
}

TEST_CASE("tensorboard: a full disk costs the event that does not fit, and no other",
          "[tensorboard]") {
  const TemporaryFolder folder;
  SummaryWriter writer(folder.file("x"));
  writer.add_scalar("loss", 1, 1);
  const size_t size = read(writer.path()).size();
  {
    const FileSizeLimit limit(size + 10);
    CHECK(message_of<IoError>([&] { writer.add_scalar("loss", 2, 2); }) ==
          "summary_writer: cannot write '" + writer.path() + "': File too large.");
  }
  CHECK(read(writer.path()).size() == size);
  writer.add_scalar("loss", 3, 3);
  CHECK(records_of(read(writer.path())).size() == 3);
}

TEST_CASE("tensorboard: what can not be shown is refused", "[tensorboard]") {
  const TemporaryFolder folder;
  SummaryWriter writer(folder.file("x"));
  const auto error = [&](const Tensor& image) {
    return message_of<ArgumentError>([&] { writer.add_image("i", image); });
  };
  CHECK(error(ones({5, 3, 3})) ==
        "add_image: the tensor is [5, 3, 3]; it must be (H, W) or (C, H, W) of 1 to 4 channels.");
  CHECK(error(ones({3, 3}, kInt64)) ==
        "add_image: the tensor is int64; it must be uint8, or floating-point from 0 to 1.");
  CHECK_THAT(error(ones({3, 0})), ContainsSubstring("encode_png: an image of 0x3"));
  CHECK_THAT(message_of<ArgumentError>([&] { writer.add_scalar("", 1); }),
             ContainsSubstring("the tag is empty"));
  folder.write("file", "");
  CHECK_THAT(message_of<IoError>([&] { SummaryWriter(folder.file("file")); }),
             ContainsSubstring("summary_writer: cannot make the folder '"));
}

}  // namespace reel::io
