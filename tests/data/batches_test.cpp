#include <reel/core/error.h>
#include <reel/data/batches.h>

#include "tests/catch.h"
#include "tests/message_of.h"

#include <algorithm>

namespace reel {
namespace {

using Indices = std::vector<int64_t>;

/// A data set of a user's own: its batches are the indices themselves.
struct Numbers {
  int64_t n;
  int64_t size() const { return n; }
  Indices get_batch(const Indices& indices) const { return indices; }
};

std::vector<Indices> all(int64_t n, const data::BatchOptions& options, uint64_t epoch = 0) {
  std::vector<Indices> batches;
  for (auto& batch : data::Batches(Numbers{n}, options).epoch(epoch)) batches.push_back(batch);
  return batches;
}

}  // namespace

TEST_CASE("batches: in the data set's order", "[batches]") {
  const auto options = data::BatchOptions(3).shuffle(false);
  CHECK(all(7, options) == std::vector<Indices>{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK(all(6, options) == std::vector<Indices>{{0, 1, 2}, {3, 4, 5}});
  CHECK(all(7, options, 1) == all(7, options));
}

TEST_CASE("batches: drop_last leaves out the incomplete one", "[batches]") {
  const auto options = data::BatchOptions(3).shuffle(false).drop_last(true);
  CHECK(all(7, options) == std::vector<Indices>{{0, 1, 2}, {3, 4, 5}});
  CHECK(all(6, options) == std::vector<Indices>{{0, 1, 2}, {3, 4, 5}});
  CHECK(all(2, options).empty());
}

TEST_CASE("batches: fewer samples than a batch, and none", "[batches]") {
  CHECK(all(2, data::BatchOptions(3).shuffle(false)) == std::vector<Indices>{{0, 1}});
  CHECK(all(0, 3).empty());
  CHECK(data::Batches(Numbers{0}, 3).epoch(0).size() == 0);
  CHECK(all(2, int64_t{1} << 62).size() == 1);
}

TEST_CASE("batches: shuffled, every epoch has each sample once in an order of its own",
          "[batches]") {
  const auto options = data::BatchOptions(10).seed(5);
  std::vector<Indices> orders;
  for (uint64_t epoch = 0; epoch < 3; ++epoch) {
    Indices order;
    for (const Indices& batch : all(95, options, epoch))
      order.insert(order.end(), batch.begin(), batch.end());
    orders.push_back(order);
    std::sort(order.begin(), order.end());
    REQUIRE(order.size() == 95);
    CHECK(order.front() == 0);
    CHECK(std::adjacent_find(order.begin(), order.end()) == order.end());
    CHECK(order.back() == 94);
  }
  CHECK(orders[0] != orders[1]);
  CHECK(orders[1] != orders[2]);
  CHECK(all(95, options, 1) == all(95, options, 1));
  CHECK(all(95, data::BatchOptions(10).seed(6), 1) != all(95, options, 1));
}

TEST_CASE("batches: wrong calls are refused", "[batches]") {
  const auto error = [](auto call) { return message_of<ArgumentError>(call); };
  CHECK(error([] { all(5, 0); }) == "BatchOrder: a batch size of 0; it must be positive.");
  CHECK(error([] { all(5, -3); }) == "BatchOrder: a batch size of -3; it must be positive.");
  CHECK(error([] { data::BatchOrder(-1, 3, 0); }) ==
        "BatchOrder: -1 samples; there must be at least 0.");
  CHECK(error([] { data::BatchOrder(5, 3, 0).indices(2); }) ==
        "BatchOrder: batch 2; it must be in [0, 2).");
}

}  // namespace reel
