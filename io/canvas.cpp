#include <reel/io/canvas.h>

#include <reel/io/font.h>

#include <algorithm>
#include <cmath>

namespace reel::io {
namespace {

/// The whole pixels that a rectangle touches, within an image.
struct PixelBox {
  PixelBox(const Rect& rect, const Image& image)
      : left(std::clamp(static_cast<int>(std::floor(rect.left)), 0, image.width)),
        top(std::clamp(static_cast<int>(std::floor(rect.top)), 0, image.height)),
        right(std::clamp(static_cast<int>(std::ceil(rect.right)), left, image.width)),
        bottom(std::clamp(static_cast<int>(std::ceil(rect.bottom)), top, image.height)) {}
  int left, top, right, bottom;
};

Rect intersect(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

/// How much of the unit interval from `start` lies between `low` and `high`.
double overlap(double start, double low, double high) {
  return std::clamp(std::min(start + 1, high) - std::max(start, low), 0.0, 1.0);
}

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length_squared = dx * dx + dy * dy;
  const double along =
      length_squared > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length_squared : 0;
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy));
}

uint8_t mix(uint8_t under, uint8_t over, double coverage) {
  return static_cast<uint8_t>(std::lround(under + (over - under) * coverage));
}

}  // namespace

Canvas::Canvas(int width, int height, Color background) {
  image_.width = width;
  image_.height = height;
  image_.channels = 3;
  const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  image_.pixels.reserve(3 * count);
  for (std::size_t i = 0; i < count; ++i) {
    image_.pixels.insert(image_.pixels.end(), {background.red, background.green, background.blue});
  }
  mask_.resize(count);
}

void Canvas::blend(int x, int y, Color color, double coverage) {
  uint8_t* pixel = &image_.pixels[3 * static_cast<std::size_t>(y * image_.width + x)];
  pixel[0] = mix(pixel[0], color.red, coverage);
  pixel[1] = mix(pixel[1], color.green, coverage);
  pixel[2] = mix(pixel[2], color.blue, coverage);
}

void Canvas::fill(const Rect& rect, Color color) {
  const PixelBox box(rect, image_);
  for (int y = box.top; y < box.bottom; ++y) {
    const double rows = overlap(y, rect.top, rect.bottom);
    for (int x = box.left; x < box.right; ++x) {
      blend(x, y, color, rows * overlap(x, rect.left, rect.right));
    }
  }
}

void Canvas::stroke(const std::vector<Point>& points, double width, Color color, const Rect& clip) {
  if (points.empty()) return;
  // The whole line's coverage is gathered first: blended segment by segment, joints would come out
  // darker.
  const double reach = width / 2 + 0.5;
  const auto at = [this](int x, int y) -> float& {
    return mask_[static_cast<std::size_t>(y * image_.width + x)];
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point a = points[i];
    const Point b = points[std::min(i + 1, points.size() - 1)];
    const Rect bounds = {std::min(a.x, b.x) - reach, std::min(a.y, b.y) - reach,
                         std::max(a.x, b.x) + reach, std::max(a.y, b.y) + reach};
    const PixelBox box(intersect(bounds, clip), image_);
    for (int y = box.top; y < box.bottom; ++y) {
      for (int x = box.left; x < box.right; ++x) {
        const double covered = reach - distance_to_segment({x + 0.5, y + 0.5}, a, b);
        at(x, y) = std::max(at(x, y), static_cast<float>(std::clamp(covered, 0.0, 1.0)));
      }
    }
  }
  const PixelBox box(clip, image_);
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      if (at(x, y) > 0) blend(x, y, color, static_cast<double>(at(x, y)));
      at(x, y) = 0;
    }
  }
}

void Canvas::text(const std::string& text, double line_height, Point at, double anchor_x,
                  double anchor_y, Color color, TextDirection direction) {
  const TextMask mask = render_text(text, line_height);
  const bool upward = direction == TextDirection::kUpward;
  const int width = upward ? mask.height : mask.width;
  const int height = upward ? mask.width : mask.height;
  const int left = static_cast<int>(std::lround(at.x - anchor_x * width));
  const int top = static_cast<int>(std::lround(at.y - anchor_y * height));
  for (int y = std::max(0, -top); y < height && top + y < image_.height; ++y) {
    for (int x = std::max(0, -left); x < width && left + x < image_.width; ++x) {
      const int index = upward ? x * mask.width + (height - 1 - y) : y * mask.width + x;
      const uint8_t coverage = mask.coverage[static_cast<std::size_t>(index)];
      if (coverage > 0) blend(left + x, top + y, color, coverage / 255.0);
    }
  }
}

}  // namespace reel::io
