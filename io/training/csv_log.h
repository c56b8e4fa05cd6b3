#pragma once
// A table of numbers that grows while a program runs.

#include <reel/io/append_file.h>

#include <cstdint>
#include <string>
#include <vector>

namespace reel::io {

/// One field of a row: a number, with as many digits as bring back the same value, or text, quoted
/// where CSV needs it. Throws: ArgumentError if text has a line break.
class CsvField {
 public:
  CsvField(int value);
  CsvField(int64_t value);
  CsvField(float value);
  CsvField(double value);
  CsvField(const char* text);
  CsvField(const std::string& text);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A CSV file with a header, each row of which is on its way to the disk when row() returns.
class CsvLog {
 public:
  using Mode = AppendFile::Mode;

  /// With kAppend, rows are added to an existing file; a last row that was cut short by a crash is
  /// removed first, one that lacks only its line end gets it. Throws: IoError if the file cannot be
  /// written or, with kAppend, has another header; ArgumentError without columns.
  CsvLog(std::string path, std::vector<std::string> columns, Mode mode = Mode::kReplace);

  /// Throws: ArgumentError unless there is a field for each column, IoError if the file cannot be
  /// written.
  void row(const std::vector<CsvField>& fields);

 private:
  std::string path_;
  std::vector<std::string> columns_;
  AppendFile file_;
};

}  // namespace reel::io
