#pragma once
// IDX files made for tests.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel {

inline std::string big_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// The bytes of an IDX file of these dimensions; the elements are given as bytes too.
inline std::string idx_bytes(int type_code, const std::vector<uint64_t>& dims,
                             const std::string& elements) {
  std::string file = big_endian(static_cast<uint64_t>(type_code), 3) + big_endian(dims.size(), 1);
  for (const uint64_t dim : dims) file += big_endian(dim, 4);
  return file + elements;
}

inline std::string gzip(const std::string& content) {
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  std::string input = content;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace reel
