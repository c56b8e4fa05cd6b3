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

/// "0.001", "1e-5", "20k"
std::string log_label_of(double value) {
  char text[40];
  if (value >= 1e-4 && value < 1e4) {
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
  }
  const int power = static_cast<int>(std::floor(std::log10(value) + kTolerance));
  std::snprintf(text, sizeof text, "%.3ge%d", value / std::pow(10.0, power), power);
  return text;
}

Ticks log_ticks(double low, double high, int max_count, bool around) {
  // Half a decade more at both ends, for the marks around.
  const int first = static_cast<int>(std::floor(std::log10(low))) - 1;
  const int last = static_cast<int>(std::ceil(std::log10(high))) + 1;
  const double decades = std::log10(high) - std::log10(low);
  const int every =
      std::max(1, static_cast<int>(std::ceil(decades / (max_count - 1) - kTolerance)));
  const bool dense = decades * 3 <= max_count - 1;
  std::vector<double> all;
  for (int power = first; power <= last; ++power) {
    if (power % every != 0) continue;
    for (const double factor : {1.0, 2.0, 5.0})
      if (factor == 1 || dense) all.push_back(factor * std::pow(10.0, power));
  }
  // Powers further out than one decade, where few are marked, as far as doubles go.
  if (every > 1) {
    all.insert(all.begin(), std::max(all.front() / std::pow(10.0, every), 1e-307));
    all.push_back(std::min(all.back() * std::pow(10.0, every), 1e307));
  }
  Ticks ticks;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool below = all[i]<low*(1 - kTolerance), above = all[i]> high * (1 + kTolerance);
    const bool last_below = i + 1 < all.size() && all[i + 1] > low * (1 + kTolerance);
    const bool first_above = i > 0 && all[i - 1] < high * (1 - kTolerance);
    if ((below && !(around && last_below)) || (above && !(around && first_above))) continue;
    ticks.values.push_back(all[i]);
    ticks.labels.push_back(log_label_of(all[i]));
  }
  return ticks;
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

Ticks log_ticks_within(double low, double high, int max_count) {
  Ticks ticks = log_ticks(low, high, max_count, false);
  return ticks.values.size() >= 2 ? ticks : ticks_within(low, high, max_count);
}

Ticks log_ticks_around(double low, double high, int max_count) {
  return log_ticks(low, high, max_count, true);
}

}  // namespace reel::io
