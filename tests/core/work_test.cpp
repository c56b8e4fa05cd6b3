#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/work.h>

#include "tests/catch.h"

namespace reel {

TEST_CASE("multiply-adds of products and convolutions", "[work]") {
  const auto work = [](auto&& run) {
    const int64_t before = multiply_adds();
    run();
    return multiply_adds() - before;
  };
  const Tensor a = ones({5, 3, 4}), b = ones({5, 4, 2});
  CHECK(work([&] { a.matmul(b); }) == 5 * 3 * 4 * 2);
  const Tensor many = ones({40, 3, 4}), others = ones({40, 4, 2});  // shared by threads
  CHECK(work([&] { many.matmul(others); }) == 40 * 3 * 4 * 2);
  const Tensor x = ones({2, 4, 6, 5}), w = ones({6, 2, 3, 3});
  CHECK(work([&] { conv2d(x, w, {}, 1, 0, 1, 2); }) == 2 * 6 * 4 * 3 * 2 * 9);
  CHECK(work([&] { conv_transpose2d(x, ones({4, 3, 3, 3})); }) == x.numel() * 3 * 9);
  CHECK(work([&] { linear(ones({7, 3}), ones({2, 3})); }) == 7 * 3 * 2);
  CHECK(work([&] { layer_norm(ones({7, 3}), {3}); }) == 21);
  CHECK(work([&] { x.exp().sum(); }) == 0);
}

}  // namespace reel
