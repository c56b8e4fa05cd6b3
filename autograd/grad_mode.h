#pragma once
// Whether operations are recorded on the tape; one switch a thread.

namespace reel {

struct GradMode {
  static bool is_enabled();
  static void set_enabled(bool enabled);
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
