// The code of docs/speed.md, and that it does what the page says.

#include <reel/core/allocator.h>
#include <reel/core/parallel.h>
#include <reel/reel.h>

#include <sstream>

#include "tests/catch.h"

using namespace reel;

TEST_CASE("docs/speed.md: threads", "[docs]") {
  const int before = num_threads();
  // [threads]
  set_num_threads(4);  // for all operations from now on; num_threads() tells
  // [/threads]
  CHECK(num_threads() == 4);
  set_num_threads(before);
}

TEST_CASE("docs/speed.md: asking", "[docs]") {
  nn::Linear net(3, 2);
  const Tensor images = ones({5, 3});
  // [ask]
  net->eval();
  const NoGradGuard no_grad;
  const Tensor answers = net(images).argmax(1);
  // [/ask]
  CHECK(answers.sizes() == Shape{5});
}

TEST_CASE("docs/speed.md: elements", "[docs]") {
  Tensor x = arange(6, kFloat32).view({2, 3});
  // [elements]
  x.clamp_(0, 4);                          // all at once
  auto e = x.accessor<float, 2>();         // one by one, as fast as an array
  for (int64_t i = 0; i < x.size(0); ++i)  //
    for (int64_t j = 0; j < x.size(1); ++j) e[i][j] += static_cast<float>(i);
  // [/elements]
  CHECK(x.to_vector() == std::vector<double>{0, 1, 2, 4, 5, 5});
}

TEST_CASE("docs/speed.md: which algorithm", "[docs]") {
  std::ostringstream out;
  const Tensor x = rand({32, 16, 28, 28}), weight = rand({16, 16, 3, 3});
  // [explain]
  out << explain_conv2d(x, weight, /*stride=*/1, /*padding=*/1);
  // [/explain]
  CHECK(out.str().starts_with("conv2d: float32, "));
  CHECK(out.str().find(": computes\n") != std::string::npos);
}

TEST_CASE("docs/speed.md: memory", "[docs]") {
  nn::Linear net(30, 20);
  // [memory]
  reset_peak_memory();
  net(randn({100, 30})).square().mean().backward();
  const MemoryStats stats = memory_stats();  // bytes: stats.live, stats.peak, stats.cached
  // [/memory]
  CHECK(stats.peak >= stats.live);
}
