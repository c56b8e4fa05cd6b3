#pragma once
// What a profiler collects with: a stack of what is running, and sums of what has ended.

#include <reel/autograd/profiler.h>
#include <reel/core/tensor.h>

#include <vector>

namespace reel {

class ProfileRecorder {
 public:
  using Category = autograd::ProfileCategory;
  static constexpr size_t kMostEntries = 4096;
  /// A part of a program has no tensors of its own.
  enum class Kind : uint8_t { kOperation, kGradient, kPart };

  explicit ProfileRecorder(autograd::ProfilerOptions options) : options_(options) {}

  void start();
  void stop();
  bool is_recording() const { return recording_; }
  /// Whether it began recording on the calling thread.
  bool is_of_this_thread() const;
  autograd::Profile profile() const;

  /// What begins counts as `category`, and operations in it as `phase`. Names and paths live as
  /// long as the program; `path` may be null.
  void begin(Kind kind, const char* name, const char* path, Category category, Category phase);
  /// Ends what began last; nothing if that was before recording did.
  void end();
  /// What began last is not counted when it ends.
  void skip() {
    if (!stack_.empty()) stack_.back().skipped = true;
  }
  Category phase() const { return stack_.empty() ? Category::kForward : stack_.back().phase; }
  /// Of the innermost thing that knows it.
  const char* path() const { return stack_.empty() ? nullptr : stack_.back().path; }

  /// Tensors of the running operation: those that tell its shapes, and the bytes it has to move.
  void note_shape(const Tensor& x);
  void note_bytes(int64_t bytes) {
    if (takes_tensors()) stack_.back().bytes += bytes;
  }

 private:
  struct Frame {
    Kind kind;
    const char *name, *path;
    Category category, phase;
    size_t first_word;  // of its shapes in words_
    int64_t begin = 0, inside = 0;
    int64_t work, work_inside = 0;
    int64_t live, allocated_inside = 0;
    int64_t outer_peak;
    int64_t bytes = 0;
    bool skipped = false;
  };
  struct Entry {
    Kind kind;
    const char *name, *path;
    Category category;
    uint64_t hash;
    std::vector<int64_t> words;
    int64_t calls = 0, total = 0, self = 0, work = 0, self_work = 0, bytes = 0, allocated = 0,
            peak = 0;
  };

  bool takes_tensors() const { return !stack_.empty() && stack_.back().kind != Kind::kPart; }
  uint32_t entry_of(const Frame& frame);
  bool is_entry(const Entry& entry, uint64_t hash, const Frame& frame) const;
  void grow_slots();

  autograd::ProfilerOptions options_;
  const void* thread_ = nullptr;
  bool recording_ = false;
  std::vector<Frame> stack_;
  std::vector<int64_t> words_;  // shapes of what is running: dimensions, then sizes
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // entries by hash, one more than their index; 0 is free
  std::vector<autograd::ProfileEvent> events_;
  int64_t dropped_ = 0, wall_ = 0, work_ = 0, peak_ = 0;
  // Of the stretch being recorded.
  int64_t started_ = 0, first_start_ = 0, work_before_ = 0, live_before_ = 0, all_live_before_ = 0,
          peak_before_ = 0, system_thread_ = 0;
};

}  // namespace reel
