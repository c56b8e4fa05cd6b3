#pragma once
// Writing to file descriptors.

#include <cstddef>

namespace reel::io {

/// Writes all the bytes, in one call unless the system takes fewer at a time. Returns false, with
/// errno, on failure.
bool write_all(int descriptor, const void* data, std::size_t size);

}  // namespace reel::io
