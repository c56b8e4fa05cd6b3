#pragma once
// Walking a ReduceNest. Included inside kernels only: everything here belongs to the level that
// compiles it.

#include <reel/core/kernels/reduce.h>

namespace reel::kernels::REEL_ISA {

struct ReducePlace {
  int64_t x, y;
};

/// Where element `index` of the result comes from and goes to.
[[gnu::always_inline]] inline ReducePlace place_of(const ReduceNest& g, int64_t index) {
  ReducePlace at{0, 0};
  for (int d = 0; d < g.kept_ndim; ++d) {
    const bool last = d + 1 == g.kept_ndim;
    const int64_t i = last ? index : index % g.kept_size[d];
    if (!last) index /= g.kept_size[d];
    at.x += i * g.kept_stride[d];
    at.y += i * g.out_stride[d];
  }
  return at;
}

/// Calls f(offset, length) for the stretches of the innermost reduced dimension in [begin, end).
template <class F>
[[gnu::always_inline]] inline void for_each_stretch(const ReduceNest& g, int64_t begin, int64_t end,
                                                    F&& f) {
  while (begin < end) {
    int64_t offset = 0, rest = begin;
    for (int d = 0; d < g.reduced_ndim; ++d) {
      const bool last = d + 1 == g.reduced_ndim;
      offset += (last ? rest : rest % g.reduced_size[d]) * g.reduced_stride[d];
      if (!last) rest /= g.reduced_size[d];
    }
    const int64_t left =
        g.reduced_ndim == 1 ? end - begin : g.reduced_size[0] - begin % g.reduced_size[0];
    const int64_t length = left < end - begin ? left : end - begin;
    f(offset, length);
    begin += length;
  }
}

/// Some elements of the result: one, or a tile of neighbouring columns.
struct ReduceUnit {
  int64_t first, width;
};

/// How many units the kept elements fall into.
[[gnu::always_inline]] inline int64_t units_of(const ReduceNest& g) {
  if (!g.columns) return g.kept;
  return (g.kept_size[0] + kReduceTile - 1) / kReduceTile * (g.kept / g.kept_size[0]);
}

[[gnu::always_inline]] inline ReduceUnit unit_of(const ReduceNest& g, int64_t index) {
  if (!g.columns) return {index, 1};
  const int64_t row = g.kept_size[0], tiles = (row + kReduceTile - 1) / kReduceTile;
  const int64_t column = index % tiles * kReduceTile;
  return {index / tiles * row + column, row - column < kReduceTile ? row - column : kReduceTile};
}

}  // namespace reel::kernels::REEL_ISA
