#include <reel/data/permutation.h>

#include <reel/core/error.h>
#include <reel/core/random.h>
#include <reel/data/sample_random.h>

#include <numeric>
#include <utility>

namespace reel::data {
namespace {

/// The upper 64 bits of the product; the lower ones in `low`.
uint64_t multiply_high(uint64_t a, uint64_t b, uint64_t& low) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  low = static_cast<uint64_t>(product);
  return static_cast<uint64_t>(product >> 64);
}

/// Uniform in [0, bound), without the bias of a remainder (Lemire 2019, "Fast random integer
/// generation in an interval").
uint64_t uniform_below(Generator& generator, uint64_t bound) {
  uint64_t low = 0;
  uint64_t high = multiply_high(generator.next64(), bound, low);
  const uint64_t rejected = -bound % bound;
  while (low < rejected) high = multiply_high(generator.next64(), bound, low);
  return high;
}

}  // namespace

std::vector<int64_t> permutation(int64_t n, uint64_t seed, uint64_t epoch) {
  REEL_CHECK(n >= 0, "permutation: n is ", n, "; it must not be negative.");
  std::vector<int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  Generator generator(mix_key(seed, epoch));
  // Fisher and Yates, from the end.
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(uniform_below(generator, i))]);
  }
  return order;
}

}  // namespace reel::data
