#pragma once
// What logs and reports take for a value.

#include <string>

namespace reel::io {

/// A number, a yes or no, or a text.
class LogValue {
 public:
  enum class Kind { kBool, kInteger, kReal, kText };

  LogValue(bool value);
  LogValue(int value);
  LogValue(unsigned value);
  LogValue(long value);
  LogValue(unsigned long value);
  LogValue(long long value);
  LogValue(unsigned long long value);
  LogValue(float value);
  LogValue(double value);
  LogValue(const char* text);
  LogValue(std::string text);

  Kind kind() const { return kind_; }
  /// Numbers with as many digits as bring back the same value; "true" and "false"; "NaN",
  /// "Infinity" and "-Infinity".
  const std::string& text() const { return text_; }
  /// Of a number, for reals as given; 0 for a text.
  double number() const { return number_; }
  bool is_finite() const;

 private:
  Kind kind_;
  std::string text_;
  double number_ = 0;
};

}  // namespace reel::io
