#pragma once
// Whether operations are recorded on the tape; one switch a thread.

#include <cstdint>

namespace reel {

/// The thread's mode as bits, so that an operation looks at all of it at once.
struct TapeMode {
  static constexpr uint8_t kRecords = 1;
  static constexpr uint8_t kDetectsAnomalies = 2;  ///< autograd/anomaly.h
  static constexpr uint8_t kTraces = 4;            ///< autograd/trace.h
  static constexpr uint8_t kProfiles = 8;          ///< autograd/profiler.h
  static uint8_t get();
  static void set(uint8_t bit, bool on);
};

/// Whether operations are recorded, on the calling thread.
struct GradMode {
  static bool is_enabled() { return TapeMode::get() & TapeMode::kRecords; }
  static void set_enabled(bool enabled) { TapeMode::set(TapeMode::kRecords, enabled); }
};

/// Switches recording on or off while it lives, for the calling thread.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : previous_(GradMode::is_enabled()) {
    GradMode::set_enabled(enabled);
  }
  ~AutoGradMode() { GradMode::set_enabled(previous_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};

/// Nothing is recorded while it lives: evaluation, parameter updates.
struct NoGradGuard : AutoGradMode {
  NoGradGuard() : AutoGradMode(false) {}
};

}  // namespace reel
