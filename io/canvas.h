#pragma once
// Anti-aliased drawing on an RGB image.

#include <reel/io/png.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// Red, green and blue, 0 to 255.
struct Color {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
};

/// In pixels from the top left corner.
struct Point {
  double x = 0;
  double y = 0;
};

/// An area in pixels, y downwards.
struct Rect {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

enum class TextDirection { kHorizontal, kUpward };

/// Colours are mixed by how much of a pixel a shape covers, so edges at fractions of pixels look
/// smooth.
class Canvas {
 public:
  Canvas(int width, int height, Color background);

  void fill(const Rect& rect, Color color);
  /// One stroke with round joins and ends, the width in pixels; whatever lies outside `clip` is
  /// left out.
  void stroke(const std::vector<Point>& points, double width, Color color, const Rect& clip);
  /// The text's box is `anchor_x` of its width to the right of `at` and `anchor_y` of its height
  /// below: 0, 0 puts its top left corner there, 0.5, 0.5 its centre. For upward text the box is
  /// that of the rotated text.
  void text(const std::string& text, double line_height, Point at, double anchor_x, double anchor_y,
            Color color, TextDirection direction = TextDirection::kHorizontal);

  const Image& image() const { return image_; }

 private:
  void blend(int x, int y, Color color, double coverage);

  Image image_;
  std::vector<float> mask_;
};

}  // namespace reel::io
