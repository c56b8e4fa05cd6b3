#pragma once
// Long lines, drawn with fewer points.

#include <cstddef>
#include <vector>

namespace reel::io {

/// Indices of the points to draw, in order: all, if there are at most 5 * `buckets`; else of each
/// of `buckets` stretches the first, the last, the lowest, the highest and one that is not finite.
std::vector<std::size_t> decimated(const std::vector<double>& ys, std::size_t buckets);

}  // namespace reel::io
