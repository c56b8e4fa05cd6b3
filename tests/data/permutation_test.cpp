#include <reel/core/error.h>
#include <reel/core/random.h>
#include <reel/data/permutation.h>

#include "tests/catch.h"
#include "tests/message_of.h"

#include <algorithm>
#include <map>

namespace reel {

using data::permutation;
using Order = std::vector<int64_t>;

TEST_CASE("permutation: it has every index once", "[batches]") {
  CHECK(permutation(0, 1, 2).empty());
  CHECK(permutation(1, 1, 2) == Order{0});
  Order order = permutation(1000, 1, 2);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (int64_t i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  CHECK(message_of<ArgumentError>([] { permutation(-1, 0, 0); }) ==
        "permutation: n is -1; it must not be negative.");
}

TEST_CASE("permutation: seed and epoch decide, nothing else", "[batches]") {
  const Order order = permutation(100, 7, 3);
  default_generator().next64();
  CHECK(permutation(100, 7, 3) == order);
  CHECK(permutation(100, 7, 4) != order);
  CHECK(permutation(100, 8, 3) != order);
  CHECK(permutation(100, 3, 7) != order);
  // The same on every machine, for ever: a stored run must be repeatable.
  CHECK(permutation(8, 0, 0) == Order{7, 4, 6, 0, 1, 3, 2, 5});
  CHECK(permutation(8, 0, 1) == Order{1, 0, 4, 5, 2, 7, 3, 6});
}

TEST_CASE("permutation: all orders are equally likely", "[batches]") {
  std::map<Order, int> counts;
  constexpr int kDraws = 24000;
  for (uint64_t epoch = 0; epoch < kDraws; ++epoch) ++counts[permutation(4, 42, epoch)];
  REQUIRE(counts.size() == 24);
  double chi_squared = 0;
  for (const auto& [order, count] : counts)
    chi_squared += (count - 1000.0) * (count - 1000.0) / 1000;
  // 23 degrees of freedom: above 49.7 one time in a thousand.
  CHECK(chi_squared < 49.7);
}

}  // namespace reel
