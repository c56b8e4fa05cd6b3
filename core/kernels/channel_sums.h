#pragma once
// Sums over rows, one a channel, for matrices whose channels lie side by side.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Rows added in T before the sum moves on to double: long float chains lose digits.
inline constexpr int64_t kChainRows = 128;

/// Adds to first[c] and second[c] the terms that f(row, c, a, b) adds to a and b, over rows
/// begin..end. `chain` is scratch of 2 * C.
template <class T, class F>
[[gnu::always_inline]] inline void add_channel_sums(int64_t begin, int64_t end, int64_t C, F f,
                                                    T* chain, double* first, double* second) {
  constexpr int64_t kBlock =
      8;  // rows per visit to the chains, which live in L1 and not in registers
  T *chain_a = chain, *chain_b = chain + C;
  for (int64_t row = begin; row < end;) {
    for (int64_t c = 0; c < 2 * C; ++c) chain[c] = 0;
    const int64_t stop = end - row < kChainRows ? end : row + kChainRows;
    for (; row + kBlock <= stop; row += kBlock)
      for (int64_t c = 0; c < C; ++c) {
        T a = 0, b = 0;
        for (int64_t r = 0; r < kBlock; ++r) f(row + r, c, a, b);
        chain_a[c] += a;
        chain_b[c] += b;
      }
    for (; row < stop; ++row)
      for (int64_t c = 0; c < C; ++c) f(row, c, chain_a[c], chain_b[c]);
    for (int64_t c = 0; c < C; ++c) {
      first[c] += static_cast<double>(chain_a[c]);
      second[c] += static_cast<double>(chain_b[c]);
    }
  }
}

}  // namespace reel::kernels::REEL_ISA
