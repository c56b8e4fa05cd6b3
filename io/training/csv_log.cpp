#include <reel/io/training/csv_log.h>

#include <fcntl.h>
#include <reel/core/error.h>
#include <reel/io/write_all.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

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

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

CsvField::CsvField(int value) : text_(std::to_string(value)) {}
CsvField::CsvField(int64_t value) : text_(std::to_string(value)) {}
CsvField::CsvField(float value) : text_(shortest(value)) {}
CsvField::CsvField(double value) : text_(shortest(value)) {}
CsvField::CsvField(const char* text) : text_(quoted(text)) {}
CsvField::CsvField(const std::string& text) : text_(quoted(text)) {}

CsvLog::CsvLog(std::string path, std::vector<std::string> columns, Mode mode)
    : path_(std::move(path)), columns_(std::move(columns)) {
  REEL_CHECK(!columns_.empty(), "CsvLog: no columns for '", path_, "'; at least 1 is needed.");
  const int start = mode == Mode::kReplace ? O_TRUNC : 0;
  descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | start, 0666);
  if (descriptor_ < 0) fail("open");
  try {
    const std::string header = join({columns_.begin(), columns_.end()});
    keep_whole_rows(header);
    if (lseek(descriptor_, 0, SEEK_END) == 0) write_line(header);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

CsvLog::~CsvLog() { close(descriptor_); }

void CsvLog::row(const std::vector<CsvField>& fields) {
  REEL_CHECK(fields.size() == columns_.size(), "CsvLog: a row of ", fields.size(), " fields for '",
             path_, "'; the header has ", columns_.size(), " columns.");
  write_line(join(fields));
}

void CsvLog::keep_whole_rows(const std::string& header) {
  const int64_t size = lseek(descriptor_, 0, SEEK_END);
  if (size < 0) fail("read");
  std::string start(std::min(static_cast<std::size_t>(size), header.size()), '\0');
  read_at(0, start);
  if (!header.starts_with(start)) {
    throw_io_error(concat("CsvLog: '", path_, "' begins with '", first_line(start),
                          "'; its header must be '", first_line(header),
                          "' for rows to be appended."));
  }
  int64_t whole = size;
  std::string last(1, '\0');
  for (; whole > 0; --whole) {
    read_at(whole - 1, last);
    if (last == "\n") break;
  }
  if (whole < size && ftruncate(descriptor_, whole) != 0) fail("truncate");
}

void CsvLog::read_at(int64_t position, std::string& out) const {
  const ssize_t got = pread(descriptor_, out.data(), out.size(), position);
  if (got != static_cast<ssize_t>(out.size())) fail("read");
}

void CsvLog::write_line(const std::string& line) {
  // One call, so that neither a crash nor another program that appends leaves half a row in
  // between.
  if (!write_all(descriptor_, line.data(), line.size())) fail("write");
}

void CsvLog::fail(const char* what) const {
  throw_io_error(concat("CsvLog: cannot ", what, " '", path_, "': ", std::strerror(errno), "."));
}

}  // namespace reel::io
