#include <reel/core/error.h>
#include <reel/core/tensor.h>
#include <reel/data/idx.h>

#include "tests/catch.h"
#include "tests/data/idx_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <cstring>
#include <random>

namespace reel {
namespace {

constexpr int kUbyte = 0x08;

template <class T>
std::vector<T> elements(const Tensor& x) {
  const T* data = x.data_ptr<T>();
  return {data, data + x.numel()};
}

/// What the error says of a file with this content, after "read_idx: '<path>', byte ".
std::string error(const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = folder.write("f", content);
  const std::string message = message_of<IoError>([&] { data::read_idx(path); });
  const std::string start = "read_idx: '" + path + "', byte ";
  REQUIRE(message.substr(0, start.size()) == start);
  return message.substr(start.size());
}

}  // namespace

TEST_CASE("idx: plain and gzip files read alike, whatever their names", "[idx]") {
  const TemporaryFolder folder;
  const std::string content = idx_bytes(kUbyte, {2, 1, 3}, {1, 2, 3, 4, 5, '\xFF'});
  for (const bool packed : {false, true}) {
    const std::string path = folder.write("odd name", packed ? gzip(content) : content);
    const Tensor array = data::read_idx(path);
    CHECK(array.sizes() == Shape{2, 1, 3});
    CHECK(array.numel() == 6);
    CHECK(elements<uint8_t>(array) == std::vector<uint8_t>{1, 2, 3, 4, 5, 255});
  }
}

TEST_CASE("idx: every element type", "[idx]") {
  const TemporaryFolder folder;
  const auto read = [&](int type, const std::string& bytes, int width) {
    return data::read_idx(
        folder.write("f", idx_bytes(type, {bytes.size() / static_cast<size_t>(width)}, bytes)));
  };
  CHECK(elements<int32_t>(read(0x09, "\x01\xFE", 1)) == std::vector<int32_t>{1, -2});
  CHECK(elements<int32_t>(read(0x0B, big_endian(258, 2) + big_endian(0xFFFE, 2), 2)) ==
        std::vector<int32_t>{258, -2});
  CHECK(elements<int32_t>(read(0x0C, big_endian(0x01020304, 4), 4)) ==
        std::vector<int32_t>{0x01020304});
  CHECK(elements<float>(read(0x0D, big_endian(0x3FC00000, 4), 4)) == std::vector<float>{1.5F});
  CHECK(elements<double>(read(0x0E, big_endian(0xC004000000000000, 8), 8)) ==
        std::vector<double>{-2.5});
}

TEST_CASE("idx: an array may be empty, and large ones span several chunks", "[idx]") {
  const TemporaryFolder folder;
  const Tensor empty = data::read_idx(folder.write("e", idx_bytes(kUbyte, {0, 28, 28}, "")));
  CHECK(empty.sizes() == Shape{0, 28, 28});
  CHECK(empty.numel() == 0);

  std::string bytes(3'000'001, '\0');
  std::minstd_rand random(1);
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (const bool packed : {false, true}) {
    const std::string content = idx_bytes(kUbyte, {bytes.size()}, bytes);
    const Tensor array = data::read_idx(folder.write("l", packed ? gzip(content) : content));
    CHECK(std::memcmp(array.data_ptr(), bytes.data(), bytes.size()) == 0);
  }
}

TEST_CASE("idx: a gzip file may have several members", "[idx]") {
  const TemporaryFolder folder;
  const std::string content = idx_bytes(kUbyte, {4}, "abcd");
  const std::string path = folder.write("f", gzip(content.substr(0, 9)) + gzip(content.substr(9)));
  CHECK(elements<uint8_t>(data::read_idx(path)) == std::vector<uint8_t>{'a', 'b', 'c', 'd'});
}

TEST_CASE("idx: a damaged header is refused", "[idx]") {
  CHECK(error("") == "0: the file ends within its 4-byte magic number.");
  CHECK(error({0, 0, 8}) == "3: the file ends within its 4-byte magic number.");
  CHECK(error("PNG image") == "4: not an IDX file; one starts with two zero bytes.");
  CHECK(error(idx_bytes(0x0A, {1}, "a")) ==
        "4: unknown element type 0x0A; known are 0x08, 0x09 and 0x0B to 0x0E.");
  CHECK(error({0, 0, 8, 0, 1}) == "4: 0 dimensions; 1 to 8 are supported.");
  CHECK(error(idx_bytes(kUbyte, std::vector<uint64_t>(9, 1), "a")) ==
        "4: 9 dimensions; 1 to 8 are supported.");
  CHECK(error({0, 0, 8, 2, 0, 0, 0, 1, 0}) == "9: the file ends within its dimensions.");
  CHECK(error(idx_bytes(kUbyte, {2, 0x80000000}, "ab")) ==
        "12: dimension 1 is 2147483648; at most 2147483647 is allowed.");
  CHECK(error(idx_bytes(kUbyte, {0, 0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF}, "")) ==
        "20: dimensions [0, 2147483647, 2147483647, 2147483647] are too large; their bytes must be "
        "countable in 63 "
        "bits.");
}

TEST_CASE("idx: the length must be exactly that of the array", "[idx]") {
  const std::string cut = idx_bytes(kUbyte, {2, 3}, "abcde");
  CHECK(error(cut) == "17: the elements are cut short: 5 bytes are there; [2, 3] needs 6.");
  CHECK(error(gzip(cut)) ==
        "17 of its decompressed content: the elements are cut short: 5 bytes are there; [2, 3] "
        "needs 6.");
  const std::string long_by_one = idx_bytes(kUbyte, {2, 3}, "abcdefg");
  CHECK(error(long_by_one) ==
        "19: bytes follow the last element; [2, 3] ends after 6 bytes of elements.");
  CHECK(error(gzip(long_by_one)) ==
        "19 of its decompressed content: bytes follow the last element; [2, 3] ends after 6 bytes "
        "of elements.");
  // A header that claims 9.2 EB costs no more memory than the two bytes that follow it.
  CHECK(error(idx_bytes(kUbyte, {0x7FFFFFFF, 0x7FFFFFFF, 2}, "ab")) ==
        "18: the elements are cut short: 2 bytes are there; [2147483647, 2147483647, 2] needs "
        "9223372028264841218.");
}

TEST_CASE("idx: a damaged gzip stream is refused", "[idx]") {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  const std::string whole = gzip(idx_bytes(kUbyte, {26}, alphabet));
  // Wherever it is cut, nothing but an error comes out.
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(error(whole.substr(0, size)).ends_with("the gzip stream is cut short."));
  }
  std::string wrong_sum = whole;
  wrong_sum[whole.size() - 8] ^= 1;
  CHECK(error(wrong_sum) ==
        "34 of its decompressed content: the gzip stream is corrupt (incorrect data check).");
  std::string wrong_length = whole;
  wrong_length[whole.size() - 1] ^= 1;
  CHECK(error(wrong_length) ==
        "34 of its decompressed content: the gzip stream is corrupt (incorrect length check).");
  CHECK(error(whole + "more") ==
        "34 of its decompressed content: bytes follow the end of the gzip stream.");
  // Any flipped bit either means nothing (a time stamp, padding) or is noticed, be it only by the
  // checksum.
  const TemporaryFolder folder;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    CAPTURE(bit);
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const std::string path = folder.write("f", flipped);
    try {
      const Tensor array = data::read_idx(path);
      CHECK(elements<uint8_t>(array) == std::vector<uint8_t>(alphabet.begin(), alphabet.end()));
    } catch (const IoError&) {
      SUCCEED("noticed");
    }
  }
}

TEST_CASE("idx: a file that cannot be read is an error with its path", "[idx]") {
  const TemporaryFolder folder;
  const std::string missing = folder.file("missing");
  CHECK(message_of<IoError>([&] { data::read_idx(missing); }) ==
        "read_idx: cannot open '" + missing + "': No such file or directory.");
  const std::string directory = folder.file("");
  CHECK(message_of<IoError>([&] { data::read_idx(directory); }) ==
        "read_idx: '" + directory + "', byte 0: Is a directory.");
}

TEST_CASE("idx: the digits that come with the source", "[idx]") {
  const std::string root = std::string(REEL_SOURCE_DIR) + "/data/mnist10k/";
  const Tensor images = data::read_idx(root + "t10k-images-idx3-ubyte.gz");
  const Tensor labels = data::read_idx(root + "t10k-labels-idx1-ubyte.gz");
  CHECK(images.sizes() == Shape{1500, 28, 28});
  CHECK(labels.sizes() == Shape{1500});
  CHECK(elements<uint8_t>(labels)[0] == 8);
}

}  // namespace reel
