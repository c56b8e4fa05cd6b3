#include <reel/io/training/stopwatch.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

namespace reel::io {
namespace {

int64_t now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

}  // namespace

Stopwatch::Stopwatch() : start_(now()) {}

int64_t Stopwatch::running() const { return paused_ ? 0 : now() - start_; }

void Stopwatch::pause() {
  before_ += running();
  paused_ = true;
}

void Stopwatch::resume() {
  if (!paused_) return;
  start_ = now();
  paused_ = false;
}

void Stopwatch::reset() { *this = Stopwatch(); }

double Stopwatch::seconds() const { return static_cast<double>(before_ + running()) * 1e-9; }

double Stopwatch::seconds_left(double done, double total) const {
  if (done >= total) return 0;
  if (!(done > 0)) return std::numeric_limits<double>::quiet_NaN();
  return seconds() * (total - done) / done;
}

std::string clock_text(double seconds) {
  if (!(seconds >= 0 && seconds < 1e15)) return "-";
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  char text[40];
  if (whole < 3600) {
    std::snprintf(text, sizeof text, "%d:%02d", static_cast<int>(whole / 60),
                  static_cast<int>(whole % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02d:%02d", static_cast<long long>(whole / 3600),
                  static_cast<int>(whole / 60 % 60), static_cast<int>(whole % 60));
  }
  return text;
}

}  // namespace reel::io
