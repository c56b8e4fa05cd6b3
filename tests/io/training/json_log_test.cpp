#include <reel/core/error.h>
#include <reel/io/training/json_log.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <limits>

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
