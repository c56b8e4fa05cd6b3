#include <reel/data/csv.h>

#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/data/byte_reader.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <type_traits>

namespace reel::data {

namespace {

constexpr std::size_t kLongestQuoted = 40;  // of a field, in an error

std::string read_text(const std::string& path) {
  const std::vector<uint8_t> bytes = ByteReader("read_csv", path).read_all(SIZE_MAX);
  return {bytes.begin(), bytes.end()};
}

std::string_view without_spaces(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_missing(std::string_view text) {
  if (text.empty() || text == "?") return true;
  if (text.size() > 4) return false;
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower == "na" || lower == "n/a" || lower == "nan" || lower == "null";
}

std::string shown(std::string_view text) {
  if (text.size() > kLongestQuoted)
    return as_text("'", std::string(text.substr(0, kLongestQuoted)), "...'");
  return as_text("'", std::string(text), "'");
}

template <class T>
bool parse(std::string_view text, T& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (stopped != end) return false;
  if (error == std::errc()) return true;
  // Too small to be told from 0, which value is; not too large.
  return std::is_floating_point_v<T> && text.find_first_of("eE") != text.npos &&
         text[text.find_first_of("eE") + 1] == '-';
}

}  // namespace

struct CsvTable::Content {
  struct Field {
    std::size_t begin, end;
    bool has_quotes;  // "" stands for " in it
  };

  std::string path, text;
  CsvOptions options;
  std::vector<std::string> names;
  std::vector<Field> fields;   // row after row
  std::vector<int64_t> lines;  // where each row begins, from 1

  std::size_t columns() const { return names.size(); }

  [[noreturn]] void fail(int64_t line, const std::string& what) const {
    throw_io_error(as_text("read_csv: '", path, "', line ", line, ": ", what));
  }
  [[noreturn]] void fail(std::size_t row, std::size_t column, const std::string& what) const {
    throw_io_error(as_text("read_csv: '", path, "', line ", lines[row], ", column ", column, " ('",
                           names[column], "'): ", what));
  }

  std::string_view raw(std::size_t row, std::size_t column) const {
    const Field& field = fields[row * columns() + column];
    return std::string_view(text).substr(field.begin, field.end - field.begin);
  }

  std::string unquoted(const Field& field) const {
    std::string result = text.substr(field.begin, field.end - field.begin);
    if (!field.has_quotes) return result;
    for (std::size_t at = 0; (at = result.find("\"\"", at)) != std::string::npos; ++at)
      result.erase(at, 1);
    return result;
  }

