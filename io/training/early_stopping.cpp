#include <reel/io/training/early_stopping.h>

#include <reel/core/error.h>

#include <cmath>
#include <limits>

namespace reel::io {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(options) {
  REEL_CHECK(options.patience >= 1, "EarlyStopping: a patience of ", options.patience,
             "; it must be positive.");
  REEL_CHECK(std::isfinite(options.min_delta) && options.min_delta >= 0,
             "EarlyStopping: min_delta is ", options.min_delta,
             "; it must be finite and not negative.");
  reset();
}

void EarlyStopping::reset() {
  best_ = std::numeric_limits<double>::quiet_NaN();
  best_index_ = -1;
  count_ = bad_ = 0;
  stopped_ = false;
}

bool EarlyStopping::add(double value) {
  const bool finite = std::isfinite(value);
  if (finite && (best_index_ < 0 || is_better(options_.goal, value, best_, options_.min_delta))) {
    best_ = value;
    best_index_ = count_;
    bad_ = 0;
  } else {
    ++bad_;
  }
  ++count_;
  stopped_ = stopped_ || bad_ >= options_.patience || (!finite && options_.stop_if_not_finite);
  return stopped_;
}

}  // namespace reel::io
