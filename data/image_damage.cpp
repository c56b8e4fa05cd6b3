#include <reel/data/image_damage.h>

#include <reel/core/error.h>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace reel::data {
namespace {

constexpr size_t kPngSignature = 8;
// Of a chunk: its length, type and checksum.
constexpr size_t kChunkFrame = 12;

/// The number of so many bytes at `at`, the highest first; what lies behind the end is 0.
uint64_t number_at(std::string_view bytes, size_t at, size_t count) {
  uint64_t number = 0;
  for (size_t i = at; i < at + count; ++i)
    number = number << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0U);
  return number;
}

/// Whether the Huffman tables of a segment, whose length stands at `at`, have at most 256 codes.
bool tables_fit(std::string_view bytes, size_t at) {
  auto left = static_cast<int64_t>(number_at(bytes, at, 2)) - 2;
  for (at += 2; left > 0 && at < bytes.size();) {
    uint64_t codes = 0;
    for (size_t length = 1; length <= 16; ++length) codes += number_at(bytes, at + length, 1);
    if (codes > 256) return false;
    at += 17 + codes;
    left -= static_cast<int64_t>(17 + codes);
  }
  return true;
}

}  // namespace

std::string jpeg_damage(std::string_view bytes) {
  // From marker to marker as stb goes, which must meet no table that this passes over.
  for (size_t at = 0;;) {
    at = bytes.find_first_not_of('\xff', bytes.find('\xff', at));
    if (at == std::string_view::npos)
      return "a JPEG picture without its end; the file is cut short or damaged.";
    const auto marker = static_cast<uint8_t>(bytes[at++]);
    if (marker == 0xd9) return {};
    // Without a segment: the start, restarts, and 0 behind ff, which stands for ff among pixels.
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (marker == 0xc4 && !tables_fit(bytes, at))
      return "a JPEG picture with a Huffman table of more than 256 codes; it is damaged.";
    at += std::max<size_t>(number_at(bytes, at, 2), 2);
  }
}

std::string png_damage(std::string_view bytes) {
  for (size_t at = kPngSignature;;) {
    const uint64_t length = number_at(bytes, at, 4);
    if (bytes.size() < at + kChunkFrame || bytes.size() - at - kChunkFrame < length)
      return "a PNG picture without its end; the file is cut short or damaged.";
    const std::string_view checked = bytes.substr(at + 4, 4 + length), type = checked.substr(0, 4);
    if (at == kPngSignature && type != "IHDR")
      return "a PNG picture that does not begin with its header; it is damaged, or of Apple's own "
             "variant.";
    const auto* from = reinterpret_cast<const Bytef*>(checked.data());
    if (crc32(0, from, static_cast<uInt>(checked.size())) != number_at(bytes, at + 8 + length, 4))
      return as_text("a PNG picture whose chunk at byte ", at,
                     " does not have its checksum; it is damaged.");
    if (type == "IEND") return {};
    at += kChunkFrame + length;
  }
}

}  // namespace reel::data
