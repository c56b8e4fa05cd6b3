// The part of docs/tutorial.md that is in none of its programs.

// [include]
#include <reel/reel.h>

using namespace reel;
// [/include]

#include "tests/catch.h"

TEST_CASE("docs/tutorial.md: one header is enough", "[docs]") {
  nn::Linear layer(2, 1);
  CHECK(layer(ones({3, 2})).sizes() == Shape{3, 1});
}
