#pragma once
// An axis of a chart: the values that it spans, its marks, and where a value lies on it.

#include <reel/io/ticks.h>

#include <limits>

namespace reel::io {

/// Add the values, end the axis, then ask for places. Values beyond 1e300, and on a logarithmic
/// axis those below 1e-300, stand at its end.
class Axis {
 public:
  explicit Axis(bool logarithmic = false) : logarithmic_(logarithmic) {}

  /// Whether it has a place for the value: finite, and positive on a logarithmic axis.
  bool shows(double value) const;
  /// Makes room for the value, which it must show.
  void add(double value);

  /// Ends it at the outermost values, with at most `max_count` marks in between.
  void end_at_values(int max_count);
  /// Ends it at marks around the values, about `max_count` of them.
  void end_at_ticks(int max_count);

  const Ticks& ticks() const { return ticks_; }
  double low() const { return low_; }
  double high() const { return high_; }
  /// 0 at the low end, 1 at the high one.
  double place(double value) const;

 private:
  void spread();
  double limited(double value) const;

  bool logarithmic_;
  bool whole_ = true;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  Ticks ticks_;
};

}  // namespace reel::io
