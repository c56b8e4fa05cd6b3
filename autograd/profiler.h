#pragma once
// Where the time of a program goes: by operation, by module, in the order of events.
// docs/profiler.md.

#include <reel/autograd/profile_range.h>
#include <reel/core/options.h>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace reel {
class ProfileRecorder;
}

namespace reel::autograd {

struct ProfilerOptions {
  /// How many events are kept one by one, 56 bytes each; the others count in the sums alone.
  REEL_ARG(int64_t, max_events) = int64_t{1} << 18;
  /// Whether calls of other shapes are counted apart. Beyond 4096 entries they no longer are.
  REEL_ARG(bool, shapes) = true;
};

/// What an operation, module or range did in one place: all calls of that name, category, module
/// and shapes. Times are seconds, memory is what the calling thread allocates, in bytes.
struct ProfileEntry {
  std::string name;    ///< "conv2d", of its gradient "conv2d_backward"; a module's path
  std::string module;  ///< the dotted path of the module that it ran in, or empty
  ProfileCategory category = ProfileCategory::kForward;
  std::string
      shapes;  ///< of inputs, or of the gradients that arrived: "[64, 3, 8, 8] [4, 3, 5, 5]"
  int64_t calls = 0;
  double total = 0, self = 0;                         ///< with what ran inside, and without
  int64_t multiply_adds = 0, self_multiply_adds = 0;  ///< core/work.h
  int64_t bytes = 0;      ///< of inputs, outputs and saved tensors: what it has to read and write
  int64_t allocated = 0;  ///< that it left behind, itself
  int64_t peak = 0;       ///< the most that a call held above what there was
};

/// One call. Times are nanoseconds of the steady clock.
struct ProfileEvent {
  uint32_t entry = 0, depth = 0;
  int64_t begin = 0, duration = 0;
  int64_t multiply_adds = 0, bytes = 0, allocated = 0;
  int64_t live = 0;  ///< what all tensors of the program held at the end, as this thread sees it
};

/// How a table adds up.
enum class ProfileGroup : uint8_t { kOperation, kShapes, kModule };

/// What was recorded on one thread. Of all times in it `self` adds up to no more than `wall`.
struct Profile {
  std::vector<ProfileEntry> entries;
  std::vector<ProfileEvent> events;  ///< in the order in which they ended
  int64_t dropped_events = 0;
  int64_t thread = 0;  ///< its number in the system
  int64_t begin = 0;   ///< nanoseconds of the steady clock
  double wall = 0;     ///< seconds while it was recording
  int64_t multiply_adds = 0;
  int64_t peak = 0;  ///< the most bytes that the thread held above what it held at the beginning

  /// As a table: by operation or by operation and shapes, the longest first, no more than
  /// `max_rows`; or by module, as a tree.
  std::string table(ProfileGroup group = ProfileGroup::kOperation, size_t max_rows = 30) const;
};
std::ostream& operator<<(std::ostream& out, const Profile& profile);

/// Records operations, their gradients, modules, optimizer steps, loaders and ranges of the thread
/// that makes it, until stop() or its end. Worker threads that share an operation's work show in
/// its time. Throws: ArgumentError when one records on the thread already.
class Profiler {
 public:
  explicit Profiler(ProfilerOptions options = ProfilerOptions());
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// Ends recording; start() goes on. Throws: ArgumentError on another thread.
  void stop();
  void start();
  bool is_recording() const;
  /// What was recorded so far; calls that have not ended are not in it.
  Profile profile() const;

 private:
  std::unique_ptr<ProfileRecorder> recorder_;
};

}  // namespace reel::autograd
