#pragma once
// A file that appears whole or not at all.

#include <cstddef>
#include <string>

namespace reel::io {

/// Collects what is written in a temporary file beside `path`, which commit() renames to it.
/// Whoever reads `path` meanwhile, or after a crash, finds the former file unharmed. A symbolic
/// link leads to the file that is replaced, which keeps its mode; a device or FIFO is written as
/// it is. Throws: IoError naming the path and the cause.
class AtomicFile {
 public:
  /// `op` is the operation that errors are reported for.
  AtomicFile(std::string op, std::string path);
  /// Without a commit() nothing is left behind.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string op_;
  std::string path_;
  std::string target_;          // where the path's links lead
  std::string temporary_path_;  // empty while what is there is written itself
  int descriptor_ = -1;
};

}  // namespace reel::io
