#pragma once
// Passes over matrices whose channels lie side by side: sums a channel, and elementwise with
// factors a channel.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Rows added in T before the sum moves on to double: long float chains lose digits.
inline constexpr int64_t kChainRows = 128;

/// Rows of one visit, in which the sums of some channels stay in registers. What it reads lies
/// within 2 KB: wider visits keep the prefetcher from following (8 KB: batch norm of 25 MB twice as
/// slow).
template <class T>
inline int64_t rows_per_visit(int64_t C) {
  constexpr int64_t kVisitBytes = 2048, kLeast = 4;
  const int64_t rows = kVisitBytes / (C * static_cast<int64_t>(sizeof(T)));
  return rows < kLeast ? kLeast : rows < kChainRows ? rows : kChainRows;
}

/// Adds to first[c] and second[c] the terms of rows begin..end. make(V{}, c) returns, for as many
/// channels from c as V has lanes, a function (row, V& a, V& b) that adds a row's terms to a and b.
/// `chain` is scratch of 2 * C.
template <class T, class Make>
[[gnu::always_inline]] inline void add_channel_sums(int64_t begin, int64_t end, int64_t C,
                                                    Make make, T* chain, double* first,
                                                    double* second) {
  T *chain_a = chain, *chain_b = chain + C;
  const int64_t step = rows_per_visit<T>(C);
  for (int64_t row = begin; row < end;) {
    for (int64_t c = 0; c < 2 * C; ++c) chain[c] = 0;
    const int64_t stop = end - row < kChainRows ? end : row + kChainRows;
    for (; row < stop; row = row + step < stop ? row + step : stop)
      for_lanes<T>(
          C, [&](auto zero, int64_t c) __attribute__((always_inline)) {
            using V = decltype(zero);
            const auto add = make(zero, c);
            const int64_t last = row + step < stop ? row + step : stop;
            // Four chains: one would wait for each addition.
            V a[4] = {}, b[4] = {};
            int64_t r = row;
            for (; r + 4 <= last; r += 4)
#pragma GCC unroll 4
              for (int i = 0; i < 4; ++i) add(r + i, a[i], b[i]);
            for (; r < last; ++r) add(r, a[0], b[0]);
            put_lanes(chain_a + c, lanes_at<V>(chain_a + c) + ((a[0] + a[1]) + (a[2] + a[3])));
            put_lanes(chain_b + c, lanes_at<V>(chain_b + c) + ((b[0] + b[1]) + (b[2] + b[3])));
          });
    for (int64_t c = 0; c < C; ++c) {
      first[c] += static_cast<double>(chain_a[c]);
      second[c] += static_cast<double>(chain_b[c]);
    }
  }
}

/// Visits rows begin..end one after the other, some channels twice. make(V{}, c) returns a function
/// (row) for as many channels from c as V has lanes. Their factors are loaded from L1 for each row:
/// keeping them in registers over several rows breaks the order in memory and is a quarter slower.
template <class T, class Make>
[[gnu::always_inline]] inline void for_channel_rows(int64_t begin, int64_t end, int64_t C,
                                                    Make make) {
  for (int64_t row = begin; row < end; ++row)
    for_lanes<T>(
        C, [&](auto zero, int64_t c) __attribute__((always_inline)) { make(zero, c)(row); });
}

}  // namespace reel::kernels::REEL_ISA
