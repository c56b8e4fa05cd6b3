#include <reel/core/error.h>
#include <reel/io/plot.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

#include <limits>

namespace reel {

TEST_CASE("plot: a figure is a PNG file of its panels' size", "[plot]") {
  const TemporaryFolder folder;
  io::Figure figure({.panel_width = 300, .panel_height = 200, .columns = 2, .scale = 1.5});
  auto& loss = figure.panel("Loss", "epoch", "loss");
  loss.line("train", {1, 2, 3}, {0.9, 0.3, 0.2}).line("test", {1, 2, 3}, {0.8, 0.4, 0.3});
  figure.panel("Accuracy", "epoch", "%").line("test", {1, 2, 3}, {90, 95, 97});
  figure.panel("", "", "");
  figure.save(folder.file("curves.png"));
  const std::string png = folder.read("curves.png");
  REQUIRE(png.size() > 24);
  CHECK(png.substr(1, 3) == "PNG");
  // The header's width and height: two columns and two rows.
  CHECK(png.substr(16, 8) == std::string("\0\0\x03\x84\0\0\x02\x58", 8));
}

TEST_CASE("plot: values that no axis can show are left out", "[plot]") {
  const TemporaryFolder folder;
  constexpr double kInf = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kMax = std::numeric_limits<double>::max();
  io::Figure figure;
  figure.panel("diverged", "x", "y").line("a", {0, 1, 2, 3}, {1, kNan, kInf, -kInf});
  figure.panel("nothing", "x", "y").line("a", {}, {}).line("b", {kNan}, {kNan});
  figure.panel("one value", "x", "y").line("a", {5, 5}, {-3e-300, -3e-300});
  figure.panel("extremes", "x", "y").line("a", {-kMax, kMax}, {-kMax, kMax});
  figure.panel("next to zero", "x", "y").line("a", {5e-324, 1e-323}, {5e-324, 1e-323});
  figure.panel("wide", "x", "y").line("a", {1e-300, 1e300}, {1e-300, kMax}).log_x().log_y();
  figure.panel("close", "x", "y").line("a", {1e9, 1e9 + 1}, {1, 1 + 1e-15});
  figure.save(folder.file("curves.png"));
  CHECK(folder.read("curves.png").size() > 1000);
}

TEST_CASE("plot: wrong calls are refused", "[plot]") {
  io::Figure figure;
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  CHECK(error([&] { figure.save("never-written.png"); }) ==
        "Figure: nothing to save; add a panel first.");
  CHECK(error([&] {
          figure.panel("", "", "").line("train", {1, 2}, {1});
        }) == "line: 'train' has 2 x values and 1 y values; every point needs one of each.");
  CHECK(error([] { io::Figure({.panel_width = 100}); }) ==
        "Figure: panels of 100x380 points; at least 200x200 is needed.");
  CHECK(error([] { io::Figure({.columns = 0}); }) == "Figure: 0 columns; at least 1 is needed.");
  CHECK(error([] { io::Figure({.scale = 0}); }) == "Figure: scale 0; it must be positive.");
}

}  // namespace reel
