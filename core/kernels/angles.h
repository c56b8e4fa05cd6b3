#pragma once
// Functions of angles over arrays. Included inside kernels only: everything here belongs to the
// level that compiles it.

#include <reel/core/kernels/vector_math.h>

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

/// put(i, f(x[i])) for begin <= i < end, of angles beyond kLargestAngle put(i, far(x[i])). All
/// elements go through one loop of fixed length, so where a range ends does not tell; put may write
/// to x.
template <class F, class Far, class Put>
REEL_INLINE void map_angles(int64_t begin, int64_t end, const float* x, F f, Far far, Put put) {
  constexpr int64_t kBlock = 64;
  float angle[kBlock] = {}, y[kBlock];
  for (int64_t from = begin; from < end; from += kBlock) {
    const int64_t n = end - from < kBlock ? end - from : kBlock;
    std::memcpy(angle, x + from, static_cast<size_t>(n) * sizeof(float));
    int32_t any = 0;
#pragma omp simd reduction(| : any)
    for (int64_t i = 0; i < kBlock; ++i) {
      y[i] = f(angle[i]);
      any |= abs(angle[i]) > kLargestAngle;
    }
    if (any) [[unlikely]]
      for (int64_t i = 0; i < n; ++i)
        if (abs(angle[i]) > kLargestAngle) y[i] = far(angle[i]);
    for (int64_t i = 0; i < n; ++i) put(from + i, y[i]);
  }
}

}  // namespace reel::kernels::REEL_ISA
