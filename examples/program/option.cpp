#include <program/option.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

namespace program {

namespace {

using Json = nlohmann::ordered_json;
using Kind = Option::Kind;

template <class T>
bool parse_whole(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && at == end;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string range_text(const IntegerRange& range) {
  if (range.most == INT64_MAX) return "at least " + std::to_string(range.least);
  return "from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

std::string range_text(const NumberRange& range) {
  std::string text = "more than " + number_text(range.above);
  if (range.below < 1e300) text += " and less than " + number_text(range.below);
  return text;
}

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string placeholder(const Option& o) {
  switch (o.kind) {
    case Kind::kChoice:
      return " WORD";
    case Kind::kInteger:
      return " N";
    case Kind::kNumber:
      return " X";
    case Kind::kIntegers:
      return " N,N,...";
    case Kind::kFlag:
      return "";
    case Kind::kFile:
      return " FILE";
    case Kind::kFolder:
      return " FOLDER";
    case Kind::kText:
      break;
  }
  return " TEXT";
}

}  // namespace

std::string number_text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

bool parse(const std::string& text, int64_t& value) { return parse_whole(text, value); }
bool parse(const std::string& text, double& value) { return parse_whole(text, value); }

bool parse(const std::string& text, std::vector<int64_t>& values) {
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, ',');)
    if (!parse(item, values.emplace_back())) return false;
  return !values.empty() && text.back() != ',';
}

std::string problem_of(const Option& option, const std::string& value) {
  int64_t integer = 0;
  double number = 0;
  std::vector<int64_t> list;
  switch (option.kind) {
    case Kind::kText:
    case Kind::kFile:
    case Kind::kFolder:
      return value.empty() ? "it must not be empty" : "";
    case Kind::kChoice:
      if (std::find(option.words.begin(), option.words.end(), value) != option.words.end())
        return "";
      return "it must be one of " + joined(option.words);
    case Kind::kInteger:
      if (!parse(value, integer)) return "it must be an integer";
      if (integer >= option.integers.least && integer <= option.integers.most) return "";
      return "it must be " + range_text(option.integers);
    case Kind::kNumber:
      if (!parse(value, number)) return "it must be a number";
      if (number > option.numbers.above && number < option.numbers.below) return "";
      return "it must be " + range_text(option.numbers);
    case Kind::kIntegers:
      return parse(value, list) ? "" : "it must be integers between commas";
    case Kind::kFlag:
      return value == "true" || value == "false" ? "" : "it must be true or false";
  }
  return "";
}

Json to_json(const Option& option) {
  int64_t integer = 0;
  double number = 0;
  std::vector<int64_t> list;
  switch (option.kind) {
    case Kind::kInteger:
      return parse(option.value, integer) ? Json(integer) : Json();
    case Kind::kNumber:
      return parse(option.value, number) ? Json(number) : Json();
    case Kind::kIntegers:
      return parse(option.value, list) ? Json(list) : Json();
    case Kind::kFlag:
      return option.value == "true";
    default:
      return option.value;
  }
}

std::string from_json(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return json.dump();
  std::string text;
  for (const Json& item : json) text += (text.empty() ? "" : ",") + from_json(item);
  return text;
}

std::string suggestion(const std::string& name, const std::vector<Option>& options) {
  const Option* best = nullptr;
  for (const Option& o : options)
    if (!best || edit_distance(name, o.name) < edit_distance(name, best->name)) best = &o;
  if (!best || edit_distance(name, best->name) > 1 + name.size() / 3) return " [see --help]";
  return " [did you mean --" + best->name + "?]";
}

std::string shown_name(const Option& o) { return "--" + o.name + placeholder(o); }

std::string shown_help(const Option& o) {
  std::string text = o.help;
  if (!o.words.empty()) text += (text.empty() ? "" : ": ") + joined(o.words);
  if (o.kind != Kind::kFlag && !o.otherwise.empty()) text += " (default: " + o.otherwise + ")";
  return text;
}

}  // namespace program
