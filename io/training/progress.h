#pragma once
// A progress bar for terminals, plain lines for logs.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

namespace reel::io {

/// A number to show beside the bar: "loss 0.0823", "accuracy 97.4 %".
struct ProgressField {
  const char* name;
  double value;
  int decimals = 4;
  const char* unit = "";
};

struct ProgressOptions {
  /// In front of the bar, for example "epoch 1/5".
  std::string label = {};
  /// What is counted; with a unit the bar shows how many are done each second ("8,412 images/s").
  std::string unit = {};
  /// The file descriptor to write to: 1 is standard output, 2 standard error.
  int descriptor = 1;
  /// Seconds between two drawings on a terminal, and between two lines elsewhere.
  double redraw_interval = 0.1;
  double line_interval = 10;
};

/// Shows how much of a job is done, the caller's fields, the speed and the time left. A terminal
/// shows one line that is redrawn; any other output gets a plain line now and then and one at the
/// end. Output that fails is ignored: a display must not end a training run.
class ProgressBar {
 public:
  /// Throws: ArgumentError if `total` is negative.
  explicit ProgressBar(int64_t total, ProgressOptions options = {});
  /// Ends the line that was drawn last, if finish() has not.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Cheap to call at every step: it draws only when the time has come.
  void update(int64_t done, std::initializer_list<ProgressField> fields = {});
  /// Draws a last time, with the time taken in place of the time left.
  void finish(std::initializer_list<ProgressField> fields = {});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::io
