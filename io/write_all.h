#pragma once
// Writing to file descriptors.

#include <cstddef>

namespace reel::io {

/// Writes all the bytes, in one call unless the system takes fewer at a time. Returns false, with
/// errno, on failure.
bool write_all(int descriptor, const void* data, std::size_t size);

/// Adds all the bytes to the end of a file, or none: what a full disk has taken of them is cut off
/// again, as what follows a torn record can not be read, unless another program has appended since.
/// Returns false, with errno, on failure.
bool append_all(int descriptor, const void* data, std::size_t size);

}  // namespace reel::io
