#pragma once
// Matrices whose channels lie side by side, visited by whole vectors with factors a channel: where
// a row is no whole number of vectors, several rows are taken together, and their factors repeated.
// Included inside kernels only: everything here belongs to the level that compiles it.
//
// An operation is a struct with the number of its factors, kFactors; factors(c, n, k), which
// writes those of channels c .. c + n to k[0], k[1], ...; and a call operator (k, i), given the
// factors of some lanes and where these lie in memory, that returns what map_rows stores there.

#include <reel/core/kernels/processor.h>
#include <reel/core/kernels/vectors.h>
#include <reel/core/parallel.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Channels of one table of factors: wider rows are visited in columns of 4 KB.
template <class T>
inline constexpr int64_t kTableChannels = 4096 / static_cast<int64_t>(sizeof(T));

/// Rows that are taken together: the fewest that fill whole vectors, or 1 where that takes more
/// than 16 vectors.
template <class T>
inline int64_t rows_together(int64_t C) {
  int64_t rows = 1;
  while (rows * C % kWidth<T> != 0) rows *= 2;
  return rows * C <= 16 * kWidth<T> ? rows : 1;
}

/// Channels of the next table, of `left` that are left; never fewer than a vector's of many.
template <class T>
inline int64_t columns_of(int64_t left) {
  constexpr int64_t kMost = kTableChannels<T>;
  if (left <= kMost) return left;
  return left >= 2 * kMost ? kMost : left / 2 / kWidth<T> * kWidth<T>;
}

template <class T, int kFactors>
struct FactorTable {
  alignas(64) T of[kFactors][kTableChannels<T>];

  /// Those of channels c .. c + n, once for each of `rows`. Kept apart: it is long and runs once.
  template <class Factors>
  [[gnu::noinline]] void fill(const Factors& factors, int64_t c, int64_t n, int64_t rows) {
    factors(c, n, of);
    for (int f = 0; f < kFactors; ++f)
      for (int64_t i = n; i < n * rows; ++i) of[f][i] = of[f][i - n];
  }
  template <class V>
  [[gnu::always_inline]] void load(V* k, int64_t i) const {
    for (int f = 0; f < kFactors; ++f) k[f] = lanes_at<V>(of[f] + i);
  }
};

/// Memory that will be written soon. Where what is read comes from a cache, the wait for lines to
/// write is what a pass takes: group norm of 25 MB both ways from 8.9 to 7.1 ms.
template <int kBytes, class T>
[[gnu::always_inline]] inline void expect_write(const T* p) {
  constexpr int kAhead = 1024, kLine = 64;
  if (!asks_for_writes) return;
  for (int b = 0; b < kBytes; b += kLine)
    __builtin_prefetch(reinterpret_cast<const char*>(p) + kAhead + b);
}

/// `steps` rows of kVectors vectors: their factors stay in registers.
template <int kVectors, class T, class Op>
[[gnu::always_inline]] inline void map_vectors(int64_t steps, int64_t begin,
                                               const FactorTable<T, Op::kFactors>& table,
                                               const Op& op, T* y) {
  using V = Vector<T>;
  constexpr int kRow = kVectors * kWidth<T>, kRows = kVectors > 2 ? 1 : 4 / kVectors;
  V k[kVectors][Op::kFactors];
  for (int v = 0; v < kVectors; ++v) table.load(k[v], v * kWidth<T>);
  int64_t i = begin;
  const int64_t end = begin + steps * kRow;
  for (; i + kRows * kRow <= end; i += kRows * kRow) {
    expect_write<kRows * kVectors * kVectorBytes>(y + i);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const int64_t at = i + r * kRow + v * kWidth<T>;
        put_lanes(y + at, op(k[v], at));
      }
  }
  for (; i < end; i += kRow)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      put_lanes(y + i + v * kWidth<T>, op(k[v], i + v * kWidth<T>));
}

/// The rows at begin, begin + stride, ... and, once more, the one at `last`, of n elements each, a
/// vector or more: their factors come from L1. Keeping them in registers over several rows breaks
/// the order in memory and was a quarter slower.
template <class T, class Op>
[[gnu::always_inline]] inline void map_wide(int64_t begin, int64_t last, int64_t stride, int64_t n,
                                            const FactorTable<T, Op::kFactors>& table, const Op& op,
                                            T* y) {
  using V = Vector<T>;
  constexpr int kVectors = kVectorBytes < 64 ? 64 / kVectorBytes : 1, kLine = kVectors * kWidth<T>;
  const auto visit = [&](int64_t row, int64_t c) __attribute__((always_inline)) {
    V k[Op::kFactors];
    table.load(k, c);
    put_lanes(y + row + c, op(k, row + c));
  };
  for (int64_t row = begin;;) {
    int64_t c = 0;
    for (; c + kLine <= n; c += kLine) {
      expect_write<64>(y + row + c);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) visit(row, c + v * kWidth<T>);
    }
    for (; c < n; c += kWidth<T>) visit(row, c + kWidth<T> <= n ? c : n - kWidth<T>);
    if (row == last) return;
    row = row + stride < last ? row + stride : last;
  }
}

/// y = op of rows begin .. end, of C channels.
template <class T, class Op>
[[gnu::always_inline]] inline void map_rows(int64_t begin, int64_t end, int64_t C, const Op& op,
                                            T* y) {
  FactorTable<T, Op::kFactors> table;
  const int64_t rows = rows_together<T>(C), steps = (end - begin) / rows;
  for (int64_t c = 0, n; c < C; c += n) {
    n = columns_of<T>(C - c);
    table.fill(op.factors, c, n, rows);
    int64_t at = begin * C + c;
    if (steps == 0) {
      for (; at < end * C; at += C)
        for (int64_t i = 0; i < n; ++i) {
          T k[Op::kFactors];
          table.load(k, i);
          y[at + i] = op(k, at + i);
        }
      continue;
    }
    const int64_t last = (end - rows) * C + c, vectors = n == C ? n * rows / kWidth<T> : 0;
    if (sizeof(T) == sizeof(float) && vectors <= 4 && vectors * kWidth<T> == n * rows) {
      if (vectors == 1) map_vectors<1>(steps, at, table, op, y);
      if (vectors == 2) map_vectors<2>(steps, at, table, op, y);
      if (vectors == 3) map_vectors<3>(steps, at, table, op, y);
      if (vectors == 4) map_vectors<4>(steps, at, table, op, y);
      at += (steps - 1) * rows * C;
      if (at == last) continue;
      at = last;  // some rows once more, rather than one by one
    }
    map_wide(at, last, C * rows, n * rows, table, op, y);
  }
}

/// The same of M rows in parallel, cut between rows that are taken together.
template <class T, class Op>
[[gnu::always_inline]] inline void map_all_rows(int64_t M, int64_t C, int64_t work, const Op& op,
                                                T* y) {
  const int64_t rows = rows_together<T>(C), parts = M > 0 && M < rows ? 1 : M / rows;
  parallel_for(parts, work, [&op, M, C, rows, parts, y](int64_t begin, int64_t end) {
    map_rows(begin * rows, end == parts ? M : end * rows, C, op, y);
  });
}

}  // namespace reel::kernels::REEL_ISA
