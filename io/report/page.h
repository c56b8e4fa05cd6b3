#pragma once
// The frame of a page: its style, and the script that shows numbers under the pointer.

#include <string>

namespace reel::io {

/// A whole document. `title` is text, `body` is HTML.
std::string page_html(const std::string& title, const std::string& body);

}  // namespace reel::io
