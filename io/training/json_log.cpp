#include <reel/io/training/json_log.h>

#include <reel/core/error.h>
#include <reel/io/utf8.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace reel::io {
namespace {

std::string json_text(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    const char c = text[0];
    if (size == 0) {
      json += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c == '\n' || c == '\t') {
      json += c == '\n' ? "\\n" : "\\t";
    } else if (static_cast<uint8_t>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      json += code;
    } else {
      json += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return json + '"';
}

/// Whether all that a line opens is closed: texts, lists and objects.
bool is_whole(const std::string& line) {
  int64_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') in_text = !in_text;
    if (in_text && c == '\\') ++i;
    if (in_text) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return depth == 0 && !in_text;
}

std::string json_of(const LogValue& value) {
  if (value.kind() == LogValue::Kind::kText) return json_text(value.text());
  return value.is_finite() ? value.text() : "null";
}

}  // namespace

JsonLog::JsonLog(std::string path, Mode mode) : file_("JsonLog", path, mode) {
  const std::string start = file_.head(1);
  if (!start.empty() && start != "{")
    throw_io_error(as_text("JsonLog: '", path, "' begins with '", start,
                           "'; a file to append to must begin with '{'."));
  file_.keep_whole_lines(is_whole);
}

void JsonLog::row(const std::vector<JsonField>& fields) {
  std::string line = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      REEL_CHECK(fields[i].name != fields[j].name, "JsonLog: the name '", fields[i].name,
                 "' occurs twice in a row; each field needs one of its own.");
    line += as_text(i == 0 ? "" : ", ", json_text(fields[i].name), ": ", json_of(fields[i].value));
  }
  file_.write(line + "}\n");
}

}  // namespace reel::io
