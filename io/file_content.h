#pragma once
// A file's bytes in memory.

#include <cstddef>
#include <memory>
#include <string>

namespace reel::io {

/// The bytes of a regular file, those of up to kMostRead as they are now. A larger file is mapped,
/// and read where somebody looks: what replaces it by rename meanwhile, as AtomicFile does, leaves
/// the bytes as they are, but who looks at what was cut off where it lies ends by SIGBUS.
class FileContent {
 public:
  /// Up to some 4 MB a copy is as fast as a mapping; of these 16 it takes half a millisecond more.
  static constexpr std::size_t kMostRead = std::size_t{16} << 20;

  /// `op` is the operation that errors are reported for. Throws: IoError naming the path and the
  /// cause.
  FileContent(std::string op, std::string path);

  const char* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  /// Throws: IoError "op: 'path': what".
  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::string op_;
  std::string path_;
  std::size_t size_ = 0;
  std::shared_ptr<const char> data_;
};

}  // namespace reel::io
