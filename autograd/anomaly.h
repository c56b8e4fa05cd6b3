#pragma once
// Finding the operation that made a NaN or an infinity. docs/anomaly.md.

#include <reel/core/error.h>

namespace reel::autograd {

/// Whether the calling thread watches every operation, forward and backward: the first that makes a
/// NaN of values without one, or an infinity of finite values, throws an AnomalyError that names
/// the operation, the module, and the shapes and values of what went in and came out.
struct AnomalyMode {
  static bool is_enabled();
  static bool should_check_nan();
  /// Without check_nan nothing is looked at; errors name operations and modules in any mode.
  static void set_enabled(bool enabled, bool check_nan = true);
};

inline void set_detect_anomaly(bool enabled, bool check_nan = true) {
  AnomalyMode::set_enabled(enabled, check_nan);
}

/// The mode is on while it lives, for the calling thread, and afterwards what it was.
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool check_nan = true);
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool was_enabled_, checked_nan_;
};

}  // namespace reel::autograd
