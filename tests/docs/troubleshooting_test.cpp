// The code of docs/troubleshooting.md, and that it does what the page says.

#include <reel/autograd/anomaly.h>
#include <reel/reel.h>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

TEST_CASE("docs/troubleshooting.md: who made a NaN", "[docs]") {
  const Tensor x = zeros({2}, requires_grad());
  const auto step = [&] {
    // [anomaly]
    const autograd::DetectAnomalyGuard guard;  // around the steps in question: it costs time
    const Tensor loss = x.log().sum();
    loss.backward();
    // [/anomaly]
  };
  CHECK_THROWS_AS(step(), GraphError);
}

TEST_CASE("docs/troubleshooting.md: losses are summed as numbers", "[docs]") {
  const Tensor w = ones({2}, requires_grad());
  double total = 0;
  for (int step = 0; step < 3; ++step) {
    const Tensor loss = (w * w).sum();
    // [total]
    total += loss.item<double>();  // not: sum = sum + loss
    // [/total]
  }
  CHECK(total == 6);
}
