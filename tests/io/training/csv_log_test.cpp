#include <reel/core/error.h>
#include <reel/io/training/csv_log.h>

#include "tests/catch.h"
#include "tests/file_size_limit.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace reel {

using io::CsvLog;

TEST_CASE("csv: rows are in the file as soon as they are written", "[csv]") {
  const TemporaryFolder folder;
  CsvLog log(folder.file("log.csv"), {"epoch", "loss", "note"});
  CHECK(folder.read("log.csv") == "epoch,loss,note\n");
  log.row({1, 0.1, "first"});
  CHECK(folder.read("log.csv") == "epoch,loss,note\n1,0.1,first\n");
  log.row({int64_t{1} << 40, 1.0 / 3, ""});
  log.row({2, 0.1F, "a, \"b\""});
  CHECK(
      folder.read("log.csv") ==
      "epoch,loss,note\n1,0.1,first\n1099511627776,0.3333333333333333,\n2,0.1,\"a, \"\"b\"\"\"\n");
}

TEST_CASE("csv: a new log replaces the former file, or continues it", "[csv]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.csv");
  { CsvLog(path, {"a", "b"}).row({1, 2}); }
  { CsvLog(path, {"a", "b"}, CsvLog::Mode::kAppend).row({3, 4}); }
  CHECK(folder.read("log.csv") == "a,b\n1,2\n3,4\n");
  { CsvLog(path, {"x"}).row({5}); }
  CHECK(folder.read("log.csv") == "x\n5\n");
}

TEST_CASE("csv: a row that a crash cut short is removed", "[csv]") {
  const TemporaryFolder folder;
  const auto appended_to = [&](const std::string& content) {
    CsvLog(folder.write("log.csv", content), {"aa", "b"}, CsvLog::Mode::kAppend).row({8, 9});
    return folder.read("log.csv");
  };
  CHECK(appended_to("aa,b\n1,2\n3,") == "aa,b\n1,2\n8,9\n");
  CHECK(appended_to("aa,b\n1") == "aa,b\n8,9\n");
  CHECK(appended_to("aa,b") == "aa,b\n8,9\n");
  CHECK(appended_to("aa") == "aa,b\n8,9\n");
  CHECK(appended_to("") == "aa,b\n8,9\n");
  // Longer than what is read at once in search of its start.
  for (const size_t length : {4090, 4095, 4096, 4097, 10000})
    CHECK(appended_to("aa,b\n1,2\n" + std::string(length, '3')) == "aa,b\n1,2\n8,9\n");
}

TEST_CASE("csv: a last row that lacks only its line end stays", "[csv]") {
  const TemporaryFolder folder;
  const auto appended_to = [&](const std::string& content) {
    CsvLog(folder.write("log.csv", content), {"aa", "b"}, CsvLog::Mode::kAppend).row({8, 9});
    return folder.read("log.csv");
  };
  CHECK(appended_to("aa,b\n1,2\n3,4") == "aa,b\n1,2\n3,4\n8,9\n");
  CHECK(appended_to("aa,b\n\"1,\"\"\",2") == "aa,b\n\"1,\"\"\",2\n8,9\n");
  CHECK(appended_to("aa,b\n1,\"2,3") == "aa,b\n8,9\n");
  CHECK(appended_to("aa,b\n1,2,3") == "aa,b\n1,2,3\n8,9\n");
  // Whatever it is, it is no header yet.
  CsvLog(folder.write("log.csv", "aa,b"), {"aa", "bcd"}, CsvLog::Mode::kAppend);
  CHECK(folder.read("log.csv") == "aa,bcd\n");
}

TEST_CASE("csv: a full disk costs the row that does not fit, and no other", "[csv]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.csv");
  CsvLog log(path, {"a", "b"});
  log.row({1, 2});
  {
    const FileSizeLimit limit(10);
    CHECK(message_of<IoError>([&] {
            log.row({34, 56});
          }) == "CsvLog: cannot write '" + path + "': File too large.");
  }
  CHECK(folder.read("log.csv") == "a,b\n1,2\n");
  log.row({7, 8});
  CHECK(folder.read("log.csv") == "a,b\n1,2\n7,8\n");
}

TEST_CASE("csv: what would spoil the table is refused", "[csv]") {
  const TemporaryFolder folder;
  const std::string path = folder.file("log.csv");
  CsvLog log(path, {"a", "b"});
  CHECK(message_of<ArgumentError>([&] { log.row({1}); }) ==
        "CsvLog: a row of 1 fields for '" + path + "'; the header has 2 columns.");
  CHECK(message_of<ArgumentError>([&] {
          log.row({1, "two\nlines"});
        }) == "CsvLog: the field that begins 'two' has a line break; a row must be one line.");
  CHECK(message_of<ArgumentError>([&] { CsvLog(path, {}); }) ==
        "CsvLog: no columns for '" + path + "'; at least 1 is needed.");
  CHECK(message_of<IoError>([&] {
          CsvLog(path, {"a", "c"}, CsvLog::Mode::kAppend);
        }) == "CsvLog: '" + path +
                  "' begins with 'a,b'; its header must be 'a,c' for rows to be appended.");
  CHECK(folder.read("log.csv") == "a,b\n");
  const std::string missing = folder.file("missing/log.csv");
  CHECK(message_of<IoError>([&] { CsvLog(missing, {"a"}); }) ==
        "CsvLog: cannot open '" + missing + "': No such file or directory.");
}

}  // namespace reel
