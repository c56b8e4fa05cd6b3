#pragma once
// Pixels in memory, and PNG files.

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// Pixels of 8 bits a channel: row by row from the top, the channels of a pixel side by side.
struct Image {
  int width = 0;
  int height = 0;
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
  int channels = 3;
  std::vector<uint8_t> pixels;
};

/// The bytes of a PNG file. Throws: ArgumentError if the sizes and the number of pixels disagree.
std::string encode_png(const Image& image);

/// Writes the image as a PNG file, which replaces `path` only once it is complete.
/// Throws: ArgumentError if the sizes and the number of pixels disagree, IoError if the file cannot
/// be written.
void write_png(const std::string& path, const Image& image);

}  // namespace reel::io
