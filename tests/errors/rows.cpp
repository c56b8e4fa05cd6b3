#include "tests/errors/rows.h"
#include "tests/catch.h"

#include <reel/core/error.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>

namespace reel::tests {

namespace {

constexpr const char* kPath = REEL_SOURCE_DIR "/tests/errors.txt";
constexpr const char* kHead =
    "# Every message that a mistake can cause, by the name of its row in tests/errors/.\n"
    "# REEL_WRITE_ERRORS=1 build/release/bin/reel_tests '[errors]' writes this file: read the "
    "difference.\n";

std::vector<ErrorRow>& rows() {
  static std::vector<ErrorRow> list;
  return list;
}

std::string message_of(const ErrorRow& row) {
  try {
    row.cause();
  } catch (const ArgumentError& e) {
    return std::string("ArgumentError ") + e.what();
  } catch (const GraphError& e) {
    return std::string("GraphError ") + e.what();
  } catch (const IoError& e) {
    return std::string("IoError ") + e.what();
  } catch (const Error& e) {
    return std::string("Error ") + e.what();
  }
  return "no error";
}

std::map<std::string, std::string> read_messages() {
  std::ifstream file(kPath);
  std::map<std::string, std::string> messages;
  std::string name, line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("    "))
      messages[name] = line.substr(4);
    else
      name = line;
  }
  return messages;
}

void write_messages(const std::map<std::string, std::string>& messages) {
  std::ofstream file(kPath);
  file << kHead;
  for (const auto& [name, message] : messages) file << '\n' << name << "\n    " << message << '\n';
}

}  // namespace

ErrorRows::ErrorRows(std::initializer_list<ErrorRow> added) {
  rows().insert(rows().end(), added.begin(), added.end());
}

std::vector<ErrorRow> all_error_rows() { return rows(); }

TEST_CASE("errors: every message is the one in errors.txt", "[errors]") {
  std::map<std::string, std::string> messages;
  for (const ErrorRow& row : all_error_rows()) {
    INFO(row.name);
    CHECK(messages.emplace(row.name, message_of(row)).second);
  }
  if (std::getenv("REEL_WRITE_ERRORS")) write_messages(messages);
  const auto expected = read_messages();
  for (const auto& [name, message] : messages) {
    INFO(name);
    CHECK(message == (expected.count(name) ? expected.at(name) : "not in errors.txt"));
  }
  for (const auto& [name, message] : expected) {
    INFO(name << " is in errors.txt, and no row causes it");
    CHECK(messages.count(name) == 1);
  }
}

TEST_CASE("errors: every message has the form of all", "[errors]") {
  // op: what is wrong; the rule. [hint] (in module path, or in a sample of a batch)
  const std::regex form(
      R"((Argument|Graph|Io)Error [\w.' ]+: [^\n]*(\.|\])( \(in (module|sample|batch) [\w., ]+\))?)");
  for (const ErrorRow& row : all_error_rows()) {
    const std::string message = message_of(row);
    INFO(row.name << ": " << message);
    CHECK(std::regex_match(message, form));
  }
}

}  // namespace reel::tests
