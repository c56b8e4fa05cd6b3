#include <program/program.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cxxopts.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace program {

using Json = nlohmann::ordered_json;
using Kind = Option::Kind;

// ---- what was asked for ----

namespace {

// Whether it belongs into a config file.
bool is_setting(const Option& o) { return o.is_setting && !o.value.empty(); }

}  // namespace

const Option& Arguments::find(const std::string& name) const {
  for (const Option& o : options_)
    if (o.name == name) return o;
  throw std::logic_error(program_ + " declares no option --" + name);
}

bool Arguments::has(const std::string& option) const { return find(option).given; }
bool Arguments::flag(const std::string& option) const { return find(option).value == "true"; }
const std::string& Arguments::text(const std::string& option) const { return find(option).value; }

int64_t Arguments::integer(const std::string& option) const {
  int64_t value = 0;
  program::parse(find(option).value, value);
  return value;
}

double Arguments::number(const std::string& option) const {
  double value = 0;
  program::parse(find(option).value, value);
  return value;
}

std::vector<int64_t> Arguments::integers(const std::string& option) const {
  std::vector<int64_t> values;
  program::parse(find(option).value, values);
  return values;
}

std::vector<std::pair<std::string, std::string>> Arguments::settings() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Option& o : options_)
    if (is_setting(o)) all.emplace_back(o.name, o.value);
  return all;
}

std::string Arguments::to_json() const {
  Json json = Json::object();
  for (const Option& o : options_)
    if (is_setting(o)) json[o.name] = program::to_json(o);
  return json.dump(2) + "\n";
}

// ---- what may be asked for ----

Program::Program(std::string name, std::string purpose)
    : name_(std::move(name)), purpose_(std::move(purpose)) {}

Program& Program::group(std::string title) {
  group_ = std::move(title);
  return *this;
}

Program& Program::add(Option option) {
  option.group = group_;
  options_.push_back(std::move(option));
  return *this;
}

Program& Program::text(std::string option, std::string help, std::string otherwise) {
  return add({.kind = Kind::kText,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = std::move(otherwise)});
}

Program& Program::file(std::string option, std::string help, std::string otherwise) {
  text(std::move(option), std::move(help), std::move(otherwise)).options_.back().kind = Kind::kFile;
  return *this;
}

Program& Program::folder(std::string option, std::string help, std::string otherwise) {
  text(std::move(option), std::move(help), std::move(otherwise)).options_.back().kind =
      Kind::kFolder;
  return *this;
}

Program& Program::choice(std::string option, std::string help, std::vector<std::string> words,
                         std::string otherwise) {
  return add({.kind = Kind::kChoice,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = std::move(otherwise),
              .words = std::move(words)});
}

Program& Program::integer(std::string option, std::string help, int64_t otherwise,
                          IntegerRange range) {
  return add({.kind = Kind::kInteger,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = std::to_string(otherwise),
              .integers = range});
}

Program& Program::integer(std::string option, std::string help, std::string otherwise,
                          IntegerRange range) {
  return add({.kind = Kind::kInteger,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = std::move(otherwise),
              .has_default = false,
              .integers = range});
}

Program& Program::number(std::string option, std::string help, double otherwise,
                         NumberRange range) {
  return add({.kind = Kind::kNumber,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = number_text(otherwise),
              .numbers = range});
}

Program& Program::number(std::string option, std::string help, std::string otherwise,
                         NumberRange range) {
  return add({.kind = Kind::kNumber,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = std::move(otherwise),
              .has_default = false,
              .numbers = range});
}

Program& Program::integers(std::string option, std::string help) {
  return add({.kind = Kind::kIntegers, .name = std::move(option), .help = std::move(help)});
}

Program& Program::flag(std::string option, std::string help) {
  return add({.kind = Kind::kFlag,
              .name = std::move(option),
              .help = std::move(help),
              .otherwise = "false"});
}

Program& Program::positional(std::string option, std::string help, bool required) {
  return add({.kind = Kind::kText,
              .name = std::move(option),
              .help = std::move(help),
              .positional = true,
              .required = required});
}

Program& Program::once() {
  options_.back().is_setting = false;
  return *this;
}

Program& Program::example(std::string call, std::string does) {
  examples_.emplace_back(std::move(call), std::move(does));
  return *this;
}

// ---- help ----

namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// Words of the text in lines of at most `width`, the first of which begins at column `indent`.
std::string wrapped(const std::string& text, size_t indent, size_t width) {
  std::istringstream words(text);
  std::string result, line;
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      result += line + "\n" + std::string(indent, ' ');
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return result + line;
}

}  // namespace

