#include <reel/io/font.h>

#include <reel/core/error.h>
#include <reel/io/font_data.h>
#include <reel/io/utf8.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb/stb_truetype.h>

namespace reel::io {
namespace {

std::vector<uint8_t> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<uint8_t> bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) break;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<uint8_t>(bits >> count));
    }
  }
  return bytes;
}

class Font {
 public:
  static const Font& instance() {
    static const Font font;
    return font;
  }

  const stbtt_fontinfo* info() const { return &info_; }
  float scale(double line_height) const {
    return stbtt_ScaleForPixelHeight(&info_, static_cast<float>(line_height));
  }
  int ascent() const { return ascent_; }

 private:
  Font() : file_(kFontBytes) {
    const std::vector<uint8_t> packed = decode_base64(kFontBase64);
    uLongf size = kFontBytes;
    const int status = uncompress(file_.data(), &size, packed.data(), packed.size());
    REEL_ASSERT(status == Z_OK && size == kFontBytes);
    REEL_ASSERT(stbtt_InitFont(&info_, file_.data(), 0) != 0);
    int descent = 0;
    int line_gap = 0;
    stbtt_GetFontVMetrics(&info_, &ascent_, &descent, &line_gap);
  }

  std::vector<uint8_t> file_;
  stbtt_fontinfo info_ = {};
  int ascent_ = 0;
};

constexpr int kBox = 0;  // the font's glyph of characters that it has not

/// The glyph of each character, and a box of each byte that is no valid UTF-8.
std::vector<int> glyphs_of(const Font& font, const std::string& text) {
  std::vector<int> glyphs;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = utf8_size(std::string_view(text).substr(i));
    int code = size > 1 ? text[i] & (0x7F >> size) : text[i];
    for (std::size_t t = 1; t < size; ++t) code = code << 6 | (text[i + t] & 0x3F);
    glyphs.push_back(size == 0 ? kBox : stbtt_FindGlyphIndex(font.info(), code));
    i += std::max<std::size_t>(size, 1);
  }
  return glyphs;
}

int advance_of(const Font& font, int glyph) {
  int advance = 0;
  int left_bearing = 0;
  stbtt_GetGlyphHMetrics(font.info(), glyph, &advance, &left_bearing);
  return advance;
}

/// Adds the glyph to the mask with its origin at `x` on the baseline, to a fraction of a pixel.
void add_glyph(const Font& font, int glyph, float scale, double x, int baseline, TextMask& mask) {
  const double whole = std::floor(x);
  const auto shift = static_cast<float>(x - whole);
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  stbtt_GetGlyphBitmapBoxSubpixel(font.info(), glyph, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
  const int width = x1 - x0;
  const int height = y1 - y0;
  if (width <= 0 || height <= 0) return;
  std::vector<uint8_t> bitmap(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  stbtt_MakeGlyphBitmapSubpixel(font.info(), bitmap.data(), width, height, width, scale, scale,
                                shift, 0, glyph);
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      const int mask_x = static_cast<int>(whole) + x0 + column;
      const int mask_y = baseline + y0 + row;
      if (mask_x < 0 || mask_x >= mask.width || mask_y < 0 || mask_y >= mask.height) continue;
      uint8_t& target = mask.coverage[static_cast<std::size_t>(mask_y * mask.width + mask_x)];
      target = std::max(target, bitmap[static_cast<std::size_t>(row * width + column)]);
    }
  }
}

}  // namespace

double text_width(const std::string& text, double line_height) {
  const Font& font = Font::instance();
  int64_t units = 0;
  for (const int glyph : glyphs_of(font, text)) units += advance_of(font, glyph);
  return static_cast<double>(units) * static_cast<double>(font.scale(line_height));
}

TextMask render_text(const std::string& text, double line_height) {
  const Font& font = Font::instance();
  const float scale = font.scale(line_height);
  TextMask mask;
  mask.width = static_cast<int>(std::ceil(text_width(text, line_height))) + 1;
  mask.height = static_cast<int>(std::ceil(line_height)) + 1;
  mask.coverage.resize(static_cast<std::size_t>(mask.width) *
                       static_cast<std::size_t>(mask.height));
  const int baseline = static_cast<int>(std::round(font.ascent() * static_cast<double>(scale)));
  double x = 0;
  for (const int glyph : glyphs_of(font, text)) {
    add_glyph(font, glyph, scale, x, baseline, mask);
    x += advance_of(font, glyph) * static_cast<double>(scale);
  }
  return mask;
}

}  // namespace reel::io
