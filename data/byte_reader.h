#pragma once
// The bytes of a file, plain or gzip.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace reel::data {

/// Reads the content of a file from start to end. A file that begins as gzip does is decompressed,
/// whatever its name; checksums are verified, and whatever follows the last gzip member must be
/// another one. Throws: IoError naming the path and the position, if the file cannot be read or its
/// gzip stream is damaged.
class ByteReader {
 public:
  /// `op` is the operation that errors are reported for.
  ByteReader(std::string op, std::string path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Fills `out` and returns how many bytes that took: fewer than `count` only where the content
  /// ends.
  std::size_t read(uint8_t* out, std::size_t count);

  /// What follows, but at most `most` bytes of it: memory is taken as content is found.
  std::vector<uint8_t> read_all(std::size_t most);

  /// Bytes of content read so far.
  int64_t position() const;

  /// Throws an IoError that says `what` is wrong at the current position.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace reel::data
