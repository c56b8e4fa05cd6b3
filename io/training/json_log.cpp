#include <reel/io/training/json_log.h>

#include <reel/core/error.h>

#include <nlohmann/json.hpp>

namespace reel::io {
namespace {

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_of(const LogValue& value) {
  if (value.kind() == LogValue::Kind::kText) return quoted(value.text());
  return value.is_finite() ? value.text() : "null";
}

}  // namespace

JsonLog::JsonLog(std::string path, Mode mode) : file_("JsonLog", path, mode) {
  const std::string start = file_.head(1);
  if (!start.empty() && start != "{")
    throw_io_error(concat("JsonLog: '", path, "' begins with '", start,
                          "'; a file to append to must begin with '{'."));
  file_.keep_whole_lines();
}

void JsonLog::row(const std::vector<JsonField>& fields) {
  std::string line = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      REEL_CHECK(fields[i].name != fields[j].name, "JsonLog: the name '", fields[i].name,
                 "' occurs twice in a row; each field needs one of its own.");
    line += concat(i == 0 ? "" : ", ", quoted(fields[i].name), ": ", json_of(fields[i].value));
  }
  file_.write(line + "}\n");
}

}  // namespace reel::io
