#include <reel/data/image_file.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/byte_reader.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#include <stb/stb_image.h>

namespace reel::data {
namespace {

// What a byte of a file can become at most: zlib stores 1032 equal bytes in one, and no other
// format packs more. A header that claims more lies.
constexpr int64_t kMaxRatio = 1100;
constexpr int64_t kSmallImage = 1 << 16;
// stb counts bytes in int.
constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr size_t kReadStep = 1 << 16;

/// Whether a JPEG file ends where its pixels do; stb makes up what is missing.
bool is_whole_jpeg(std::string_view bytes) {
  const size_t pixels = bytes.rfind("\xff\xda"), end = bytes.rfind("\xff\xd9");
  return end != std::string_view::npos && (pixels == std::string_view::npos || pixels < end);
}

/// Whether the Huffman tables behind a marker DHT at `at` have at most the 256 codes that stb has
/// room for, which versions before 2.28 do not check.
bool tables_fit(std::string_view bytes, size_t at) {
  const auto byte = [&](size_t i) {
    return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0};
  };
  int64_t left = byte(at + 2) * 256 + byte(at + 3) - 2;
  for (size_t i = at + 4; left > 0 && i < bytes.size();) {
    int64_t codes = 0;
    for (size_t length = 1; length <= 16; ++length) codes += byte(i + length);
    if (codes > 256) return false;
    i += 17 + static_cast<size_t>(codes);
    left -= 17 + codes;
  }
  return true;
}

/// The same of all tables. Up to the pixels, segments are gone through as stb does; from there on
/// every marker DHT counts, since pixels contain none.
bool all_tables_fit(std::string_view bytes) {
  constexpr std::string_view kTables = "\xff\xc4";
  size_t i = 2;
  while (i + 3 < bytes.size()) {
    if (bytes[i] != '\xff' || bytes[i + 1] == '\xff') {
      ++i;
      continue;
    }
    const auto marker = static_cast<uint8_t>(bytes[i + 1]);
    if (marker == 0xda) break;
    if (marker == 0xc4 && !tables_fit(bytes, i)) return false;
    const bool bare = marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd9);
    const auto high = static_cast<uint8_t>(bytes[i + 2]), low = static_cast<uint8_t>(bytes[i + 3]);
    i += bare ? 2 : 2 + std::max(high * 256 + low, 2);
  }
  for (i = bytes.find(kTables, i); i != std::string_view::npos; i = bytes.find(kTables, i + 1))
    if (!tables_fit(bytes, i)) return false;
  return true;
}

/// A file's bytes for stb, which takes zeros for what is missing. BMP and TGA have no end that
/// could be looked for, so it is noted that more was asked for.
struct Stream {
  const uint8_t* data;
  size_t size, position = 0;
  const char* buffer = nullptr;
  bool beyond = false;

  static int read(void* user, char* out, int count) {
    auto& s = *static_cast<Stream*>(user);
    // stb first fills a buffer of its own, whole if it can; everything else is asked for as needed.
    if (!s.buffer) s.buffer = out;
    const size_t taken = std::min(static_cast<size_t>(count), s.size - s.position);
    s.beyond |= out == s.buffer ? taken == 0 : taken < static_cast<size_t>(count);
    std::memcpy(out, s.data + s.position, taken);
    s.position += taken;
    return static_cast<int>(taken);
  }
  static void skip(void* user, int count) {
    auto& s = *static_cast<Stream*>(user);
    s.position += std::min(static_cast<size_t>(std::max(count, 0)), s.size - s.position);
  }
  static int eof(void* user) {
    const auto& s = *static_cast<Stream*>(user);
    return s.position >= s.size;
  }
};

struct FreePixels {
  void operator()(uint8_t* pixels) const { stbi_image_free(pixels); }
};

}  // namespace

Tensor decode_image(const void* data, size_t size, ImageReadMode mode, const std::string& source) {
  const auto fail = [&](const auto&... what) {
    throw_io_error(concat("load_image: '", source, "': ", what...));
  };
  if (static_cast<int64_t>(size) > kMaxBytes)
    fail("a file of ", size, " bytes; at most ", kMaxBytes, " are supported.");
  const auto* bytes = static_cast<const stbi_uc*>(data);
  const int length = static_cast<int>(size);
  const std::string_view view(static_cast<const char*>(data), size);
  // stb passes over a repeated first byte.
  const bool jpeg = size > 2 && bytes[0] == 0xff && (bytes[1] == 0xd8 || bytes[1] == 0xff);
  const bool png = size > 0 && bytes[0] == 0x89;
  if (jpeg && !all_tables_fit(view))
    fail("a JPEG picture with a Huffman table of more than 256 codes; it is damaged.");
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes, length, &width, &height, &channels))
    fail("it is no PNG, JPEG, BMP or TGA picture (", stbi_failure_reason(), ").");
  const int64_t wanted = mode == ImageReadMode::kUnchanged ? channels : static_cast<int64_t>(mode);
  const int64_t pixels = int64_t{width} * height;
  // While it decodes, stb holds up to four channels.
  if (width <= 0 || height <= 0 || pixels > kMaxBytes / 4)
    fail("a picture of ", width, "x", height, " pixels; from 1 to ", kMaxBytes / 4,
         " are supported.");
  if (pixels * channels > kMaxRatio * static_cast<int64_t>(size) + kSmallImage)
    fail("a picture of ", width, "x", height, " with ", channels, " channels in ", size,
         " bytes; no format packs so much into so few.");
  if (jpeg && !is_whole_jpeg(view)) fail("a JPEG picture without its end; the file is cut short.");
  Stream stream{bytes, size};
  const stbi_io_callbacks callbacks{Stream::read, Stream::skip, Stream::eof};
  const auto as = static_cast<int>(wanted);
  const std::unique_ptr<uint8_t, FreePixels> decoded(
      jpeg || png ? stbi_load_from_memory(bytes, length, &width, &height, &channels, as)
                  : stbi_load_from_callbacks(&callbacks, &stream, &width, &height, &channels, as));
  if (decoded && stream.beyond) fail("pixels are missing; the file is cut short.");
  if (!decoded) fail("it can not be decoded (", stbi_failure_reason(), ").");

  const Tensor image = empty({wanted, height, width}, kUInt8);
  auto* to = image.data_ptr<uint8_t>();
  for (int64_t c = 0; c < wanted; ++c, to += pixels) {
    const uint8_t* from = decoded.get() + c;
    for (int64_t i = 0; i < pixels; ++i) to[i] = from[i * wanted];
  }
  return image;
}

Tensor load_image(const std::string& path, ImageReadMode mode) {
  ByteReader reader("load_image", path);
  std::vector<uint8_t> bytes;
  for (size_t read = kReadStep; read == kReadStep;) {
    const size_t before = bytes.size();
    if (static_cast<int64_t>(before) > kMaxBytes) break;  // refused below
    bytes.resize(before + kReadStep);
    read = reader.read(bytes.data() + before, kReadStep);
    bytes.resize(before + read);
  }
  return decode_image(bytes.data(), bytes.size(), mode, path);
}

}  // namespace reel::data
