#pragma once
// How long a run has taken, and how long it will.

#include <cstdint>
#include <string>

namespace reel::io {

/// Runs from its making on, by a clock that nobody sets; what passes while it is paused does not
/// count.
class Stopwatch {
 public:
  Stopwatch();
  /// Both do nothing the second time.
  void pause();
  void resume();
  /// From zero, running.
  void reset();
  bool is_paused() const { return paused_; }

  double seconds() const;
  /// What is left if it goes on at the same speed: seconds (total - done) / done; NaN before
  /// anything is done, 0 once all is.
  double seconds_left(double done, double total) const;

 private:
  int64_t running() const;

  int64_t start_;  // nanoseconds
  int64_t before_ = 0;
  bool paused_ = false;
};

/// "0:07", "12:30", "1:02:03", rounded up; "-" for what is not finite or negative.
std::string clock_text(double seconds);

}  // namespace reel::io
