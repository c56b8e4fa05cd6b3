#include <reel/io/training/progress.h>

#include <reel/core/error.h>
#include <reel/io/training/stopwatch.h>
#include <reel/io/write_all.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace reel::io {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDefaultColumns = 80;
constexpr int kMinBarCells = 8;
constexpr int kMaxBarCells = 28;

bool is_terminal(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) == 1 && !(kind && std::string(kind) == "dumb");
}

bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    const std::string locale = value;
    return locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

int columns_of(int descriptor) {
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultColumns;
  return size.ws_col;
}

bool starts_character(char c) { return (c & 0xC0) != 0x80; }

int cells_of(const std::string& text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string first_cells(const std::string& text, int cells) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (starts_character(text[end]) && cells-- == 0) break;
  }
  return text.substr(0, end);
}

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

/// "8,412"
std::string grouped(double value) {
  std::string digits = fixed(value, value < 10 ? 1 : 0);
  if (value < 10) return digits;
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string bar_text(double fraction, int cells, bool utf8) {
  const int filled = static_cast<int>(fraction * cells);
  std::string bar;
  for (int i = 0; i < cells; ++i) {
    if (utf8) {
      bar += i < filled ? "\u2501" : "\u2500";
    } else {
      bar += i < filled ? '=' : ' ';
    }
  }
  return utf8 ? bar : "[" + bar + "]";
}

}  // namespace

class ProgressBar::State {
 public:
  State(int64_t total, ProgressOptions options)
      : total_(total),
        options_(std::move(options)),
        terminal_(is_terminal(options_.descriptor)),
        utf8_(speaks_utf8()) {}

  ~State() {
    if (line_open_) write("\n");
  }

  void update(int64_t done, std::initializer_list<ProgressField> fields) {
    done_ = std::clamp<int64_t>(done, 0, total_);
    const double interval = terminal_ ? options_.redraw_interval : options_.line_interval;
    const Clock::time_point now = Clock::now();
    const bool due = seconds(drawn_, now) >= interval;
    // The last step's fields are kept for finish() even if another drawing would come too soon.
    if (due || done_ == total_) format_fields(fields);
    if (!due) return;
    drawn_ = now;
    draw(seconds(start_, now), false);
  }

  void finish(std::initializer_list<ProgressField> fields) {
    if (finished_) return;
    finished_ = true;
    if (fields.size() > 0) format_fields(fields);
    draw(seconds(start_, Clock::now()), true);
    if (line_open_) write("\n");
    line_open_ = false;
  }

 private:
  static double seconds(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  void format_fields(std::initializer_list<ProgressField> fields) {
    fields_.clear();
    for (const ProgressField& field : fields) {
      const char* space = *field.unit && std::string(field.unit) != "%" ? " " : "";
      fields_ +=
          as_text("  ", field.name, " ", fixed(field.value, field.decimals), space, field.unit);
    }
  }

  double fraction() const {
    return total_ == 0 ? 1 : static_cast<double>(done_) / static_cast<double>(total_);
  }

  enum class Style { kFull, kShort };

  /// What stands behind the bar.
  std::string tail(double elapsed, bool last, Style style) const {
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3.0f%%", std::floor(100 * fraction()));
    std::string text = percent + fields_;
    const double speed = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
    if (!options_.unit.empty()) {
      text += as_text("  ", grouped(speed), style == Style::kFull ? " " + options_.unit : "", "/s");
    }
    if (last) return as_text(text, "  ", clock_text(elapsed));
    if (speed > 0)
      text += as_text("  ", clock_text(static_cast<double>(total_ - done_) / speed), " left");
    return text;
  }

  void draw(double elapsed, bool last) {
    const std::string label = options_.label.empty() ? "" : options_.label + "  ";
    std::string text = tail(elapsed, last, Style::kFull);
    if (!terminal_) {
      write(as_text(label, text, "\n"));
      return;
    }
    // The last column stays empty: some terminals wrap once it is written.
    const int columns = columns_of(options_.descriptor) - 1;
    const auto room = [&] { return columns - cells_of(label) - cells_of(text) - (utf8_ ? 1 : 3); };
    if (room() < kMinBarCells) text = tail(elapsed, last, Style::kShort);
    const std::string bar = room() < kMinBarCells
                                ? ""
                                : bar_text(fraction(), std::min(room(), kMaxBarCells), utf8_) + " ";
    write(as_text("\r", first_cells(label + bar + text, columns), "\x1b[K"));
    line_open_ = true;
  }

  void write(const std::string& text) const {
    write_all(options_.descriptor, text.data(), text.size());
  }

  int64_t total_;
  ProgressOptions options_;
  bool terminal_;
  bool utf8_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
  int64_t done_ = 0;
  std::string fields_;
  bool line_open_ = false;
  bool finished_ = false;
};

ProgressBar::ProgressBar(int64_t total, ProgressOptions options) {
  REEL_CHECK(total >= 0, "ProgressBar: a total of ", total, "; it must not be negative.");
  state_ = std::make_unique<State>(total, std::move(options));
}

ProgressBar::~ProgressBar() = default;

void ProgressBar::update(int64_t done, std::initializer_list<ProgressField> fields) {
  state_->update(done, fields);
}

void ProgressBar::finish(std::initializer_list<ProgressField> fields) { state_->finish(fields); }

}  // namespace reel::io
