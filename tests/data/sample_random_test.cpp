#include <reel/core/random.h>
#include <reel/data/sample_random.h>

#include <cmath>
#include <vector>

#include "../catch.h"

using namespace reel;
using namespace reel::data;

namespace {

std::vector<uint32_t> numbers(SampleRandom random, int n = 6) {
  std::vector<uint32_t> result;
  for (int i = 0; i < n; ++i) result.push_back(random.next());
  return result;
}

}  // namespace

TEST_CASE("sample random: numbers belong to seed, epoch, sample and use", "[data]") {
  const auto first = numbers({1, 2, 3, 0});
  CHECK(first == numbers({1, 2, 3, 0}));
  CHECK(first != numbers({2, 2, 3, 0}));
  CHECK(first != numbers({1, 3, 3, 0}));
  CHECK(first != numbers({1, 2, 4, 0}));
  CHECK(first != numbers({1, 2, 3, 1}));
}

TEST_CASE("sample random: a sample's numbers are the same in any batch", "[data]") {
  const LoadingScope scope(7, 0, {4, 9});
  const auto together = batch_random(2);
  std::vector<uint32_t> alone, again;
  {
    const LoadingScope other(7, 0, {9});
    alone = numbers(sample_random());
    again = numbers(sample_random());
  }
  CHECK(numbers(together[1]) == alone);
  CHECK(again != alone);
  set_loading_place(1);
  CHECK(numbers(sample_random()) == again);  // both were used once before
  CHECK(numbers(batch_random(3)[2]) != numbers(batch_random(3)[2]));
}

TEST_CASE("sample random: outside a loader numbers come from the default generator", "[data]") {
  manual_seed(5);
  const auto one = numbers(sample_random()), two = numbers(batch_random(2)[1]);
  CHECK(one != two);
  manual_seed(5);
  CHECK(numbers(sample_random()) == one);
  CHECK(numbers(batch_random(2)[1]) == two);
}

TEST_CASE("sample random: in a loader the default generator is the sample's too", "[data]") {
  manual_seed(5);
  const uint64_t before = default_generator().next64(), after = default_generator().next64();
  const auto drawn = [](size_t place, std::vector<size_t> samples) {
    const LoadingScope scope(7, 1, std::move(samples));
    set_loading_place(place);
    return default_generator().next64();
  };
  manual_seed(5);
  CHECK(default_generator().next64() == before);
  CHECK(drawn(1, {4, 9}) == drawn(0, {9}));
  CHECK(drawn(1, {4, 9}) != drawn(0, {4, 9}));
  CHECK(default_generator().next64() == after);
  const LoadingScope scope(7, 1, {4, 9});
  CHECK_FALSE(scope.sample());
  set_loading_place(1);
  CHECK(scope.sample() == 9);
  const uint64_t first = default_generator().next64();
  set_loading_place(1);
  CHECK(default_generator().next64() != first);
  clear_loading_place();
  CHECK_FALSE(scope.sample());
}

TEST_CASE("sample random: distributions", "[data]") {
  SampleRandom random(0, 0, 0);
  constexpr int n = 20000;
  double sum = 0, squares = 0;
  int counts[5] = {}, hits = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal(), u = random.uniform(-3, 2);
    CHECK((u >= -3 && u < 2));
    sum += x;
    squares += x * x;
    ++counts[random.below(5)];
    hits += random.chance(0.3);
  }
  CHECK(std::abs(sum / n) < 0.03);
  CHECK(std::abs(squares / n - 1) < 0.05);
  for (const int count : counts) CHECK(std::abs(count - n / 5) < 300);
  CHECK(std::abs(hits - 0.3 * n) < 300);
}
