#include <reel/io/training/log_value.h>

#include <array>
#include <charconv>
#include <cmath>

namespace reel::io {
namespace {

template <class Number>
std::string text_of(Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  }
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

LogValue::LogValue(bool value)
    : kind_(Kind::kBool), text_(value ? "true" : "false"), number_(value ? 1 : 0) {}

#define REEL_LOG_NUMBER(Type, kind) \
  LogValue::LogValue(Type value)    \
      : kind_(kind), text_(text_of(value)), number_(static_cast<double>(value)) {}
REEL_LOG_NUMBER(int, Kind::kInteger)
REEL_LOG_NUMBER(unsigned, Kind::kInteger)
REEL_LOG_NUMBER(long, Kind::kInteger)
REEL_LOG_NUMBER(unsigned long, Kind::kInteger)
REEL_LOG_NUMBER(long long, Kind::kInteger)
REEL_LOG_NUMBER(unsigned long long, Kind::kInteger)
REEL_LOG_NUMBER(float, Kind::kReal)
REEL_LOG_NUMBER(double, Kind::kReal)
#undef REEL_LOG_NUMBER

LogValue::LogValue(const char* text) : LogValue(std::string(text)) {}
LogValue::LogValue(std::string text) : kind_(Kind::kText), text_(std::move(text)) {}

bool LogValue::is_finite() const { return std::isfinite(number_); }

}  // namespace reel::io
