#pragma once
// A file of lines that grows while a program runs.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace reel::io {

/// Lines that are on their way to the disk when write() returns, each in one call of the system, so
/// that neither a crash nor another program that appends leaves half a line in between; a full disk
/// may, where another program appends at the same time. Throws: IoError naming the path and the
/// cause.
class AppendFile {
 public:
  enum class Mode { kReplace, kAppend };

  /// `op` is the operation that errors are reported for.
  AppendFile(std::string op, std::string path, Mode mode);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// The first bytes, at most `most` of them.
  std::string head(std::size_t most) const;
  bool is_empty() const { return size() == 0; }
  /// Of a last line without an end: gives it one if `is_whole` says that nothing else lacks, as
  /// after an editor, and removes it if a crash cut it short.
  void keep_whole_lines(const std::function<bool(const std::string& line)>& is_whole);
  void write(const std::string& lines);

 private:
  int64_t size() const;
  void read_at(int64_t position, std::string& out) const;
  [[noreturn]] void fail(const char* what) const;

  std::string op_;
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace reel::io
