#pragma once
// The typeface of plots, compiled in so that no font file is needed where a program runs.

#include <cstddef>

namespace reel::io {

/// A TrueType file of kFontBytes, compressed by zlib, in base64.
extern const char* const kFontBase64;
extern const std::size_t kFontBytes;

}  // namespace reel::io
