#pragma once
// Powers of float, a block at a time. Included inside kernels only: everything here belongs to the
// level that compiles it.

#include <reel/core/kernels/element_blocks.h>

namespace reel::kernels::REEL_ISA {

/// y[i] = x[i]^p[i]. Not inlined: loops of their own for what calls it would be 0.1 MB.
[[gnu::noinline]] inline void power_block(const float (&x)[kBlock], const float (&p)[kBlock],
                                          float (&y)[kBlock]) {
  for (int64_t i = 0; i < kBlock; ++i) y[i] = pow(x[i], p[i]);
}

/// put(i, x[i]^p) for begin <= i < end. put may write to x.
template <class Put>
REEL_INLINE void map_powers(int64_t begin, int64_t end, const float* x, float p, Put put) {
  float power[kBlock];
  for (float& each : power) each = p;
  for_blocks(
      begin, end, [&](int64_t from, int64_t n) __attribute__((always_inline)) {
        float base[kBlock], y[kBlock];
        load_block(n, x + from, 1.0f, base);
        power_block(base, power, y);
        for (int64_t i = 0; i < n; ++i) put(from + i, y[i]);
      });
}

}  // namespace reel::kernels::REEL_ISA
