#include <reel/io/axis.h>

#include "tests/catch.h"

#include <algorithm>
#include <limits>

namespace reel {

using io::Axis;

namespace {

std::vector<std::string> labels_within(double low, double high, int most) {
  return io::log_ticks_within(low, high, most).labels;
}

std::vector<std::string> labels_around(double low, double high, int most) {
  return io::log_ticks_around(low, high, most).labels;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("axis: logarithmic ticks", "[axis]") {
  CHECK(labels_within(1e-6, 10, 8) ==
        Labels{"1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1", "10"});
  CHECK(labels_within(1e-6, 10, 4) == Labels{"1e-6", "0.001", "1"});
  CHECK(labels_within(0.3, 30, 8) == Labels{"0.5", "1", "2", "5", "10", "20"});
  CHECK(labels_within(3, 4, 3) == Labels{"3.0", "3.5", "4.0"});
  CHECK(labels_around(0.04, 0.9, 6) == Labels{"0.02", "0.05", "0.1", "0.2", "0.5", "1"});
  CHECK(labels_around(2e5, 9e5, 3) == Labels{"2e5", "5e5", "1e6"});
  CHECK(labels_around(1e-12, 1e12, 4) == Labels{"1e-16", "1e-8", "1", "1e8", "1e16"});
  CHECK(labels_around(1, 100, 3) == Labels{"1", "10", "100"});
}

TEST_CASE("axis: ticks around reach both ends, whatever the range", "[axis]") {
  for (const double low : {1e-300, 3.3e-7, 0.1, 1.0, 7.0, 5e8})
    for (const double factor : {1.001, 2.0, 37.0, 1e4, 1e90})
      for (const int most : {2, 5, 9}) {
        INFO(low << " times " << factor << ", " << most);
        const io::Ticks ticks = io::log_ticks_around(low, low * factor, most);
        REQUIRE(ticks.values.size() >= 2);
        CHECK(ticks.values.front() <= low * (1 + 1e-8));
        CHECK(ticks.values.back() >= low * factor * (1 - 1e-8));
        CHECK(ticks.values.size() <= static_cast<size_t>(most) + 3);
      }
}

TEST_CASE("axis: places", "[axis]") {
  Axis linear, log(true);
  for (const double v : {1.0, 100.0}) {
    linear.add(v);
    log.add(v);
  }
  linear.end_at_values(5);
  log.end_at_values(5);
  CHECK(linear.place(50.5) == 0.5);
  CHECK(log.place(10) == Catch::Approx(0.5));
  CHECK(linear.place(1) == 0);
  CHECK(log.place(100) == 1);
  CHECK(linear.shows(-1));
  CHECK_FALSE(log.shows(0));
  CHECK_FALSE(linear.shows(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(log.shows(std::numeric_limits<double>::infinity()));
}

TEST_CASE("axis: extreme values have places", "[axis]") {
  for (const bool logarithmic : {false, true})
    for (const double low : {5e-324, 1e-310, 1e-300, 1.0})
      for (const double high : {1e-323, 2e-300, 1e300, 1.7976931348623157e308})
        for (const int most : {2, 6, 60})
          for (const bool at_ticks : {false, true}) {
            INFO(low << " to " << high << ", " << most << (logarithmic ? ", logarithmic" : ""));
            Axis axis(logarithmic);
            axis.add(low);
            axis.add(high);
            if (at_ticks)
              axis.end_at_ticks(most);
            else
              axis.end_at_values(most);
            CHECK(axis.ticks().values.size() <= static_cast<size_t>(most) + 3);
            for (const double value : {low, high}) {
              CHECK(axis.place(value) >= -1e-9);
              CHECK(axis.place(value) <= 1 + 1e-9);
            }
            CHECK(axis.place(std::max(low, high)) >= axis.place(std::min(low, high)));
          }
}

TEST_CASE("axis: of nothing and of one value", "[axis]") {
  for (const bool logarithmic : {false, true})
    for (const bool with_value : {false, true}) {
      Axis axis(logarithmic);
      if (with_value) axis.add(3);
      axis.end_at_ticks(5);
      CHECK(axis.low() < axis.high());
      CHECK(axis.ticks().values.size() >= 2);
      if (with_value) {
        CHECK(axis.place(3) > 0);
        CHECK(axis.place(3) < 1);
      }
    }
}

}  // namespace reel
