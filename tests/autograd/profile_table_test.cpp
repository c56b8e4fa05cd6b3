#include <reel/autograd/profiler.h>

#include <sstream>

#include "tests/catch.h"

namespace reel::autograd {

using Catch::Matchers::ContainsSubstring;
using enum ProfileCategory;

TEST_CASE("profiler: tables", "[profiler]") {
  Profile p;
  p.wall = 0.01;
  p.multiply_adds = 3'000'000;
  p.peak = 4096;
  p.entries = {
      {"net", "net", kModule, "", 1, 0.005, 0.001, 2'000'000, 0, 0, 0, 0},
      {"net.conv", "net.conv", kModule, "", 2, 0.004, 0.0005, 2'000'000, 0, 0, 0, 0},
      {"conv2d", "net.conv", kForward, "[1, 2]", 1, 0.002, 0.002, 1'500'000, 1'500'000, 4'000'000,
       2048, 4096},
      {"conv2d", "net.conv", kForward, "[3, 4]", 1, 0.0015, 0.0015, 500'000, 500'000, 0, 2048, 0},
      {"conv2d_backward", "net.conv", kBackward, "[1]", 1, 0.003, 0.003, 1'000'000, 1'000'000, 0, 0,
       0}};
  CHECK(
      p.table() ==
      R"(operation            in        calls  total ms  self ms   share  mean us  GFLOP/s  GB/s    kept    peak
conv2d               forward       2     3.500    3.500  35.0 %  1750.00     1.14  1.14  4.1 kB  4.1 kB
conv2d_backward      backward      1     3.000    3.000  30.0 %  3000.00    0.667     -       -       -
(modules' own code)                               1.500  15.0 %
(outside of all)                                  2.000  20.0 %
10.000 ms; 3 M multiply-adds; at most 4.1 kB above the beginning
)");
  CHECK(
      p.table(ProfileGroup::kShapes, 1) ==
      R"(operation            in        calls  total ms  self ms   share  mean us  GFLOP/s  GB/s  kept  peak  shapes
conv2d_backward      backward      1     3.000    3.000  30.0 %  3000.00    0.667     -     -     -  [1]
(2 others)                                        3.500  35.0 %
(modules' own code)                               1.500  15.0 %
(outside of all)                                  2.000  20.0 %
10.000 ms; 3 M multiply-adds; at most 4.1 kB above the beginning
)");
  CHECK(
      p.table(ProfileGroup::kModule) ==
      R"(module    calls  forward ms  backward ms  total ms   share  multiply-adds  in backward  GFLOP/s  in backward    kept
(all)         -       5.000        3.000     8.000  80.0 %            2 M          1 M      0.8        0.667  4.1 kB
  net         1       5.000        3.000     8.000  80.0 %            2 M          1 M      0.8        0.667  4.1 kB
    conv      2       4.000        3.000     7.000  70.0 %            2 M          1 M        1        0.667  4.1 kB
10.000 ms; 3 M multiply-adds; at most 4.1 kB above the beginning
)");
  std::ostringstream out;
  out << p;
  CHECK(out.str() == p.table());
  CHECK_THAT(Profile().table(), ContainsSubstring("(outside of all)"));
}

}  // namespace reel::autograd
