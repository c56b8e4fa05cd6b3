#pragma once

#include <reel/core/random.h>

#include <cstdint>

namespace reel::kernels {

// Element i takes its bits from place i of the stream, so it is the same whatever n and the number
// of threads. docs/ops/random.md has the formulas.

template <class T>
struct RandomReals {
  /// y uniform in [from, to).
  void (*uniform)(int64_t n, RandomStream stream, T from, T to, T* y);
  /// y normal.
  void (*normal)(int64_t n, RandomStream stream, T mean, T std, T* y);
};

struct RandomIntegers {
  /// y uniform in from + [0, range).
  void (*uniform)(int64_t n, RandomStream stream, int64_t from, uint64_t range, int64_t* y);
  /// y = 1 with probability threshold / 2^32, else 0.
  void (*bernoulli)(int64_t n, RandomStream stream, uint64_t threshold, uint8_t* y);
};

/// 32-bit words of the stream that one element takes.
template <class T>
inline constexpr int64_t kRandomWords = static_cast<int64_t>(sizeof(T)) / 4;

}  // namespace reel::kernels
