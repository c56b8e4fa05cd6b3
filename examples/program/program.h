#pragma once
// The command line that all programs share: options with ranges, --config, --quiet and --verbose,
// --help, --version, and exit codes.

#include <program/option.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace program {

/// A program was called as it can not be: its exit code is 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What was asked for: on the command line, else in the config file, else by default.
class Arguments {
 public:
  /// Whether the user, and not only the default, gave it.
  bool has(const std::string& option) const;
  bool flag(const std::string& option) const;
  const std::string& text(const std::string& option) const;
  int64_t integer(const std::string& option) const;
  double number(const std::string& option) const;
  /// Text that was given as a list: 16,64,56,56.
  std::vector<int64_t> integers(const std::string& option) const;

  bool quiet() const { return flag("quiet"); }
  bool verbose() const { return flag("verbose"); }
  /// All settings by their names, less those that are once(); as a file such as --config reads.
  std::vector<std::pair<std::string, std::string>> settings() const;
  std::string to_json() const;
  const std::string& program() const { return program_; }

 private:
  friend class Program;
  const Option& find(const std::string& name) const;

  std::string program_;
  std::vector<Option> options_;
};

/// Declares a program's options, in the order in which --help shows them.
class Program {
 public:
  Program(std::string name, std::string purpose);

  /// Starts a group of options.
  Program& group(std::string title);
  /// A word; no default: it may be left out. The same for a path of a file or folder.
  Program& text(std::string option, std::string help, std::string otherwise = {});
  Program& file(std::string option, std::string help, std::string otherwise = {});
  Program& folder(std::string option, std::string help, std::string otherwise = {});
  /// One of several words.
  Program& choice(std::string option, std::string help, std::vector<std::string> words,
                  std::string otherwise);
  /// With the words for a default that is found out when the program runs.
  Program& integer(std::string option, std::string help, int64_t otherwise, IntegerRange range);
  Program& integer(std::string option, std::string help, std::string otherwise, IntegerRange range);
  Program& number(std::string option, std::string help, double otherwise, NumberRange range);
  Program& number(std::string option, std::string help, std::string otherwise, NumberRange range);
  /// Integers between commas.
  Program& integers(std::string option, std::string help);
  Program& flag(std::string option, std::string help);
  /// The next word of the command line that is no option; must be given if `required`.
  Program& positional(std::string option, std::string help, bool required);
  /// The option declared last is of one call, as where results go, which the next must not replace.
  Program& once();
  /// A line for the end of --help: "mnist --epochs 20".
  Program& example(std::string call, std::string does);

  /// Reads the command line, then --config. After --help or --version the program has done what was
  /// asked for, and nothing is returned. Throws: UsageError.
  std::optional<Arguments> parse(int argc, const char* const* argv) const;

 private:
  Program& add(Option option);
  std::string help() const;
  void set(Option& option, const std::string& value) const;
  void read_config(const std::string& path, std::vector<Option>& options) const;

  std::string name_, purpose_;
  std::vector<Option> options_;
  std::vector<std::pair<std::string, std::string>> examples_;
  std::string group_;
};

/// Exit codes: 0 when `job` returned true, or --help or --version did all; 1 when it returned false
/// or threw; 2 for a wrong call. An error is one line on standard error.
int run_job(int argc, char** argv, const Program& program,
            const std::function<bool(const Arguments&)>& job);

/// What main does: the job gets the arguments, and returns whether it succeeded, or nothing.
template <class Job>
int run(int argc, char** argv, const Program& program, Job job) {
  return run_job(argc, argv, program, [&job](const Arguments& given) {
    if constexpr (std::is_same_v<decltype(job(given)), void>) {
      job(given);
      return true;
    } else {
      return job(given);
    }
  });
}

}  // namespace program
