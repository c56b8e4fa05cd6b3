#pragma once
// The IDX format, in which MNIST and its relatives are published.

#include <cstdint>
#include <string>
#include <vector>

namespace reel::data {

/// The element types of the format, by their codes in the file.
enum class IdxType : uint8_t {
  kUInt8 = 0x08,
  kInt8 = 0x09,
  kInt16 = 0x0B,
  kInt32 = 0x0C,
  kFloat32 = 0x0D,
  kFloat64 = 0x0E,
};

/// What an IDX file holds: `bytes` are the elements in row-major order and in the machine's byte
/// order.
struct IdxArray {
  IdxType type = IdxType::kUInt8;
  std::vector<int64_t> dims;
  std::vector<uint8_t> bytes;

  int64_t numel() const;
};

/// Reads a whole IDX file, plain or gzip. Memory grows with the bytes that are really there, never
/// by what a header claims. Throws: IoError with the path and the position, unless the file is
/// exactly one array of 1 to 8 dimensions. Source: the format section of
/// http://yann.lecun.com/exdb/mnist/
IdxArray read_idx(const std::string& path);

}  // namespace reel::data
