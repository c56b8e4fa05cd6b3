#include <reel/io/ticks.h>

#include "tests/catch.h"

namespace reel {

using Labels = std::vector<std::string>;

TEST_CASE("ticks: steps are 1, 2 or 5 times a power of ten", "[plot]") {
  CHECK(io::ticks_within(0, 1, 6).labels == Labels{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(io::ticks_within(0, 1, 3).labels == Labels{"0.0", "0.5", "1.0"});
  CHECK(io::ticks_within(0.3, 9.9, 6).labels == Labels{"2", "4", "6", "8"});
  CHECK(io::ticks_within(-1, 1, 3).labels == Labels{"−1", "0", "1"});
  CHECK(io::ticks_within(0.0013, 0.0018, 6).labels ==
        Labels{"0.0013", "0.0014", "0.0015", "0.0016", "0.0017", "0.0018"});
}

TEST_CASE("ticks: whole numbers stay whole", "[plot]") {
  CHECK(io::ticks_within(1, 3, 20, true).labels == Labels{"1", "2", "3"});
  CHECK(io::ticks_within(1, 30, 8, true).labels == Labels{"5", "10", "15", "20", "25", "30"});
}

TEST_CASE("ticks: the outer ones enclose the range", "[plot]") {
  CHECK(io::ticks_around(91.3, 98.7, 5).labels == Labels{"90", "92", "94", "96", "98", "100"});
  CHECK(io::ticks_around(0.02, 0.97, 6).values.front() == 0);
  CHECK(io::ticks_around(-0.02, 0, 3).labels == Labels{"−0.02", "−0.01", "0.00"});
}

TEST_CASE("ticks: large and small numbers are abbreviated", "[plot]") {
  CHECK(io::ticks_within(0, 20000, 3).labels == Labels{"0", "10k", "20k"});
  CHECK(io::ticks_within(0, 2.5e6, 6).labels ==
        Labels{"0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"});
  CHECK(io::ticks_within(0, 2e9, 3).labels == Labels{"0", "1e+09", "2e+09"});
  CHECK(io::ticks_within(0, 2e-5, 3).labels == Labels{"0", "1e-05", "2e-05"});
}

}  // namespace reel
