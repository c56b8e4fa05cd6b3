#pragma once
// Every message that a mistake can cause, with the mistake. tests/errors.txt holds the texts.

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

namespace reel::tests {

struct ErrorRow {
  std::string name;  ///< "conv2d: channels": where in errors.txt the message stands
  std::function<void()> cause;
};

/// `static const ErrorRows kRows{{"view: shape", [] { ones({2}).view({3}); }}, ...};` adds rows.
class ErrorRows {
 public:
  ErrorRows(std::initializer_list<ErrorRow> rows);
};

/// All rows that were added, by name.
std::vector<ErrorRow> all_error_rows();

}  // namespace reel::tests
