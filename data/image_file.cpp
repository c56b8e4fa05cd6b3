#include <reel/data/image_file.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/byte_reader.h>
#include <reel/data/image_damage.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace {

/// Memory for stb, which before 2.28 decodes JPEG also by tables that a damaged file does not have.
/// They are in its smaller blocks, where zeros do no harm.
void* allocate_for_stb(size_t size) {
  return size <= size_t{1} << 15 ? std::calloc(1, size) : std::malloc(size);
}

}  // namespace

#define STBI_MALLOC(size) allocate_for_stb(size)
#define STBI_REALLOC(block, size) std::realloc(block, size)
#define STBI_FREE(block) std::free(block)
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

/// Bits of a pixel before it is packed: a PNG's samples may be smaller than a byte, and its palette
/// is no part of them. `png` is whether stb found a PNG's header in `bytes`.
int64_t bits_per_pixel(std::string_view bytes, bool png, int64_t channels) {
  constexpr size_t kDepth = 24, kColor = 25;
  constexpr char kPalette = 3;
  if (!png) return 8 * channels;
  return bytes[kDepth] * (bytes[kColor] == kPalette ? 1 : channels);
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
    throw_io_error(as_text("load_image: '", source, "': ", what...));
  };
  if (static_cast<int64_t>(size) > kMaxBytes)
    fail("a file of ", size, " bytes; at most ", kMaxBytes, " are supported.");
  const auto* bytes = static_cast<const stbi_uc*>(data);
  const int length = static_cast<int>(size);
  const std::string_view view(static_cast<const char*>(data), size);
  // stb passes over a repeated first byte.
  const size_t second = view.find_first_not_of('\xff');
  const bool jpeg = second != view.npos && second > 0 && view[second] == '\xd8';
  const bool png = view.starts_with("\x89PNG\r\n\x1a\n");
  if (const std::string damage = jpeg  ? jpeg_damage(view)
                                 : png ? png_damage(view)
                                       : std::string();
      !damage.empty())
    fail(damage);
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes, length, &width, &height, &channels))
    fail("it is no PNG, JPEG, BMP or TGA picture (", stbi_failure_reason(), ").");
  const int64_t wanted = mode == ImageReadMode::kUnchanged ? channels : static_cast<int64_t>(mode);
  const int64_t pixels = int64_t{width} * height;
  // While it decodes, stb holds up to four channels.
  if (width <= 0 || height <= 0 || pixels > kMaxBytes / 4)
    fail("a picture of ", width, "x", height, " pixels; from 1 to ", kMaxBytes / 4,
         " are supported.");
  const int64_t packed = height * ((width * bits_per_pixel(view, png, channels) + 7) / 8);
  if (packed > kMaxRatio * static_cast<int64_t>(size) + kSmallImage)
    fail("a picture of ", width, "x", height, " with ", channels, " channels in ", size,
         " bytes; no format packs so much into so few.");
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
  const std::vector<uint8_t> bytes = reader.read_all(kMaxBytes + 1);
  return decode_image(bytes.data(), bytes.size(), mode, path);
}

}  // namespace reel::data
