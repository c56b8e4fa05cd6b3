#include <reel/core/error.h>
#include <reel/io/training/json_log.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>

namespace reel {

using io::JsonLog;

TEST_CASE("json: rows are in the file as soon as they are written", "[json_log]") {
  const TemporaryFolder folder;
  JsonLog log(folder.file("log.jsonl"));
  log.row({{"epoch", 1}, {"loss", 0.1F}, {"best", true}, {"note", "a \"b\"\n\\"}});
  CHECK(folder.read("log.jsonl") ==
        "{\"epoch\": 1, \"loss\": 0.1, \"best\": true, \"note\": \"a \\\"b\\\"\\n\\\\\"}\n");
  log.row({});
  CHECK(folder.read("log.jsonl").ends_with("}\n{}\n"));
}

TEST_CASE("json: every value comes back", "[json_log]") {
  const TemporaryFolder folder;
  JsonLog log(folder.file("log.jsonl"));
  const double tiny = std::numeric_limits<double>::denorm_min();
  log.row({{"i", std::numeric_limits<int64_t>::min()},
           {"u", std::numeric_limits<uint64_t>::max()},
           {"d", 1.0 / 3},
           {"tiny", tiny},
           {"large", -1e300},
           {"size", size_t{7}},
           {"text", "größer\x01\xff"},
           {"</script>", "x"}});
  const auto row = nlohmann::json::parse(folder.read("log.jsonl"));
  CHECK(row["i"] == std::numeric_limits<int64_t>::min());
  CHECK(row["u"] == std::numeric_limits<uint64_t>::max());
  CHECK(row["d"] == 1.0 / 3);
  CHECK(row["tiny"] == tiny);
  CHECK(row["large"] == -1e300);
  CHECK(row["size"] == 7);
  CHECK(row["text"] == "größer\x01\uFFFD");
  CHECK(row["</script>"] == "x");
}

TEST_CASE("json: any bytes make a line that can be read", "[json_log]") {
  const TemporaryFolder folder;
  JsonLog log(folder.file("log.jsonl"));
  // Every byte before each of these: alone, cut short, too long, a surrogate, beyond the last.
  const std::vector<std::string> tails{
      "",         "a",        "\x80",         "\x80\x80",     "\x80\x80\x80",
      "\xBF\xBF", "\x90\x80", "\xA0\x80\x80", "\x8F\xBF\xBF", "\xC3\xA4"};
  std::vector<std::string> texts;
  for (int byte = 0; byte < 256; ++byte)
    for (const std::string& tail : tails) texts.push_back(static_cast<char>(byte) + tail);
  for (const std::string& text : texts) log.row({{"text", text}});
  std::istringstream lines(folder.read("log.jsonl"));
  std::string line;
  for (const std::string& text : texts) {
    REQUIRE(std::getline(lines, line));
    const auto row = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const std::string expected =
        nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    INFO(line << " for " << expected);
    REQUIRE(row.is_object());
    const std::string got = row["text"];
    // What is UTF-8 comes back as it was; the number of U+FFFD for what is not is a matter of
    // taste.
    const auto without = [](std::string s) {
      for (size_t at; (at = s.find("\uFFFD")) != std::string::npos;) s.erase(at, 3);
      return s;
    };
    CHECK(without(got) == without(nlohmann::json::parse(expected).get<std::string>()));
  }
}

TEST_CASE("json: what is not finite becomes null", "[json_log]") {
  const TemporaryFolder folder;
  JsonLog log(folder.file("log.jsonl"));
  const double inf = std::numeric_limits<double>::infinity();
  log.row({{"a", inf - inf}, {"b", inf}, {"c", -std::numeric_limits<float>::infinity()}});
  CHECK(folder.read("log.jsonl") == "{\"a\": null, \"b\": null, \"c\": null}\n");
}

TEST_CASE("json: a log that goes on loses only what a crash cut short", "[json_log]") {
  const TemporaryFolder folder;
  const auto appended_to = [&](const std::string& content) {
    JsonLog(folder.write("log.jsonl", content), JsonLog::Mode::kAppend).row({{"a", 2}});
    return folder.read("log.jsonl");
  };
  CHECK(appended_to("") == "{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": 1}\n") == "{\"a\": 1}\n{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": 1}\n{\"a\":") == "{\"a\": 1}\n{\"a\": 2}\n");
  CHECK(appended_to("{\"a") == "{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": \"\\\"{[\\\\\"}") == "{\"a\": \"\\\"{[\\\\\"}\n{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": \"}") == "{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": 1}") == "{\"a\": 1}\n{\"a\": 2}\n");
  CHECK(appended_to("{\"a\": 1}\n{\"a\": {\"b\": 1}") == "{\"a\": 1}\n{\"a\": 2}\n");
  { JsonLog(folder.file("log.jsonl")).row({{"b", 3}}); }
  CHECK(folder.read("log.jsonl") == "{\"b\": 3}\n");
}

TEST_CASE("json: a file of another kind is left alone", "[json_log]") {
  const TemporaryFolder folder;
  const std::string path = folder.write("log.csv", "a,b");
  CHECK(message_of<IoError>([&] { JsonLog(path, JsonLog::Mode::kAppend); }) ==
        "JsonLog: '" + path + "' begins with 'a'; a file to append to must begin with '{'.");
  CHECK(folder.read("log.csv") == "a,b");
}

}  // namespace reel
