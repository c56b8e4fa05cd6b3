#pragma once
// How a file is loaded.

#include <reel/core/options.h>
#include <reel/core/tensor.h>

namespace reel::io {

/// `LoadOptions().strict(false).rename_prefix("module.", "")`. Names are changed in the order in
/// which that is asked for, then compared with those of what is loaded.
class LoadOptions {
 public:
  /// Of names that begin with `from`, puts `to` in its place.
  LoadOptions& rename_prefix(std::string from, std::string to);
  /// Replaces every match of a regular expression (ECMAScript's); "$1" is what its first group
  /// matched: `rename("^layer(\\d+)\\.", "layers.$1.")`. Throws: ArgumentError when it is none.
  LoadOptions& rename(std::string pattern, std::string replacement);

  /// What a file's tensor of that name is called. Throws: ArgumentError for an empty result.
  std::string renamed(const std::string& name) const;

 private:
  struct Rename {
    std::string from, to;
    bool is_prefix;
  };
  std::vector<Rename> renames_;

  /// Whether names that are missing or unknown are errors. Other shapes always are.
  REEL_ARG(bool, strict) = true;
  /// Floating-point tensors are converted to it; without it, to the dtype of what they are loaded
  /// into, if anything.
  REEL_ARG(std::optional<Dtype>, dtype);
};

}  // namespace reel::io
