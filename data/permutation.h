#pragma once
// The order of an epoch.

#include <cstdint>
#include <vector>

namespace reel::data {

/// A uniformly random order of 0 to n - 1, which depends on n, the seed and the epoch only: the
/// same on every machine and independent of the random numbers drawn elsewhere. Throws:
/// ArgumentError if n is negative.
std::vector<int64_t> permutation(int64_t n, uint64_t seed, uint64_t epoch);

}  // namespace reel::data
