#include <reel/core/error.h>
#include <reel/io/training/progress.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace reel {
namespace {

/// A terminal of which the test is the screen.
class Terminal {
 public:
  explicit Terminal(int columns) : screen_(posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(grantpt(screen_) == 0);
    REQUIRE(unlockpt(screen_) == 0);
    program_ = open(ptsname(screen_), O_RDWR | O_NOCTTY);
    REQUIRE(program_ >= 0);
    winsize size = {};
    size.ws_row = 24;
    size.ws_col = static_cast<unsigned short>(columns);
    REQUIRE(ioctl(program_, TIOCSWINSZ, &size) == 0);
    REQUIRE(setenv("TERM", "xterm", 1) == 0);
    REQUIRE(setenv("LC_ALL", "C", 1) == 0);
  }
  ~Terminal() {
    close(program_);
    close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int descriptor() const { return program_; }
  /// What was written so far; nothing more may be written afterwards.
  std::string output() const {
    const std::string end = "<end>";
    REQUIRE(write(program_, end.data(), end.size()) == 5);
    std::string text;
    char buffer[4096];
    while (!text.ends_with(end)) {
      const ssize_t got = read(screen_, buffer, sizeof buffer);
      REQUIRE(got > 0);
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return text.substr(0, text.size() - end.size());
  }

 private:
  int screen_;
  int program_ = -1;
};

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t at; (at = text.find(separator, start)) != std::string::npos;
       start = at + separator.size()) {
    parts.push_back(text.substr(start, at - start));
  }
  parts.push_back(text.substr(start));
  return parts;
}

}  // namespace

TEST_CASE("progress: a file gets plain lines", "[progress]") {
  const TemporaryFolder folder;
  const int file = open(folder.write("log", "").c_str(), O_WRONLY | O_APPEND);
  {
    io::ProgressBar bar(200, {.label = "epoch 1/5", .descriptor = file, .line_interval = 0});
    bar.update(50, {{"loss", 0.51234}, {"accuracy", 84.25, 1, "%"}});
    bar.update(200, {{"loss", 0.25}});
    bar.finish();
    bar.finish();
  }
  close(file);
  const std::vector<std::string> lines = split(folder.read("log"), "\n");
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].starts_with("epoch 1/5   25%  loss 0.5123  accuracy 84.2%  "));
  CHECK(lines[0].ends_with(" left"));
  CHECK(lines[1].starts_with("epoch 1/5  100%  loss 0.2500"));
  CHECK(lines[2] == "epoch 1/5  100%  loss 0.2500  0:01");
  CHECK(folder.read("log").find_first_of("\r\x1b") == std::string::npos);
}

TEST_CASE("progress: it is drawn no oftener than asked, the last values at the end", "[progress]") {
  const TemporaryFolder folder;
  const int file = open(folder.write("log", "").c_str(), O_WRONLY | O_APPEND);
  io::ProgressBar bar(1000, {.unit = "images", .descriptor = file});
  for (int i = 1; i <= 1000; ++i) bar.update(i, {{"step", static_cast<double>(i), 0}});
  bar.finish();
  close(file);
  const std::vector<std::string> lines = split(folder.read("log"), "\n");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("100%  step 1000  "));
  CHECK(lines[0].find(" images/s  0:01") != std::string::npos);
}

TEST_CASE("progress: a terminal gets one line, redrawn, that never wraps", "[progress]") {
  for (const int columns : {20, 50, 80, 200}) {
    CAPTURE(columns);
    const Terminal terminal(columns);
    io::ProgressBar bar(4, {.label = "epoch 1/5",
                            .unit = "images",
                            .descriptor = terminal.descriptor(),
                            .redraw_interval = 0});
    for (int i = 0; i <= 4; ++i) bar.update(i, {{"loss", 0.5}});
    bar.finish();
    const std::string output = terminal.output();
    CHECK(output.ends_with("\r\n"));
    CHECK(std::count(output.begin(), output.end(), '\n') == 1);
    std::vector<std::string> drawings = split(output.substr(0, output.size() - 2), "\r");
    REQUIRE(drawings.size() == 7);
    CHECK(drawings[0].empty());
    for (std::size_t i = 1; i < drawings.size(); ++i) {
      REQUIRE(drawings[i].ends_with("\x1b[K"));
      CHECK(static_cast<int>(drawings[i].size()) - 3 < columns);
    }
    if (columns == 200) {
      CHECK(
          drawings[3].starts_with("epoch 1/5  [==============              ]  50%  loss 0.5000  "));
      CHECK(drawings[3].find(" left") != std::string::npos);
    }
  }
}

TEST_CASE("progress: a bar that is given up ends its line", "[progress]") {
  const Terminal terminal(80);
  { io::ProgressBar(10, {.descriptor = terminal.descriptor(), .redraw_interval = 0}).update(3); }
  CHECK(terminal.output().ends_with("\x1b[K\r\n"));
}

TEST_CASE("progress: nothing to do is done, and less than nothing refused", "[progress]") {
  const TemporaryFolder folder;
  const int file = open(folder.write("log", "").c_str(), O_WRONLY | O_APPEND);
  io::ProgressBar(0, {.descriptor = file}).finish();
  close(file);
  CHECK(folder.read("log") == "100%  0:01\n");
  CHECK(message_of<ArgumentError>([] { io::ProgressBar(-1); }) ==
        "ProgressBar: a total of -1; it must not be negative.");
}

}  // namespace reel
