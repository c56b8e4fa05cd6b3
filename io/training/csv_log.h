#pragma once
// A table of numbers that grows while a program runs.

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
  enum class Mode { kReplace, kAppend };

  /// With kAppend, rows are added to an existing file; a last row that was cut short by a crash is
  /// removed first. Throws: IoError if the file cannot be written or, with kAppend, has another
  /// header; ArgumentError without columns.
  CsvLog(std::string path, std::vector<std::string> columns, Mode mode = Mode::kReplace);
  ~CsvLog();
  CsvLog(const CsvLog&) = delete;
  CsvLog& operator=(const CsvLog&) = delete;

  /// Throws: ArgumentError unless there is a field for each column, IoError if the file cannot be
  /// written.
  void row(const std::vector<CsvField>& fields);

 private:
  void keep_whole_rows(const std::string& header);
  void read_at(int64_t position, std::string& out) const;
  void write_line(const std::string& line);
  [[noreturn]] void fail(const char* what) const;

  std::string path_;
  std::vector<std::string> columns_;
  int descriptor_ = -1;
};

}  // namespace reel::io
