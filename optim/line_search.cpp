#include <reel/optim/line_search.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace reel::optim {

namespace {

constexpr double kDecrease = 1e-4, kSlope = 0.9;

// Where the cubic through two places, with their slopes, is lowest; within [low, high].
double lowest_of_cubic(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const double at = a.t <= b.t
                        ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                        : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return std::min(std::max(at, low), high);
}

// Two places with a good one between them.
struct Bracket {
  LinePoint place[2];
};

bool falls_enough(const LinePoint& start, const LinePoint& p) {
  return !(p.loss > start.loss + kDecrease * p.t * start.slope);
}

bool is_flat_enough(const LinePoint& start, const LinePoint& p) {
  return std::abs(p.slope) <= -kSlope * start.slope;
}

// A trial place in the bracket that leaves its ends: what lies within a tenth of an end, a second
// time in a row or beyond it, is moved to that tenth.
double trial(const Bracket& b, bool& close_before) {
  const double low = std::min(b.place[0].t, b.place[1].t),
               high = std::max(b.place[0].t, b.place[1].t), margin = 0.1 * (high - low);
  double t = lowest_of_cubic(b.place[0], b.place[1], low, high);
  const bool close = std::min(high - t, t - low) < margin;
  if (close && (close_before || t >= high || t <= low)) {
    t = std::abs(t - high) < std::abs(t - low) ? high - margin : low + margin;
    close_before = false;
  } else {
    close_before = close;
  }
  return t;
}

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double)>& look, const LinePoint& start,
                       double first, double largest, double tolerance_change, int64_t most_looks) {
  Bracket bracket;
  LinePoint before = start, now = look(first);
  int64_t looks = 0;  // after the first
  bool bracketed = false;
  for (; looks < most_looks; ++looks) {
    if (!falls_enough(start, now) || (looks > 1 && now.loss >= before.loss)) {
      bracketed = true;
    } else if (is_flat_enough(start, now)) {
      return now;
    } else if (now.slope >= 0) {
      bracketed = true;
    }
    if (bracketed) break;
    const double t = lowest_of_cubic(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = std::exchange(now, look(t));
  }
  bracket.place[0] = bracketed ? before : start;
  bracket.place[1] = now;

  int low = bracket.place[0].loss <= bracket.place[1].loss ? 0 : 1;
  bool close_before = false;
  while (looks < most_looks) {
    if (std::abs(bracket.place[1].t - bracket.place[0].t) * largest < tolerance_change) break;
    now = look(trial(bracket, close_before));
    ++looks;
    LinePoint &lower = bracket.place[low], &higher = bracket.place[1 - low];
    if (!falls_enough(start, now) || now.loss >= lower.loss) {
      higher = now;
      low = bracket.place[0].loss <= bracket.place[1].loss ? 0 : 1;
      continue;
    }
    const bool done = is_flat_enough(start, now);
    if (!done && now.slope * (higher.t - lower.t) >= 0) higher = lower;
    lower = now;
    if (done) break;
  }
  return bracket.place[low];
}

}  // namespace reel::optim
