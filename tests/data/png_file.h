#pragma once
// PNG files made for tests, of any depth and with chunks as they like.

#include "tests/data/idx_file.h"

#include <zlib.h>

#include <algorithm>
#include <string>

namespace reel {

/// With the length before it and the checksum behind.
inline std::string png_chunk(const std::string& type, const std::string& content) {
  const std::string checked = type + content;
  const auto* from = reinterpret_cast<const Bytef*>(checked.data());
  return big_endian(content.size(), 4) + checked +
         big_endian(crc32(0, from, static_cast<uInt>(checked.size())), 4);
}

/// The first bytes: depth are the bits of a sample; color is 0 grey, 2 RGB, 3 a palette, 4 and 6
/// with alpha.
inline std::string png_head(uint64_t width, uint64_t height, uint64_t depth, uint64_t color) {
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big_endian(width, 4) + big_endian(height, 4) + big_endian(depth, 1) +
                               big_endian(color, 1) + std::string(3, '\0'));
}

/// The pixels and the end: `rows` are packed, each behind the number of its filter.
inline std::string png_body(const std::string& rows) {
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return png_chunk("IDAT", packed) + png_chunk("IEND", "");
}

/// The same chunks, as far as they go, with checksums that are right.
inline std::string with_checksums(const std::string& png) {
  std::string mended = png.substr(0, 8);
  for (size_t at = 8; at + 12 <= png.size();) {
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<uint8_t>(png[at + i]);
    length = std::min(length, png.size() - at - 12);
    mended += png_chunk(png.substr(at + 4, 4), png.substr(at + 8, length));
    at += 12 + length;
  }
  return mended;
}

}  // namespace reel
