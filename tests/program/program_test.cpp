#include <program/program.h>

#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "../catch.h"
#include "../temporary_folder.h"

using program::Arguments;
using program::Program;
using program::UsageError;

namespace {

Program make_program() {
  return Program("tool", "Does what it is told.")
      .integer("epochs", "passes", 7, {1, 100})
      .number("lr", "learning rate", "0.1 for sgd", {0, 10})
      .choice("model", "the network", {"lenet", "cnn"}, "lenet")
      .integers("input", "a shape")
      .text("out", "folder", "out/tool")
      .flag("quick", "a few steps only")
      .positional("data", "the data", false);
}

Arguments parse(std::initializer_list<const char*> words, const Program& tool = make_program()) {
  std::vector<const char*> argv = {"tool"};
  argv.insert(argv.end(), words.begin(), words.end());
  return *tool.parse(static_cast<int>(argv.size()), argv.data());
}

std::string refusal(std::initializer_list<const char*> words,
                    const Program& tool = make_program()) {
  try {
    parse(words, tool);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) : path_(folder_.file("config.json")) {
    std::ofstream(path_) << text;
  }
  const char* path() const { return path_.c_str(); }

 private:
  reel::TemporaryFolder folder_;
  std::string path_;
};

}  // namespace

TEST_CASE("program: defaults stand where nothing is given", "[program]") {
  const Arguments none = parse({});
  CHECK(none.integer("epochs") == 7);
  CHECK_FALSE(none.has("lr"));
  CHECK(none.text("model") == "lenet");
  CHECK_FALSE(none.flag("quick"));
  CHECK_FALSE(none.has("data"));
  CHECK(none.integers("input").empty());
}

TEST_CASE("program: the command line sets options", "[program]") {
  const Arguments some = parse({"--epochs=3", "--lr", "1e-3", "--quick", "digits", "--input",
                                "16,64,5", "--model", "cnn", "--verbose"});
  CHECK(some.integer("epochs") == 3);
  CHECK(some.number("lr") == 1e-3);
  CHECK(some.flag("quick"));
  CHECK(some.text("data") == "digits");
  CHECK(some.integers("input") == std::vector<int64_t>{16, 64, 5});
  CHECK(some.text("model") == "cnn");
  CHECK((some.verbose() && !some.quiet()));
}

TEST_CASE("program: refusals name the option, the value and the rule", "[program]") {
  CHECK(refusal({"--epochs", "0"}) == "tool: --epochs is '0'; it must be from 1 to 100.");
  CHECK(refusal({"--epochs", "3x"}) == "tool: --epochs is '3x'; it must be an integer.");
  CHECK(refusal({"--lr", "nan"}) ==
        "tool: --lr is 'nan'; it must be more than 0 and less than 10.");
  CHECK(refusal({"--model", "resnet"}) ==
        "tool: --model is 'resnet'; it must be one of lenet, cnn.");
  CHECK(refusal({"--input", "1,,2"}) ==
        "tool: --input is '1,,2'; it must be integers between commas.");
  CHECK(refusal({"--input", "1,"}) == "tool: --input is '1,'; it must be integers between commas.");
  CHECK(refusal({"--epoch", "3"}) == "tool: '--epoch' is no option. [did you mean --epochs?]");
  CHECK(refusal({"--colour=red"}) == "tool: '--colour=red' is no option. [see --help]");
  CHECK(refusal({"a", "b"}) == "tool: 'b' is one argument too many. [see --help]");
  CHECK(refusal({"--epochs", "1", "--epochs", "2"}) ==
        "tool: --epochs is given 2 times; once is enough.");
  CHECK(refusal({"--quiet", "--verbose"}) ==
        "tool: --quiet and --verbose contradict each other; give one of them.");
  CHECK(refusal({}, Program("tool", "").positional("file", "what to read", true)) ==
        "tool: FILE is missing: what to read. [see --help]");
}

TEST_CASE("program: a config file sets what the command line leaves", "[program]") {
  const ConfigFile config(R"({
    "epochs": 9, "lr": 0.25, "quick": true, "input": [1, 2],  // comments are allowed
    "model": "cnn"
  })");
  const Arguments both = parse({"--config", config.path(), "--epochs", "3"});
  CHECK(both.integer("epochs") == 3);
  CHECK(both.number("lr") == 0.25);
  CHECK(both.flag("quick"));
  CHECK(both.integers("input") == std::vector<int64_t>{1, 2});
  CHECK(both.text("model") == "cnn");
}

TEST_CASE("program: what it was set to can be its config", "[program]") {
  const Arguments first = parse({"--lr", "1e-7", "--input", "4,5", "--quick"});
  const ConfigFile config(first.to_json());
  CHECK(parse({"--config", config.path()}).to_json() == first.to_json());
}

TEST_CASE("program: what is of one call is no setting", "[program]") {
  const Program tool = make_program().file("report", "a page").once().flag("last", "a setting");
  const Arguments first = parse({"--report", "a.html", "--last"}, tool);
  CHECK(first.text("report") == "a.html");
  CHECK(first.to_json().find("report") == std::string::npos);
  CHECK(first.to_json().find("last") != std::string::npos);
  const ConfigFile config(R"({"report": "b.html"})");
  CHECK(parse({"--config", config.path()}, tool).text("report") == "b.html");
}

TEST_CASE("program: config files are checked as command lines are", "[program]") {
  const auto refused = [](const std::string& text) {
    const ConfigFile config(text);
    const std::string message = refusal({"--config", config.path()});
    const size_t name = message.find(config.path());
    return name == std::string::npos ? message
                                     : message.substr(0, name) + "FILE" +
                                           message.substr(name + std::string(config.path()).size());
  };
  CHECK(refused(R"({"epochs": 0})") == "tool: --epochs is '0'; it must be from 1 to 100.");
  CHECK(refused(R"({"epochs": true})") == "tool: --epochs is 'true'; it must be an integer.");
  CHECK(refused(R"({"epoch": 3})") ==
        "tool: --config 'FILE' sets 'epoch', which is no option. [did you mean --epochs?]");
  CHECK(refused("[1]") == "tool: --config 'FILE' must hold an object: {\"option\": value, ...}.");
  CHECK(refused("{").starts_with("tool: --config 'FILE' is not JSON: "));
  CHECK(refusal({"--config", "/no/such"}) == "tool: --config '/no/such' can not be read.");
}

TEST_CASE("program: exit codes", "[program]") {
  const auto code = [](std::initializer_list<const char*> words, auto job) {
    std::vector<std::string> kept(words.begin(), words.end());
    std::vector<char*> argv = {kept.emplace(kept.begin(), "tool")->data()};
    for (size_t i = 1; i < kept.size(); ++i) argv.push_back(kept[i].data());
    return program::run(static_cast<int>(argv.size()), argv.data(), make_program(), job);
  };
  CHECK(code({}, [](const Arguments&) {}) == 0);
  CHECK(code({}, [](const Arguments&) { return true; }) == 0);
  CHECK(code({}, [](const Arguments&) { return false; }) == 1);
  CHECK(code({}, [](const Arguments&) { throw std::runtime_error("failed"); }) == 1);
  CHECK(code({"--epochs", "0"}, [](const Arguments&) {}) == 2);
}
