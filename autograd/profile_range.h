#pragma once
// Parts of a program by name, in profiles. docs/profiler.md.

#include <reel/autograd/operation_scope.h>

#include <cstdint>

namespace reel::autograd {

/// What the time of an entry went to. Operations count as what they run in: forward, backward, an
/// optimizer's step, a loader.
enum class ProfileCategory : uint8_t { kForward, kBackward, kOptimizer, kLoader, kModule, kUser };

const char* name_of(ProfileCategory category);

/// Shows in profiles of the calling thread, while it lives, what runs in it:
/// `const autograd::ProfileRange range("augment");`. Without a profiler it costs a nanosecond. The
/// name is copied.
class ProfileRange {
 public:
  explicit ProfileRange(const char* name, ProfileCategory category = ProfileCategory::kUser)
      : recorder_(active_recorder) {
    if (recorder_) [[unlikely]]
      begin(name, category);
  }
  ~ProfileRange() {
    if (recorder_) [[unlikely]]
      end();
  }
  ProfileRange(const ProfileRange&) = delete;
  ProfileRange& operator=(const ProfileRange&) = delete;

 private:
  static void begin(const char* name, ProfileCategory category);
  void end() const;

  const ProfileRecorder* recorder_;
};

}  // namespace reel::autograd
