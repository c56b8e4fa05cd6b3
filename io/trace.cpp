#include <reel/core/error.h>
#include <reel/io/atomic_file.h>
#include <reel/io/trace.h>

#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace reel::io {

namespace {

using autograd::Profile;
using autograd::ProfileCategory;
using autograd::ProfileEntry;
using autograd::ProfileEvent;

// A JSON string, quoted; bytes that are no UTF-8 are replaced.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Events are many and alike, so they are written as they come; a document of them would take ten
// times the file's memory.
class TraceFile {
 public:
  explicit TraceFile(const std::string& path) : file_("save_trace", path) {
    text_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  }
  void add(const std::string& event) {
    text_ += as_text(is_first_ ? "\n" : ",\n", event);
    is_first_ = false;
    if (text_.size() >= kChunk) flush();
  }
  void finish() {
    text_ += "\n]}\n";
    flush();
    file_.commit();
  }

 private:
  static constexpr size_t kChunk = 1 << 20;
  void flush() {
    file_.write(text_.data(), text_.size());
    text_.clear();
  }
  AtomicFile file_;
  std::string text_;
  bool is_first_ = true;
};

// What is the same in all events of an entry: all but times and amounts.
struct EntryText {
  std::string head, arguments;

  EntryText(const ProfileEntry& entry, const std::string& place) {
    head = as_text("{\"ph\":\"X\",\"name\":", quoted(entry.name), ",\"cat\":\"",
                   name_of(entry.category), "\",", place);
    if (!entry.module.empty()) arguments += as_text("\"module\":", quoted(entry.module), ",");
    if (!entry.shapes.empty()) arguments += as_text("\"shapes\":", quoted(entry.shapes), ",");
  }
};

std::string microseconds(int64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", 1e-3 * static_cast<double>(nanoseconds));
  return text;
}

void add_name(TraceFile& file, const char* what, const std::string& place,
              const std::string& name) {
  file.add(as_text("{\"ph\":\"M\",\"name\":\"", what, "\",", place,
                   ",\"args\":{\"name\":", quoted(name), "}}"));
}

void add_profile(TraceFile& file, const Profile& profile, const std::string& process,
                 int64_t beginning, const std::string& counter) {
  const std::string place = as_text(process, ",\"tid\":", profile.thread);
  add_name(file, "thread_name", place, as_text("thread ", profile.thread));
  std::vector<EntryText> texts;
  for (const ProfileEntry& entry : profile.entries) texts.emplace_back(entry, place);
  int64_t live = -1;
  for (const ProfileEvent& event : profile.events) {
    const EntryText& text = texts[event.entry];
    file.add(as_text(text.head, ",\"ts\":", microseconds(event.begin - beginning),
                     ",\"dur\":", microseconds(event.duration), ",\"args\":{", text.arguments,
                     "\"bytes\":", event.bytes, ",\"flops\":", 2 * event.multiply_adds,
                     ",\"allocated\":", event.allocated, "}}"));
    if (event.live == live) continue;
    live = event.live;
    file.add(as_text("{\"ph\":\"C\",\"name\":\"", counter, "\",", place,
                     ",\"ts\":", microseconds(event.begin + event.duration - beginning),
                     ",\"args\":{\"bytes\":", live, "}}"));
  }
}

}  // namespace

void save_trace(const std::string& path, const Profile& profile) {
  save_trace(path, std::vector<Profile>{profile});
}

void save_trace(const std::string& path, const std::vector<Profile>& profiles) {
  REEL_CHECK(!profiles.empty(), "save_trace: there is no profile to write.");
  int64_t beginning = profiles[0].begin;
  for (const Profile& profile : profiles) beginning = std::min(beginning, profile.begin);
  TraceFile file(path);
  const std::string process = as_text("\"pid\":", getpid());
  add_name(file, "process_name", process, "reel");
  for (const Profile& profile : profiles)
    add_profile(file, profile, process, beginning,
                profiles.size() == 1
                    ? "live memory"
                    : as_text("live memory as thread ", profile.thread, " sees it"));
  file.finish();
}

}  // namespace reel::io
