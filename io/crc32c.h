#pragma once
// The checksum of TensorFlow's records.

#include <cstddef>
#include <cstdint>

namespace reel::io {

/// CRC-32C (Castagnoli): RFC 3720, appendix B.4.
uint32_t crc32c(const void* data, std::size_t size);

/// The same, turned and shifted, as it is stored beside the data that it is of.
uint32_t masked_crc32c(const void* data, std::size_t size);

}  // namespace reel::io
