#pragma once
// Functions of angles over arrays. Included inside kernels only: everything here belongs to the
// level that compiles it.

#include <reel/core/kernels/element_blocks.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// put(i, f(x[i])) for begin <= i < end, of angles beyond kLargestAngle put(i, far(x[i])). put may
/// write to x.
template <class F, class Far, class Put>
REEL_INLINE void map_angles(int64_t begin, int64_t end, const float* x, F f, Far far, Put put) {
  for_blocks(
      begin, end, [=](int64_t from, int64_t n) __attribute__((always_inline)) {
        float angle[kBlock], y[kBlock];
        load_block(n, x + from, 0.0f, angle);
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
      });
}

}  // namespace reel::kernels::REEL_ISA