  /// Appends the fields of the row at `at`, which moves behind it; counts the lines it takes.
  void scan_row(std::size_t& at, int64_t& line, std::vector<Field>& row) const {
    row.clear();
    for (;;) {
      row.push_back(at < text.size() && text[at] == '"' ? scan_quoted(at, line) : scan_plain(at));
      if (at == text.size()) return;
      if (text[at] != options.delimiter()) break;
      ++at;
      if (at == text.size()) {
        row.push_back({at, at, false});
        return;
      }
    }
    if (text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') ++at;
    ++line;
  }

  bool ends_line(std::size_t at) const { return text[at] == '\n' || text[at] == '\r'; }

  Field scan_plain(std::size_t& at) const {
    const std::size_t begin = at;
    while (at < text.size() && text[at] != options.delimiter() && !ends_line(at)) ++at;
    return {begin, at, false};
  }

  Field scan_quoted(std::size_t& at, int64_t& line) const {
    const int64_t first_line = line;
    const std::size_t begin = ++at;
    bool has_quotes = false;
    for (;; ++at) {
      if (at == text.size())
        fail(first_line, "a quoted field is not closed; it needs a second '\"'.");
      if (ends_line(at) && text.compare(at, 2, "\r\n") != 0) ++line;
      if (text[at] != '"') continue;
      if (at + 1 == text.size() || text[at + 1] != '"') break;
      has_quotes = true;
      ++at;
    }
    const Field field{begin, at++, has_quotes};
    if (at < text.size() && text[at] != options.delimiter() && !ends_line(at))
      fail(line, "text follows a quoted field; a delimiter or the end of the line must.");
    return field;
  }

  void scan() {
    std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a mark of UTF-8
    int64_t line = 1;
    bool has_names = false;
    std::vector<Field> row;
    while (at < text.size()) {
      const int64_t row_line = line;
      const std::size_t begin = at;
      scan_row(at, line, row);
      // With its quote, "" is a field.
      const auto whole = std::string_view(text).substr(begin, row[0].end - begin);
      if (row.size() == 1 && without_spaces(whole).empty()) continue;
      if (!has_names) {
        has_names = true;
        for (std::size_t c = 0; c < row.size(); ++c)
          names.push_back(options.header() ? std::string(without_spaces(unquoted(row[c])))
                                           : as_text(c));
        if (options.header()) continue;
      }
      if (row.size() != names.size())
        fail(row_line, as_text(row.size(), " fields; each row must have ", names.size(),
                               ", as the first one."));
      fields.insert(fields.end(), row.begin(), row.end());
      lines.push_back(row_line);
    }
  }

  template <class T>
  T number(std::size_t row, std::size_t column) const {
    const std::string_view text_of_field = without_spaces(raw(row, column));
    T value{};
    if (parse(text_of_field, value)) {
      if (std::is_integral_v<T> || value == value || options.missing_is_nan()) return value;
    }
    if (is_missing(text_of_field)) {
      if (std::is_floating_point_v<T> && options.missing_is_nan())
        return std::numeric_limits<T>::quiet_NaN();
      fail(row, column,
           as_text(shown(text_of_field), " is missing; there must be a number.",
                   std::is_floating_point_v<T> ? " [missing_is_nan(true) makes it NaN]" : ""));
    }
    fail(row, column,
         as_text(shown(text_of_field), " is not of ", dtype_of<T>, "; there must be a number",
                 std::is_integral_v<T> ? " without a fraction, in its range." : ", in its range."));
  }

  template <class T>
  void fill(const Tensor& result, const std::vector<std::size_t>& which) const {
    T* out = result.data_ptr<T>();
    for (std::size_t row = 0; row < lines.size(); ++row)
      for (const std::size_t column : which) *out++ = number<T>(row, column);
  }

  Tensor numbers(const std::vector<std::size_t>& which, Shape shape, Dtype dtype) const {
    REEL_CHECK(dtype == kFloat32 || dtype == kFloat64 || dtype == kInt32 || dtype == kInt64,
               "CsvTable: columns of ", dtype, "; it must be float32, float64, int32 or int64.");
    const Tensor result = empty(shape, dtype);
    if (dtype == kFloat32) fill<float>(result, which);
    if (dtype == kFloat64) fill<double>(result, which);
    if (dtype == kInt32) fill<int32_t>(result, which);
    if (dtype == kInt64) fill<int64_t>(result, which);
    return result;
  }
};

CsvTable::CsvTable(const std::string& path, CsvOptions options)
    : content_(std::make_unique<Content>()) {
  const char d = options.delimiter();
  REEL_CHECK(d != '"' && d != '\n' && d != '\r',
             "CsvTable: the delimiter is a quote or a line break; it must be another character.");
  content_->path = path;
  content_->options = options;
  content_->text = read_text(path);
  content_->scan();
}
CsvTable::~CsvTable() = default;
CsvTable::CsvTable(CsvTable&&) noexcept = default;
CsvTable& CsvTable::operator=(CsvTable&&) noexcept = default;

int64_t CsvTable::rows() const { return static_cast<int64_t>(content_->lines.size()); }
const std::vector<std::string>& CsvTable::names() const { return content_->names; }

std::size_t CsvTable::number_of(const CsvColumn& column) const {
  const std::vector<std::string>& names = content_->names;
  const auto count = static_cast<int>(names.size());
  if (!column.is_name_) {
    REEL_CHECK(column.number_ >= -count && column.number_ < count, "CsvTable: column ",
               column.number_, " of '", content_->path, "'; there are ", count, ".");
    return static_cast<std::size_t>(column.number_ + (column.number_ < 0 ? count : 0));
  }
  const auto found = std::find(names.begin(), names.end(), column.name_);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "'" : ", '") + name + "'";
  REEL_CHECK(found != names.end(), "CsvTable: no column of '", content_->path, "' is named '",
             column.name_, "'; there are ", all.empty() ? "none" : all, ".");
  REEL_CHECK(std::find(found + 1, names.end(), column.name_) == names.end(),
             "CsvTable: several columns of '", content_->path, "' are named '", column.name_,
             "'; a name must be of one. [give its number]");
  return static_cast<std::size_t>(found - names.begin());
}

Tensor CsvTable::column(const CsvColumn& column, Dtype dtype) const {
  return content_->numbers({number_of(column)}, {rows()}, dtype);
}

Tensor CsvTable::columns(const std::vector<CsvColumn>& columns, Dtype dtype) const {
  std::vector<std::size_t> which;
  for (const CsvColumn& column : columns) which.push_back(number_of(column));
  return content_->numbers(which, {rows(), static_cast<int64_t>(which.size())}, dtype);
}

Tensor CsvTable::columns(Dtype dtype) const {
  std::vector<std::size_t> which(names().size());
  for (std::size_t c = 0; c < which.size(); ++c) which[c] = c;
  return content_->numbers(which, {rows(), static_cast<int64_t>(which.size())}, dtype);
}

std::vector<std::string> CsvTable::texts(const CsvColumn& column) const {
  const std::size_t which = number_of(column);
  std::vector<std::string> result;
  result.reserve(content_->lines.size());
  for (std::size_t row = 0; row < content_->lines.size(); ++row)
    result.push_back(content_->unquoted(content_->fields[row * names().size() + which]));
  return result;
}

CsvClasses CsvTable::classes(const CsvColumn& column) const {
  const std::vector<std::string> all = texts(column);
  CsvClasses classes;
  classes.names = all;
  std::sort(classes.names.begin(), classes.names.end());
  classes.names.erase(std::unique(classes.names.begin(), classes.names.end()), classes.names.end());
  classes.targets = empty({rows()}, kInt64);
  int64_t* target = classes.targets.data_ptr<int64_t>();
  for (const std::string& text : all) {
    const auto place = std::lower_bound(classes.names.begin(), classes.names.end(), text);
    *target++ = place - classes.names.begin();
  }
  return classes;
}

}  // namespace reel::data
