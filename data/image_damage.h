#pragma once
// Damage to the files of pictures that stb_image does not see.

#include <string>
#include <string_view>

namespace reel::data {

/// What is wrong with a JPEG file, as the rest of an error; empty if nothing is: a Huffman table of
/// more codes than the 256 that stb_image before 2.28 has room for, or no end, for which it makes
/// up pixels. The first picture's end is the end: phones append films, cameras more pictures.
std::string jpeg_damage(std::string_view bytes);

/// The same of a PNG file, whose chunks have checksums. It must begin with its header (IHDR), which
/// Apple's variant of the format, of other colours, does not.
std::string png_damage(std::string_view bytes);

}  // namespace reel::data
