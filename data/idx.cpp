#include <reel/data/idx.h>

#include <reel/core/error.h>
#include <reel/core/shape.h>
#include <reel/data/byte_reader.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

namespace reel::data {
namespace {

// The format counts in signed 32-bit integers.
constexpr int64_t kMaxDim = std::numeric_limits<int32_t>::max();
constexpr std::size_t kFirstChunk = std::size_t{1} << 20;

std::optional<int64_t> element_size(uint8_t type_code) {
  switch (static_cast<IdxType>(type_code)) {
    case IdxType::kUInt8:
    case IdxType::kInt8:
      return 1;
    case IdxType::kInt16:
      return 2;
    case IdxType::kInt32:
    case IdxType::kFloat32:
      return 4;
    case IdxType::kFloat64:
      return 8;
  }
  return std::nullopt;
}

std::string hex(uint8_t byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

uint32_t read_big_endian_32(ByteReader& file, const char* what) {
  uint8_t b[4];
  if (file.read(b, 4) < 4) file.fail(concat("the file ends within its ", what, "."));
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | uint32_t{b[3]};
}

/// The first four bytes: two zeros, the type code, the number of dimensions.
void read_magic(ByteReader& file, IdxArray& array, int& num_dims) {
  const uint32_t magic = read_big_endian_32(file, "4-byte magic number");
  if (magic >> 16 != 0) file.fail("not an IDX file; one starts with two zero bytes.");
  const auto type_code = static_cast<uint8_t>(magic >> 8);
  if (!element_size(type_code)) {
    file.fail(concat("unknown element type ", hex(type_code),
                     "; known are 0x08, 0x09 and 0x0B to 0x0E."));
  }
  array.type = static_cast<IdxType>(type_code);
  num_dims = static_cast<int>(magic & 0xFF);
  if (num_dims < 1 || num_dims > kMaxDims) {
    file.fail(concat(num_dims, " dimensions; 1 to ", kMaxDims, " are supported."));
  }
}

/// Reads the dimensions and returns how many bytes of elements they announce.
int64_t read_dims(ByteReader& file, IdxArray& array, int num_dims, int64_t bytes_per_element) {
  // Sizes of zero count as one here, so that the strides of an empty array cannot overflow either.
  int64_t span = bytes_per_element;
  bool empty = false;
  for (int d = 0; d < num_dims; ++d) {
    const int64_t dim = read_big_endian_32(file, "dimensions");
    array.dims.push_back(dim);
    if (dim > kMaxDim) {
      file.fail(concat("dimension ", d, " is ", dim, "; at most ", kMaxDim, " is allowed."));
    }
    if (span > std::numeric_limits<int64_t>::max() / std::max<int64_t>(dim, 1)) {
      file.fail(concat("dimensions ", IntArrayRef(array.dims),
                       " are too large; their bytes must be countable in 63 bits."));
    }
    span *= std::max<int64_t>(dim, 1);
    empty = empty || dim == 0;
  }
  return empty ? 0 : span;
}

void read_elements(ByteReader& file, IdxArray& array, int64_t expected) {
  std::vector<uint8_t>& bytes = array.bytes;
  const int64_t start = file.position();
  while (static_cast<int64_t>(bytes.size()) < expected) {
    const std::size_t have = bytes.size();
    const auto missing = static_cast<uint64_t>(expected) - have;
    const auto chunk =
        static_cast<std::size_t>(std::min<uint64_t>(missing, std::max(have, kFirstChunk)));
    bytes.resize(have + chunk);
    if (file.read(bytes.data() + have, chunk) < chunk) {
      file.fail(concat("the elements are cut short: ", file.position() - start,
                       " bytes are there; ", IntArrayRef(array.dims), " needs ", expected, "."));
    }
  }
  // Also makes a gzip stream verify its checksum, which follows the last element.
  uint8_t extra = 0;
  if (file.read(&extra, 1) != 0) {
    file.fail(concat("bytes follow the last element; ", IntArrayRef(array.dims), " ends after ",
                     expected, " bytes of elements."));
  }
}

void to_host_order(std::vector<uint8_t>& bytes, int64_t bytes_per_element) {
  if constexpr (std::endian::native == std::endian::little) {
    if (bytes_per_element == 1) return;
    for (auto element = bytes.begin(); element != bytes.end(); element += bytes_per_element) {
      std::reverse(element, element + bytes_per_element);
    }
  }
}

}  // namespace

int64_t IdxArray::numel() const {
  int64_t product = 1;
  for (const int64_t dim : dims) product *= dim;
  return product;
}

IdxArray read_idx(const std::string& path) {
  ByteReader file("read_idx", path);
  IdxArray array;
  int num_dims = 0;
  read_magic(file, array, num_dims);
  const int64_t bytes_per_element = *element_size(static_cast<uint8_t>(array.type));
  const int64_t expected = read_dims(file, array, num_dims, bytes_per_element);
  read_elements(file, array, expected);
  to_host_order(array.bytes, bytes_per_element);
  return array;
}

}  // namespace reel::data
