#pragma once
// Transposing within registers. Included inside kernels only: everything here belongs to the level
// that compiles it.

namespace reel::kernels::REEL_ISA {

/// The transpose of 4 vectors of 4 lanes: lane j of a[i] becomes lane i of a[j].
template <class Four>
[[gnu::always_inline]] inline void transpose_lanes(Four (&a)[4]) {
  const Four lo0 = __builtin_shufflevector(a[0], a[1], 0, 4, 1, 5);
  const Four lo1 = __builtin_shufflevector(a[2], a[3], 0, 4, 1, 5);
  const Four hi0 = __builtin_shufflevector(a[0], a[1], 2, 6, 3, 7);
  const Four hi1 = __builtin_shufflevector(a[2], a[3], 2, 6, 3, 7);
  a[0] = __builtin_shufflevector(lo0, lo1, 0, 1, 4, 5);
  a[1] = __builtin_shufflevector(lo0, lo1, 2, 3, 6, 7);
  a[2] = __builtin_shufflevector(hi0, hi1, 0, 1, 4, 5);
  a[3] = __builtin_shufflevector(hi0, hi1, 2, 3, 6, 7);
}

}  // namespace reel::kernels::REEL_ISA
