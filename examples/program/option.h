#pragma once
// One option of a command line: its kind, its range, its value.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace program {

struct IntegerRange {
  int64_t least = INT64_MIN, most = INT64_MAX;
};
/// Both ends excluded.
struct NumberRange {
  double above = -1e300, below = 1e300;
};

/// An option and what it was set to.
struct Option {
  enum class Kind { kText, kFile, kFolder, kChoice, kInteger, kNumber, kIntegers, kFlag };
  Kind kind;
  std::string name, help = {}, otherwise = {}, group = {};
  bool has_default = true;              ///< `otherwise` is a value, and not words for one
  std::vector<std::string> words = {};  ///< of a choice
  IntegerRange integers = {};
  NumberRange numbers = {};
  bool positional = false, required = false;
  bool is_setting = true;  ///< of how the program works, and not of this call alone
  std::string value = {};
  bool given = false;
};

/// The number as people write it.
std::string number_text(double value);
/// Whether the whole text is one integer or one number, which `value` becomes.
bool parse(const std::string& text, int64_t& value);
bool parse(const std::string& text, double& value);
/// The same for integers between commas.
bool parse(const std::string& text, std::vector<int64_t>& values);

/// What is wrong with the value, as the end of a sentence; nothing when it fits.
std::string problem_of(const Option& option, const std::string& value);

/// The value as it stands in a config file, and back.
nlohmann::ordered_json to_json(const Option& option);
std::string from_json(const nlohmann::ordered_json& json);

/// The option that a slip may have made `name` of: " [did you mean --epochs?]".
std::string suggestion(const std::string& name, const std::vector<Option>& options);

/// How --help shows it: "--epochs N", and what it does with its default.
std::string shown_name(const Option& option);
std::string shown_help(const Option& option);

}  // namespace program
