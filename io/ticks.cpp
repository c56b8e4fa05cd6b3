#include <reel/io/ticks.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace reel::io {
namespace {

// A tick that misses the end of the range by a rounding error still belongs to it.
constexpr double kTolerance = 1e-9;

double nice_step(double span, int max_count, bool whole) {
  const double least = span / (max_count - 1);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - kTolerance)) {
      step = factor * power;
      break;
    }
  }
  return whole ? std::max(std::round(step), 1.0) : step;
}

std::string with_minus_sign(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "\u2212");
  return text;
}

/// As many decimals as tell the steps apart; thousands and millions are abbreviated.
std::string label_of(double value, double step, double largest) {
  char text[40];
  if (largest >= 1e9 || step < 1e-4) {
    std::snprintf(text, sizeof text, "%.3g", value);
    return with_minus_sign(text);
  }
  const double unit = largest >= 1e6 ? 1e6 : largest >= 1e4 ? 1e3 : 1;
  const char* suffix = value == 0 || unit == 1 ? "" : unit == 1e3 ? "k" : "M";
  const double places = -std::floor(std::log10(step / unit) + kTolerance);
  const int decimals = value == 0 && unit > 1 ? 0 : std::max(0, static_cast<int>(places));
  std::snprintf(text, sizeof text, "%.*f%s", decimals, value / unit, suffix);
  return with_minus_sign(text);
}

/// The multiples of `step` from `first` to `last`.
Ticks ticks_at(double step, double first, double last) {
  Ticks ticks;
  const double largest = std::max(std::abs(first), std::abs(last)) * step;
  for (double index = first; index <= last; ++index) {
    // Plus zero: no tick reads "-0".
    const double value = index * step + 0.0;
    ticks.values.push_back(value);
    ticks.labels.push_back(label_of(value, step, largest));
  }
  return ticks;
}

}  // namespace

Ticks ticks_within(double low, double high, int max_count, bool whole) {
  const double step = nice_step(high - low, max_count, whole);
  return ticks_at(step, std::ceil(low / step - kTolerance), std::floor(high / step + kTolerance));
}

Ticks ticks_around(double low, double high, int max_count) {
  const double step = nice_step(high - low, max_count, false);
  return ticks_at(step, std::floor(low / step + kTolerance), std::ceil(high / step - kTolerance));
}

}  // namespace reel::io
