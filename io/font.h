#pragma once
// Text as coverage masks.

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// One line of text: how much of each pixel it covers, 0 to 255, row by row from the top.
struct TextMask {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> coverage;
};

/// The advance width in pixels of UTF-8 text whose lines are `line_height` pixels apart.
double text_width(const std::string& text, double line_height);

/// Rasterises the text; the mask's height depends on `line_height` only. Characters beyond ASCII
/// are drawn as an empty box, apart from a few (plus-minus, micro, middle dot, times, dashes,
/// ellipsis, minus).
TextMask render_text(const std::string& text, double line_height);

}  // namespace reel::io
