#pragma once
// Characters in texts.

#include <cstddef>
#include <string_view>

namespace reel::io {

/// How many bytes the character at the front of a text takes; 0 if it is not UTF-8 (RFC 3629).
std::size_t utf8_size(std::string_view text);

}  // namespace reel::io
