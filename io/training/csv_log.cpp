#include <reel/io/training/csv_log.h>

#include <reel/core/error.h>

#include <array>
#include <charconv>

namespace reel::io {
namespace {

template <class Number>
std::string shortest(Number value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

/// RFC 4180: quotes around what contains a separator, and quotes doubled within.
std::string quoted(const std::string& text) {
  const size_t line_end = text.find_first_of("\r\n");
  REEL_CHECK(line_end == std::string::npos, "CsvLog: the field that begins '",
             text.substr(0, line_end), "' has a line break; a row must be one line.");
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    result += c;
    if (c == '"') result += c;
  }
  return result + '"';
}

std::string join(const std::vector<CsvField>& fields) {
  std::string line;
  for (const CsvField& field : fields) {
    if (&field != &fields.front()) line += ',';
    line += field.text();
  }
  return line + '\n';
}

/// Whether a line without an end has all fields, the last of which is neither empty nor an open
/// quote: such a one may have been cut short.
bool is_row(const std::string& line, size_t fields) {
  size_t found = 1;
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    if (c == ',' && !in_quotes) ++found;
  }
  return found >= fields && !in_quotes && !line.ends_with(',');
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::vector<std::string> checked(const std::string& path, std::vector<std::string> columns) {
  REEL_CHECK(!columns.empty(), "CsvLog: no columns for '", path, "'; at least 1 is needed.");
  return columns;
}

}  // namespace

CsvField::CsvField(int value) : text_(std::to_string(value)) {}
CsvField::CsvField(int64_t value) : text_(std::to_string(value)) {}
CsvField::CsvField(float value) : text_(shortest(value)) {}
CsvField::CsvField(double value) : text_(shortest(value)) {}
CsvField::CsvField(const char* text) : text_(quoted(text)) {}
CsvField::CsvField(const std::string& text) : text_(quoted(text)) {}

CsvLog::CsvLog(std::string path, std::vector<std::string> columns, Mode mode)
    : path_(std::move(path)),
      columns_(checked(path_, std::move(columns))),
      file_("CsvLog", path_, mode) {
  const std::string header = join({columns_.begin(), columns_.end()});
  const std::string start = file_.head(header.size());
  if (!header.starts_with(start)) {
    throw_io_error(as_text("CsvLog: '", path_, "' begins with '", first_line(start),
                           "'; its header must be '", first_line(header),
                           "' for rows to be appended."));
  }
  file_.keep_whole_lines(
      [&](const std::string& line) { return start == header && is_row(line, columns_.size()); });
  if (file_.is_empty()) file_.write(header);
}

void CsvLog::row(const std::vector<CsvField>& fields) {
  REEL_CHECK(fields.size() == columns_.size(), "CsvLog: a row of ", fields.size(), " fields for '",
             path_, "'; the header has ", columns_.size(), " columns.");
  file_.write(join(fields));
}

}  // namespace reel::io
