#include <reel/io/report/decimate.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reel::io {

std::vector<std::size_t> decimated(const std::vector<double>& ys, std::size_t buckets) {
  const std::size_t count = ys.size();
  std::vector<std::size_t> kept;
  if (count <= 5 * buckets) {
    kept.resize(count);
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    return kept;
  }
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    const std::size_t begin = bucket * count / buckets, end = (bucket + 1) * count / buckets;
    std::size_t low = end, high = end, gap = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(ys[i])) {
        gap = std::min(gap, i);
      } else {
        if (low == end || ys[i] < ys[low]) low = i;
        if (high == end || ys[i] > ys[high]) high = i;
      }
    }
    std::vector<std::size_t> of_bucket{begin, end - 1};
    for (const std::size_t i : {low, high, gap})
      if (i != end) of_bucket.push_back(i);
    std::sort(of_bucket.begin(), of_bucket.end());
    of_bucket.erase(std::unique(of_bucket.begin(), of_bucket.end()), of_bucket.end());
    kept.insert(kept.end(), of_bucket.begin(), of_bucket.end());
  }
  return kept;
}

}  // namespace reel::io
