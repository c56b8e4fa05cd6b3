#include <reel/data/idx.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/core/shape.h>
#include <reel/data/byte_reader.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <optional>
#include <vector>

namespace reel::data {
namespace {

// The format counts in signed 32-bit integers.
constexpr int64_t kMaxDim = std::numeric_limits<int32_t>::max();

/// The element types, by their codes in the file.
enum class IdxType : uint8_t {
  kUInt8 = 0x08,
  kInt8 = 0x09,
  kInt16 = 0x0B,
  kInt32 = 0x0C,
  kFloat32 = 0x0D,
  kFloat64 = 0x0E,
};

struct Header {
  IdxType type;
  std::vector<int64_t> dims;
  int64_t element_bytes;
  /// Of all elements together.
  int64_t data_bytes;
};

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
  if (file.read(b, 4) < 4) file.fail(as_text("the file ends within its ", what, "."));
  return uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | uint32_t{b[3]};
}

/// Appends the dimensions and works out how many bytes of elements they announce.
void read_dims(ByteReader& file, int num_dims, Header& header) {
  // Sizes of zero count as one here, so that the strides of an empty array cannot overflow either.
  int64_t span = header.element_bytes;
  bool empty = false;
  for (int d = 0; d < num_dims; ++d) {
    const int64_t dim = read_big_endian_32(file, "dimensions");
    header.dims.push_back(dim);
    if (dim > kMaxDim) {
      file.fail(as_text("dimension ", d, " is ", dim, "; at most ", kMaxDim, " is allowed."));
    }
    if (span > std::numeric_limits<int64_t>::max() / std::max<int64_t>(dim, 1)) {
      file.fail(as_text("dimensions ", IntArrayRef(header.dims),
                        " are too large; their bytes must be countable in 63 bits."));
    }
    span *= std::max<int64_t>(dim, 1);
    empty = empty || dim == 0;
  }
  header.data_bytes = empty ? 0 : span;
}

/// Two zero bytes, the type code, the number of dimensions, the dimensions.
Header read_header(ByteReader& file) {
  const uint32_t magic = read_big_endian_32(file, "4-byte magic number");
  if (magic >> 16 != 0) file.fail("not an IDX file; one starts with two zero bytes.");
  const auto type_code = static_cast<uint8_t>(magic >> 8);
  const std::optional<int64_t> element_bytes = element_size(type_code);
  if (!element_bytes) {
    file.fail(as_text("unknown element type ", hex(type_code),
                      "; known are 0x08, 0x09 and 0x0B to 0x0E."));
  }
  const int num_dims = static_cast<int>(magic & 0xFF);
  if (num_dims < 1 || num_dims > kMaxDims) {
    file.fail(as_text(num_dims, " dimensions; 1 to ", kMaxDims, " are supported."));
  }
  Header header = {static_cast<IdxType>(type_code), {}, *element_bytes, 0};
  read_dims(file, num_dims, header);
  return header;
}

std::vector<uint8_t> read_elements(ByteReader& file, const Header& header) {
  const int64_t start = file.position();
  std::vector<uint8_t> bytes = file.read_all(static_cast<std::size_t>(header.data_bytes));
  if (static_cast<int64_t>(bytes.size()) < header.data_bytes) {
    file.fail(as_text("the elements are cut short: ", file.position() - start, " bytes are there; ",
                      IntArrayRef(header.dims), " needs ", header.data_bytes, "."));
  }
  // Also makes a gzip stream verify its checksum, which follows the last element.
  uint8_t extra = 0;
  if (file.read(&extra, 1) != 0) {
    file.fail(as_text("bytes follow the last element; ", IntArrayRef(header.dims), " ends after ",
                      header.data_bytes, " bytes of elements."));
  }
  return bytes;
}

/// The big-endian `Stored` elements as a tensor of `Element`.
template <class Stored, class Element>
Tensor decode(const std::vector<uint8_t>& bytes, const std::vector<int64_t>& dims) {
  const Tensor tensor = empty(dims, dtype_of<Element>);
  Element* out = tensor.data_ptr<Element>();
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Stored)) {
    std::array<uint8_t, sizeof(Stored)> element;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), sizeof(Stored), element.begin());
    if constexpr (std::endian::native == std::endian::little)
      std::reverse(element.begin(), element.end());
    *out++ = std::bit_cast<Stored>(element);
  }
  return tensor;
}

}  // namespace

Tensor read_idx(const std::string& path) {
  ByteReader file("read_idx", path);
  const Header header = read_header(file);
  const std::vector<uint8_t> bytes = read_elements(file, header);
  switch (header.type) {
    case IdxType::kUInt8:
      return decode<uint8_t, uint8_t>(bytes, header.dims);
    case IdxType::kInt8:
      return decode<int8_t, int32_t>(bytes, header.dims);
    case IdxType::kInt16:
      return decode<int16_t, int32_t>(bytes, header.dims);
    case IdxType::kInt32:
      return decode<int32_t, int32_t>(bytes, header.dims);
    case IdxType::kFloat32:
      return decode<float, float>(bytes, header.dims);
    case IdxType::kFloat64:
      return decode<double, double>(bytes, header.dims);
  }
  throw_internal_error("read_idx: an element type without a decoder");
}

}  // namespace reel::data
