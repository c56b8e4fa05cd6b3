#pragma once
// What softmax and cross entropy share: rows of D elements, S apart, taken one by one when S is 1
// and a tile of neighbours at a time otherwise. Included inside kernels only: everything here
// belongs to the level that compiles it.

#include <reel/core/kernels/lanes.h>
#include <reel/core/kernels/vector_math.h>
#include <reel/core/parallel.h>

#include <limits>

namespace reel::kernels::REEL_ISA {

/// Rows that advance together.
inline constexpr int64_t kRowTile = 64;

/// Calls f(n, s, width) for tiles of rows (n, s) to (n, s + width - 1), in parallel.
template <class F>
[[gnu::always_inline]] inline void for_each_tile(int64_t N, int64_t D, int64_t S, F f) {
  const int64_t tiles = (S + kRowTile - 1) / kRowTile;
  parallel_for(N * tiles, 8 * N * D * S, [=](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t s = t % tiles * kRowTile;
      f(t / tiles, s, S - s < kRowTile ? S - s : kRowTile);
    }
  });
}

/// sum[s] = f(0, s) + ... + f(D-1, s), where f(d, s) reads x[d * S + s] of some x.
template <class T, class F>
[[gnu::always_inline]] inline void sum_rows(int64_t D, int64_t S, int64_t width, F f, T* sum) {
  if (S == 1) {
    sum[0] = sum_of<T>(D, [=](int64_t d) { return f(d, 0); });
    return;
  }
  for (int64_t s = 0; s < width; ++s) sum[s] = 0;
  for (int64_t d = 0; d < D; ++d)
    for (int64_t s = 0; s < width; ++s) sum[s] += f(d, s);
}

/// Calls f(d, s) for all elements of the rows.
template <class F>
[[gnu::always_inline]] inline void for_each_element(int64_t D, int64_t S, int64_t width, F f) {
  if (S == 1)
    for (int64_t d = 0; d < D; ++d) f(d, 0);
  else
    for (int64_t d = 0; d < D; ++d)
      for (int64_t s = 0; s < width; ++s) f(d, s);
}

/// The largest element of each row; NaN when there is one.
template <class T>
[[gnu::always_inline]] inline void max_rows(int64_t D, int64_t S, int64_t width, const T* x,
                                            T* largest) {
  constexpr T kLowest = -std::numeric_limits<T>::infinity();
  const auto join = [](T a, T b) { return b > a || b != b ? b : a; };
  if (S == 1) {
    constexpr int64_t L = kLanes<T>;
    T lane[L], m = kLowest;
    int64_t d = 0;
    if (D >= L) {
      for (int64_t l = 0; l < L; ++l) lane[l] = x[l];
      for (d = L; d + L <= D; d += L)
        for (int64_t l = 0; l < L; ++l) lane[l] = join(lane[l], x[d + l]);
      for (int64_t l = 0; l < L; ++l) m = join(m, lane[l]);
    }
    for (; d < D; ++d) m = join(m, x[d]);
    largest[0] = m;
    return;
  }
  for (int64_t s = 0; s < width; ++s) largest[s] = kLowest;
  for (int64_t d = 0; d < D; ++d)
    for (int64_t s = 0; s < width; ++s) largest[s] = join(largest[s], x[d * S + s]);
}

}  // namespace reel::kernels::REEL_ISA
