#pragma once
// Elements of several arrays, a block at a time. Included inside kernels only: everything here
// belongs to the level that compiles it.
//
// All elements go through the same loop of fixed length: of a sum of two products the compiler may
// fuse either, another one over vectors than over what is left, and the last bit would tell where a
// range ended. What may be absent is filled in, so that no loop asks for it.

#include <reel/core/kernels/vector_math.h>

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

inline constexpr int64_t kBlock = 64;

/// f(first element, how many) for each block of a range.
template <class F>
REEL_INLINE void for_blocks(int64_t begin, int64_t end, F f) {
  for (int64_t from = begin; from < end; from += kBlock)
    f(from, end - from < kBlock ? end - from : kBlock);
}

/// The n elements at p, and `rest` in the place of those beyond, or of all where there are none.
template <class T>
REEL_INLINE void load_block(int64_t n, const T* p, T rest, T (&block)[kBlock]) {
  if (!p || n < kBlock)
    for (int64_t i = 0; i < kBlock; ++i) block[i] = rest;
  if (p) std::memcpy(block, p, static_cast<size_t>(n) * sizeof(T));
}
template <class T>
REEL_INLINE void store_block(int64_t n, const T (&block)[kBlock], T* p) {
  std::memcpy(p, block, static_cast<size_t>(n) * sizeof(T));
}
/// Element i, if there are any.
template <class T>
REEL_INLINE const T* at(const T* p, int64_t i) {
  return p ? p + i : nullptr;
}

/// The gradient of a loss, which has a step of 0 where there is one for all, times scale and w.
template <class T>
REEL_INLINE void load_gradients(int64_t from, int64_t n, const T* dy, int64_t step_dy, T scale,
                                const T* w, T (&g)[kBlock]) {
  T weight[kBlock];
  load_block(n, step_dy ? dy + from : nullptr, dy[0], g);
  load_block(n, at(w, from), T(1), weight);
  for (int64_t i = 0; i < kBlock; ++i) g[i] = g[i] * scale * weight[i];
}

}  // namespace reel::kernels::REEL_ISA
