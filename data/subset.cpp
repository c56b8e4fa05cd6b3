#include <reel/data/subset.h>

#include <reel/core/error.h>
#include <reel/data/permutation.h>

#include <cmath>
#include <numeric>

namespace reel::data {

void check_subset(const std::vector<int64_t>& indices, int64_t size) {
  for (const int64_t index : indices)
    REEL_CHECK(index >= 0 && index < size, "Subset: index ", index, "; it must be in [0, ", size,
               ").");
}

std::vector<std::vector<int64_t>> split_indices(int64_t n, const std::vector<double>& shares,
                                                uint64_t seed) {
  double sum = 0;
  for (const double share : shares) {
    REEL_CHECK(share > 0, "random_split: a share of ", share, "; shares must be positive.");
    sum += share;
  }
  REEL_CHECK(std::abs(sum - 1) < 1e-9, "random_split: the sum of the shares is ", sum,
             "; it must be 1.");
  std::vector<int64_t> counts;
  for (const double share : shares)
    counts.push_back(static_cast<int64_t>(std::floor(share * static_cast<double>(n) + 1e-9)));
  int64_t left = n - std::accumulate(counts.begin(), counts.end(), int64_t{0});
  for (std::size_t i = 0; left > 0; i = (i + 1) % counts.size(), --left) ++counts[i];

  const std::vector<int64_t> order = permutation(n, seed, 0);
  std::vector<std::vector<int64_t>> parts;
  auto begin = order.begin();
  for (const int64_t count : counts) {
    parts.emplace_back(begin, begin + count);
    begin += count;
  }
  return parts;
}

}  // namespace reel::data
