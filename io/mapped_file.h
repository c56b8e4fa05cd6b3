#pragma once
// A file's bytes in memory, without reading what nobody looks at.

#include <cstddef>
#include <string>

namespace reel::io {

/// A regular file, mapped for reading. What replaces it by rename meanwhile, as AtomicFile does,
/// leaves the bytes as they are.
class MappedFile {
 public:
  /// `op` is the operation that errors are reported for. Throws: IoError naming the path and the
  /// cause.
  MappedFile(std::string op, std::string path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  /// Throws: IoError "op: 'path': what".
  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::string op_;
  std::string path_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace reel::io
