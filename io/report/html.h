#pragma once
// Text and pictures inside a page.

#include <reel/io/png.h>

#include <string>

namespace reel::io {

/// The text as what it is, in an element or an attribute: markup and quotes in it mean nothing;
/// control characters, and bytes that are not UTF-8, become U+FFFD.
std::string escaped(const std::string& text);
std::string base64(const std::string& bytes);
/// The picture as the `src` of an <img>.
std::string png_uri(const Image& image);

/// A number for people, of about four digits: "98.71", "0.00123", "1.2e-7", "12,345", "NaN".
std::string short_number(double value);
/// "12,345"
std::string whole_number(int64_t value);

}  // namespace reel::io
