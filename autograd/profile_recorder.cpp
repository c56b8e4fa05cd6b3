#include <reel/autograd/grad_mode.h>
#include <reel/autograd/operation_scope.h>
#include <reel/autograd/profile_recorder.h>
#include <reel/core/allocator.h>
#include <reel/core/work.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace reel {

namespace {

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

uint64_t mixed(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

uint64_t bits_of(const char* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

// "[64, 3, 8, 8] [4, 3, 5, 5]"
std::string shapes_text(const std::vector<int64_t>& words) {
  std::string text;
  for (size_t i = 0; i < words.size();) {
    const auto n = static_cast<size_t>(words[i]);
    text += as_text(i == 0 ? "" : " ", IntArrayRef(words.data() + i + 1, n));
    i += 1 + n;
  }
  return text;
}

}  // namespace

constinit thread_local ProfileRecorder* active_recorder = nullptr;

bool ProfileRecorder::is_of_this_thread() const { return thread_ == &active_recorder; }

void ProfileRecorder::start() {
  thread_ = &active_recorder;
  system_thread_ = gettid();
  stack_.reserve(64);
  words_.reserve(256);
  const ThreadMemory memory = memory_of_thread();
  live_before_ = memory.live;
  peak_before_ = memory.peak;
  set_peak_of_thread(memory.live);
  all_live_before_ = memory_stats().live;
  work_before_ = multiply_adds();
  recording_ = true;
  active_recorder = this;
  TapeMode::set(TapeMode::kProfiles, true);
  started_ = now();
  if (first_start_ == 0) first_start_ = started_;
}

void ProfileRecorder::stop() {
  wall_ += now() - started_;
  TapeMode::set(TapeMode::kProfiles, false);
  active_recorder = nullptr;
  recording_ = false;
  work_ += multiply_adds() - work_before_;
  // What is still running is not known to its end; it counts as running no more.
  while (!stack_.empty()) {
    set_peak_of_thread(std::max(stack_.back().outer_peak, memory_of_thread().peak));
    stack_.pop_back();
  }
  words_.clear();
  const int64_t peak = memory_of_thread().peak;
  peak_ = std::max(peak_, peak - live_before_);
  set_peak_of_thread(std::max(peak, peak_before_));
}

void ProfileRecorder::begin(Kind kind, const char* name, const char* path, Category category,
                            Category phase) {
  const ThreadMemory memory = memory_of_thread();
  set_peak_of_thread(memory.live);
  stack_.push_back({kind, name, path, category, phase, words_.size(), 0, 0, multiply_adds(), 0,
                    memory.live, 0, memory.peak, 0});
  stack_.back().begin = now();
}

void ProfileRecorder::end() {
  if (stack_.empty()) return;
  const int64_t time = now();
  const Frame frame = stack_.back();
  const ThreadMemory memory = memory_of_thread();
  set_peak_of_thread(std::max(frame.outer_peak, memory.peak));
  const uint32_t index = frame.skipped ? 0 : entry_of(frame);
  stack_.pop_back();
  words_.resize(frame.first_word);
  if (frame.skipped) return;

  const int64_t duration = time - frame.begin, work = multiply_adds() - frame.work,
                allocated = memory.live - frame.live;
  Entry& entry = entries_[index];
  ++entry.calls;
  entry.total += duration;
  entry.self += duration - frame.inside;
  entry.work += work;
  entry.self_work += work - frame.work_inside;
  entry.bytes += frame.bytes;
  entry.allocated += allocated - frame.allocated_inside;
  entry.peak = std::max(entry.peak, memory.peak - frame.live);
  if (!stack_.empty()) {
    Frame& outer = stack_.back();
    outer.inside += duration;
    outer.work_inside += work;
    outer.allocated_inside += allocated;
  }
  if (static_cast<int64_t>(events_.size()) >= options_.max_events()) {
    ++dropped_;
    return;
  }
  events_.push_back({index, static_cast<uint32_t>(stack_.size()), frame.begin, duration, work,
                     frame.bytes, allocated, all_live_before_ + memory.live - live_before_});
}

void ProfileRecorder::note_shape(const Tensor& x) {
  if (!takes_tensors() || !options_.shapes()) return;
  const Shape& sizes = x.impl()->sizes;
  words_.push_back(static_cast<int64_t>(sizes.size()));
  words_.insert(words_.end(), sizes.begin(), sizes.end());
}

bool ProfileRecorder::is_entry(const Entry& entry, uint64_t hash, const Frame& frame) const {
  return entry.hash == hash && entry.kind == frame.kind && entry.name == frame.name &&
         entry.path == frame.path && entry.category == frame.category &&
         std::equal(entry.words.begin(), entry.words.end(),
                    words_.begin() + static_cast<std::ptrdiff_t>(frame.first_word), words_.end());
}

uint32_t ProfileRecorder::entry_of(const Frame& frame) {
  if (entries_.size() >= kMostEntries) words_.resize(frame.first_word);
  uint64_t hash = mixed(bits_of(frame.name), bits_of(frame.path));
  hash = mixed(hash, static_cast<uint64_t>(frame.category) * 4 + static_cast<uint64_t>(frame.kind));
  for (size_t i = frame.first_word; i < words_.size(); ++i)
    hash = mixed(hash, static_cast<uint64_t>(words_[i]));
  if (2 * entries_.size() >= slots_.size()) grow_slots();
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask)
    if (is_entry(entries_[slots_[slot] - 1], hash, frame)) return slots_[slot] - 1;
  entries_.push_back(
      {frame.kind,
       frame.name,
       frame.path,
       frame.category,
       hash,
       {words_.begin() + static_cast<std::ptrdiff_t>(frame.first_word), words_.end()}});
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  return slots_[slot] - 1;
}

void ProfileRecorder::grow_slots() {
  slots_.assign(std::max<size_t>(256, 2 * slots_.size()), 0);
  const size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = entries_[i].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

autograd::Profile ProfileRecorder::profile() const {
  constexpr double kSecond = 1e9;
  autograd::Profile profile;
  for (const Entry& e : entries_) {
    autograd::ProfileEntry& entry = profile.entries.emplace_back();
    entry.name = e.kind == Kind::kGradient ? as_text(e.name, "_backward") : std::string(e.name);
    entry.module = e.path ? e.path : "";
    entry.category = e.category;
    entry.shapes = shapes_text(e.words);
    entry.calls = e.calls;
    entry.total = static_cast<double>(e.total) / kSecond;
    entry.self = static_cast<double>(e.self) / kSecond;
    entry.multiply_adds = e.work;
    entry.self_multiply_adds = e.self_work;
    entry.bytes = e.bytes;
    entry.allocated = e.allocated;
    entry.peak = e.peak;
  }
  profile.events = events_;
  profile.dropped_events = dropped_;
  profile.thread = system_thread_;
  profile.begin = first_start_;
  profile.wall = static_cast<double>(wall_ + (recording_ ? now() - started_ : 0)) / kSecond;
  profile.multiply_adds = work_ + (recording_ ? multiply_adds() - work_before_ : 0);
  profile.peak = peak_;
  return profile;
}

}  // namespace reel
