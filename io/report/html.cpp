#include <reel/io/report/html.h>

#include <reel/core/error.h>
#include <reel/io/utf8.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace reel::io {

std::string escaped(const std::string& text) {
  std::string html;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t size = utf8_size(rest);
    const char c = rest[0];
    // Of control characters a page may have only these two.
    const bool control =
        (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    if (size == 0 || control)
      html += "\uFFFD";
    else if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else if (c == '>')
      html += "&gt;";
    else if (c == '"')
      html += "&quot;";
    else if (c == '\'')
      html += "&#39;";
    else
      html += rest.substr(0, size);
    rest.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return html;
}

std::string base64(const std::string& bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

std::string png_uri(const Image& image) {
  return "data:image/png;base64," + base64(encode_png(image));
}

std::string whole_number(int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t start = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > start + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string short_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "\u221E" : "\u2212\u221E";
  const double size = std::abs(value);
  char text[40];
  if (size != 0 && (size < 1e-4 || size >= 1e9)) {
    std::snprintf(text, sizeof text, "%.2e", value);
    const std::string digits = text;
    const std::size_t e = digits.find('e');
    const std::size_t last = digits.find_last_not_of(".0", e - 1);
    // Without the zeros of "1.20e-07".
    return as_text(digits.substr(0, last + 1), "e", std::stoi(digits.substr(e + 1)));
  }
  if (size >= 1000) return whole_number(static_cast<int64_t>(std::llround(value)));
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace reel::io
