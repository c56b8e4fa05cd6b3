#include <reel/io/load_options.h>

#include <regex>

namespace reel::io {

LoadOptions& LoadOptions::rename_prefix(std::string from, std::string to) {
  renames_.push_back({std::move(from), std::move(to), true});
  return *this;
}

LoadOptions& LoadOptions::rename(std::string pattern, std::string replacement) {
  try {
    (void)std::regex(pattern);
  } catch (const std::regex_error& error) {
    throw_argument_error(as_text("rename: '", pattern, "' is no regular expression: ", error.what(),
                                 "; write it as in ECMAScript."));
  }
  renames_.push_back({std::move(pattern), std::move(replacement), false});
  return *this;
}

std::string LoadOptions::renamed(const std::string& name) const {
  std::string result = name;
  for (const Rename& r : renames_) {
    if (!r.is_prefix)
      result = std::regex_replace(result, std::regex(r.from), r.to);
    else if (result.starts_with(r.from))
      result = r.to + result.substr(r.from.size());
  }
  REEL_CHECK(!result.empty(), "rename: nothing is left of the name '", name,
             "'; every tensor needs one.");
  return result;
}

}  // namespace reel::io
