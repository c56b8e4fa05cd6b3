#pragma once
// Pictures in files: PNG, JPEG, BMP, TGA.

#include <reel/core/tensor.h>

#include <cstdint>
#include <string>

namespace reel::data {

/// Which channels an image gets: those of the file, or 1 (grey), 2 (grey and alpha), 3 or 4 (with
/// alpha) whatever it has.
enum class ImageReadMode : uint8_t { kUnchanged = 0, kGray, kGrayAlpha, kRGB, kRGBAlpha };

/// The picture in a file, of 16 bits a channel the upper 8; turned as its pixels are stored, not as
/// EXIF says. Shapes: (C, H, W) uint8. Throws: IoError naming the path and the cause: no such file,
/// none of the formats, cut short, damaged as far as it shows, or a size that so few bytes can not
/// hold.
Tensor load_image(const std::string& path, ImageReadMode mode = ImageReadMode::kUnchanged);

/// The same of a file's bytes. `source` names them in errors.
Tensor decode_image(const void* data, size_t size, ImageReadMode mode = ImageReadMode::kUnchanged,
                    const std::string& source = "bytes");

}  // namespace reel::data
