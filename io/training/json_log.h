#pragma once
// Records as JSON lines (jsonlines.org): one object a line.

#include <reel/io/append_file.h>
#include <reel/io/training/log_value.h>

#include <string>
#include <vector>

namespace reel::io {

/// `{"loss", 0.25}`: a name and a value of a record.
struct JsonField {
  std::string name;
  LogValue value;
};

/// `JsonLog log("log.jsonl"); log.row({{"epoch", 1}, {"loss", 0.25}});`. Rows may differ in their
/// fields. Each is on its way to the disk, whole, when row() returns.
class JsonLog {
 public:
  using Mode = AppendFile::Mode;

  /// With kAppend, rows are added to an existing file; a last row that was cut short by a crash is
  /// removed first, one that lacks only its line end gets it. Throws: IoError if the file cannot be
  /// written or, with kAppend, does not begin with an object.
  explicit JsonLog(std::string path, Mode mode = Mode::kReplace);

  /// NaN and infinities, which JSON lacks, become null; bytes that are not UTF-8 become U+FFFD.
  /// Throws: ArgumentError for a name that occurs twice, IoError if the file cannot be written.
  void row(const std::vector<JsonField>& fields);

 private:
  AppendFile file_;
};

}  // namespace reel::io
