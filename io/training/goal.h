#pragma once
// Whether less or more of a metric is better.

#include <cstdint>

namespace reel::io {

enum class Goal : uint8_t { kMin, kMax };

/// By more than `delta`. Never of NaN, and never than NaN.
constexpr bool is_better(Goal goal, double value, double than, double delta = 0) {
  return goal == Goal::kMin ? value < than - delta : value > than + delta;
}

}  // namespace reel::io
