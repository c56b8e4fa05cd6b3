#include <reel/io/axis.h>

#include <algorithm>
#include <cmath>

namespace reel::io {

namespace {

// Beyond these a span would overflow, and steps would be lost among the numbers next to zero.
constexpr double kLeast = 1e-300, kMost = 1e300;

}  // namespace

double Axis::limited(double value) const {
  return std::clamp(value, logarithmic_ ? kLeast : -kMost, kMost);
}

bool Axis::shows(double value) const {
  return std::isfinite(value) && (!logarithmic_ || value > 0);
}

void Axis::add(double value) {
  value = limited(value);
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
  whole_ = whole_ && value == std::floor(value);
}

// A range that can be drawn is neither empty nor a single value.
void Axis::spread() {
  if (low_ > high_) {
    low_ = logarithmic_ ? 0.1 : 0;
    high_ = 1;
    return;
  }
  if (logarithmic_) {
    if (high_ / low_ > 1 + 1e-6) return;
    low_ /= 2;
    high_ *= 2;
    return;
  }
  const double largest = std::max(std::abs(low_), std::abs(high_));
  if (high_ - low_ > std::max(largest * 1e-6, kLeast)) return;
  const double margin = largest < kLeast ? 1 : largest / 2;
  low_ -= margin;
  high_ += margin;
}

void Axis::end_at_values(int max_count) {
  spread();
  ticks_ = logarithmic_ ? log_ticks_within(low_, high_, max_count)
                        : ticks_within(low_, high_, max_count, whole_);
}

void Axis::end_at_ticks(int max_count) {
  spread();
  ticks_ = logarithmic_ ? log_ticks_around(low_, high_, max_count)
                        : ticks_around(low_, high_, max_count);
  low_ = ticks_.values.front();
  high_ = ticks_.values.back();
}

double Axis::place(double value) const {
  value = limited(value);
  if (logarithmic_) return (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_));
  return (value - low_) / (high_ - low_);
}

}  // namespace reel::io
