#pragma once
// Where the marks of an axis go.

#include <string>
#include <vector>

namespace reel::io {

/// Values at equal steps of 1, 2 or 5 times a power of ten, and how to write them.
struct Ticks {
  std::vector<double> values;
  std::vector<std::string> labels;
};

/// At most `max_count` ticks between `low` and `high`; with `whole`, on whole numbers only.
/// Needs low < high, both up to 1e301 and further apart than 1e-301, and max_count >= 2.
Ticks ticks_within(double low, double high, int max_count, bool whole = false);

/// About `max_count` ticks, the first at or below `low` and the last at or above `high`.
Ticks ticks_around(double low, double high, int max_count);

/// For a logarithmic axis: powers of ten, with twice and five times them where there is room, or
/// equal steps where not even two of these are within. Needs 1e-301 < low < high < 1e301 and
/// max_count >= 2.
Ticks log_ticks_within(double low, double high, int max_count);
/// The same, the first at or below `low` and the last at or above `high`.
Ticks log_ticks_around(double low, double high, int max_count);

}  // namespace reel::io