std::string Program::help() const {
  constexpr size_t kIndent = 28, kWidth = 100;
  std::string usage = name_ + " [option...]", text;
  for (const Option& o : options_)
    if (o.positional) usage += o.required ? " " + upper(o.name) : " [" + upper(o.name) + "]";
  std::string group = "\n";  // the name of none
  for (const Option& o : options_) {
    if (o.group != group) text += "\n" + (o.group.empty() ? "Options" : o.group) + ":\n";
    group = o.group;
    std::string left = "  " + (o.positional ? upper(o.name) : shown_name(o));
    if (left.size() + 2 > kIndent)
      left += "\n" + std::string(kIndent, ' ');
    else
      left.resize(kIndent, ' ');
    text += left + wrapped(shown_help(o), kIndent, kWidth) + "\n";
  }
  if (!examples_.empty()) text += "\nExamples:\n";
  for (const auto& [call, does] : examples_) text += "  " + call + "\n      " + does + "\n";
  return wrapped(purpose_, 0, kWidth) + "\n\nUsage: " + usage + "\n" + text +
         "\nExit code: 0 when all was done, 1 when something failed, 2 for a wrong call.\n";
}

// ---- reading ----

void Program::set(Option& option, const std::string& value) const {
  if (const std::string problem = problem_of(option, value); !problem.empty())
    throw UsageError(name_ + ": --" + option.name + " is '" + value + "'; " + problem + ".");
  option.value = value;
  option.given = true;
}

void Program::read_config(const std::string& path, std::vector<Option>& options) const {
  std::ifstream file(path);
  if (!file) throw UsageError(name_ + ": --config '" + path + "' can not be read.");
  Json json;
  try {
    json = Json::parse(file, nullptr, true, /*ignore_comments=*/true);
  } catch (const Json::exception& error) {
    throw UsageError(name_ + ": --config '" + path + "' is not JSON: " + error.what() + ".");
  }
  if (!json.is_object())
    throw UsageError(name_ + ": --config '" + path +
                     "' must hold an object: {\"option\": value, ...}.");
  for (const auto& [key, value] : json.items()) {
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&key = key](const Option& o) { return o.name == key; });
    if (option == options.end() || key == "config")
      throw UsageError(name_ + ": --config '" + path + "' sets '" + key + "', which is no option." +
                       suggestion(key, options));
    if (!option->given) set(*option, from_json(value));  // the command line goes first
  }
}

std::optional<Arguments> Program::parse(int argc, const char* const* argv) const {
  Program all = *this;
  all.group("General")
      .file("config", "a JSON file with options by their names; the command line goes before it")
      .once()
      .flag("quiet", "print results and errors only")
      .flag("verbose", "print more of what is done")
      .flag("version", "print the version")
      .once()
      .flag("help", "print this")
      .once();

  cxxopts::Options options(name_, purpose_);
  options.allow_unrecognised_options();  // to say more of them than that they are unknown
  std::vector<std::string> positional;
  for (const Option& o : all.options_) {
    const bool is_flag = o.kind == Kind::kFlag;
    options.add_options()(o.name, o.help,
                          is_flag ? cxxopts::value<std::string>()->implicit_value("true")
                                  : cxxopts::value<std::string>());
    if (o.positional) positional.push_back(o.name);
  }
  if (!positional.empty()) options.parse_positional(positional);
  Arguments arguments;
  arguments.program_ = name_;
  try {
    const cxxopts::ParseResult given = options.parse(argc, argv);
    for (Option o : all.options_) {
      if (o.has_default) o.value = o.otherwise;
      if (given.count(o.name) > 1)
        throw UsageError(name_ + ": --" + o.name + " is given " +
                         std::to_string(given.count(o.name)) + " times; once is enough.");
      if (given.count(o.name)) all.set(o, given[o.name].as<std::string>());
      arguments.options_.push_back(std::move(o));
    }
    if (!given.unmatched().empty()) {
      const std::string& first = given.unmatched().front();
      const size_t dashes = std::min(first.find_first_not_of('-'), first.size());
      if (dashes == 0)
        throw UsageError(name_ + ": '" + first + "' is one argument too many. [see --help]");
      throw UsageError(name_ + ": '" + first + "' is no option." +
                       suggestion(first.substr(dashes, first.find('=') - dashes), all.options_));
    }
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError(name_ + ": " + error.what() + ". [see --help]");
  }
  if (arguments.flag("help")) {
    std::fputs(all.help().c_str(), stdout);
    return std::nullopt;
  }
  if (arguments.flag("version")) {
    std::printf("%s, of reel %s\n", name_.c_str(), PROGRAM_VERSION);
    return std::nullopt;
  }
  if (arguments.has("config")) all.read_config(arguments.text("config"), arguments.options_);
  if (arguments.quiet() && arguments.verbose())
    throw UsageError(name_ + ": --quiet and --verbose contradict each other; give one of them.");
  for (const Option& o : arguments.options_)
    if (o.required && !o.given)
      throw UsageError(name_ + ": " + upper(o.name) + " is missing: " + o.help + ". [see --help]");
  return arguments;
}

int run_job(int argc, char** argv, const Program& program,
            const std::function<bool(const Arguments&)>& job) {
  try {
    const auto arguments = program.parse(argc, argv);
    return !arguments || job(*arguments) ? 0 : 1;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace program
