#pragma once
// Two sums a channel of a matrix whose channels lie side by side.
// Included inside kernels only: everything here belongs to the level that compiles it.
//
// The operation is one of channel_rows.h whose call operator (k, i, a, b) adds its terms to the
// lanes of a and b.

#include <reel/core/kernels/channel_rows.h>

#include <cstdint>

namespace reel::kernels::REEL_ISA {

/// Terms added in T before the sum moves on to double: long float chains lose digits.
inline constexpr int64_t kChain = 64;

template <class T>
[[gnu::always_inline]] inline void add_in_double(double* sums, const Vector<T>& v) {
  T lane[kWidth<T>];
  put_lanes(lane, v);
  for (int l = 0; l < kWidth<T>; ++l) sums[l] += static_cast<double>(lane[l]);
}

template <class T>
[[gnu::noinline]] void add_chain(int64_t n, const T* chain, double* sums) {
  for (int64_t i = 0; i < n; ++i) sums[i] += static_cast<double>(chain[i]);
}

/// The sums of `steps` rows of kVectors vectors, added to first and second.
template <int kVectors, class T, class Op>
[[gnu::always_inline]] inline void sum_vectors(int64_t steps, int64_t begin,
                                               const FactorTable<T, Op::kFactors>& table,
                                               const Op& op, double* first, double* second) {
  using V = Vector<T>;
  // Four chains side by side: one would wait for each addition.
  constexpr int kRow = kVectors * kWidth<T>, kRows = kVectors > 2 ? 1 : 4 / kVectors;
  V k[kVectors][Op::kFactors];
  for (int v = 0; v < kVectors; ++v) table.load(k[v], v * kWidth<T>);
  for (int64_t i = begin, end = begin + steps * kRow; i < end;) {
    V a[kRows][kVectors] = {}, b[kRows][kVectors] = {};
    const int64_t stop = end - i < kChain * kRows * kRow ? end : i + kChain * kRows * kRow;
    for (; i + kRows * kRow <= stop; i += kRows * kRow)
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) op(k[v], i + r * kRow + v * kWidth<T>, a[r][v], b[r][v]);
    for (; i < stop; i += kRow)
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) op(k[v], i + v * kWidth<T>, a[0][v], b[0][v]);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
      for (int r = 1; r < kRows; ++r) {
        a[0][v] += a[r][v];
        b[0][v] += b[r][v];
      }
      add_in_double<T>(first + v * kWidth<T>, a[0][v]);
      add_in_double<T>(second + v * kWidth<T>, b[0][v]);
    }
  }
}

/// Rows of one visit, in which the sums of some channels stay in registers. What it reads lies
/// within 2 KB: wider visits keep the prefetcher from following (8 KB: batch norm of 25 MB twice as
/// slow).
template <class T>
inline int64_t rows_per_visit(int64_t stride) {
  constexpr int64_t kVisitBytes = 2048, kLeast = 4;
  const int64_t rows = kVisitBytes / (stride * static_cast<int64_t>(sizeof(T)));
  return rows < kLeast ? kLeast : rows < kChain ? rows : kChain;
}

/// The same of rows of n elements, a vector or more, `stride` apart.
template <class T, class Op>
[[gnu::always_inline]] inline void sum_wide(int64_t steps, int64_t begin, int64_t stride, int64_t n,
                                            const FactorTable<T, Op::kFactors>& table, const Op& op,
                                            double* first, double* second) {
  using V = Vector<T>;
  constexpr int64_t W = kWidth<T>;
  // The last lanes overlap those before and have a place of their own from `whole` on.
  const int64_t whole = n / W * W, places = whole < n ? whole + W : n;
  alignas(64) T chain_a[kTableChannels<T> + W], chain_b[kTableChannels<T> + W];
  const int64_t step = rows_per_visit<T>(stride);
  for (int64_t s = 0; s < steps;) {
    for (int64_t c = 0; c < places; ++c) chain_a[c] = chain_b[c] = 0;
    const int64_t stop = steps - s < kChain ? steps : s + kChain;
    for (; s < stop; s = s + step < stop ? s + step : stop) {
      const int64_t last = s + step < stop ? s + step : stop;
      int64_t c = 0;
      for (; c + 4 * W <= n; c += 4 * W) {
        V k[4][Op::kFactors], a[4] = {}, b[4] = {};
        for (int v = 0; v < 4; ++v) table.load(k[v], c + v * W);
        for (int64_t r = s; r < last; ++r)
#pragma GCC unroll 4
          for (int v = 0; v < 4; ++v) op(k[v], begin + r * stride + c + v * W, a[v], b[v]);
#pragma GCC unroll 4
        for (int v = 0; v < 4; ++v) {
          put_lanes(chain_a + c + v * W, lanes_at<V>(chain_a + c + v * W) + a[v]);
          put_lanes(chain_b + c + v * W, lanes_at<V>(chain_b + c + v * W) + b[v]);
        }
      }
      for (; c < n; c += W) {
        const int64_t from = c + W <= n ? c : n - W;
        V k[Op::kFactors], a[2] = {}, b[2] = {};
        table.load(k, from);
        int64_t r = s;
        for (; r + 2 <= last; r += 2)
#pragma GCC unroll 2
          for (int i = 0; i < 2; ++i) op(k, begin + (r + i) * stride + from, a[i], b[i]);
        if (r < last) op(k, begin + r * stride + from, a[0], b[0]);
        put_lanes(chain_a + c, lanes_at<V>(chain_a + c) + (a[0] + a[1]));
        put_lanes(chain_b + c, lanes_at<V>(chain_b + c) + (b[0] + b[1]));
      }
    }
    add_chain(whole, chain_a, first);
    add_chain(whole, chain_b, second);
    add_chain(n - whole, chain_a + whole + places - n, first + whole);
    add_chain(n - whole, chain_b + whole + places - n, second + whole);
  }
}

/// The sums of rows begin .. end, of C channels, in first and second.
template <class T, class Op>
[[gnu::always_inline]] inline void sum_rows(int64_t begin, int64_t end, int64_t C, const Op& op,
                                            double* first, double* second) {
  FactorTable<T, Op::kFactors> table;
  const int64_t rows = rows_together<T>(C), steps = (end - begin) / rows;
  double together[2][16 * kWidth<T>];  // sums of rows taken together
  for (int64_t c = 0, n; c < C; c += n) {
    n = columns_of<T>(C - c);
    table.fill(op.factors, c, n, rows);
    double *a = rows > 1 ? together[0] : first + c, *b = rows > 1 ? together[1] : second + c;
    for (int64_t i = 0; i < n * rows; ++i) a[i] = b[i] = 0;
    const int64_t at = begin * C + c, vectors = n == C ? n * rows / kWidth<T> : 0;
    if (sizeof(T) == sizeof(float) && vectors <= 4 && vectors * kWidth<T> == n * rows) {
      if (vectors == 1) sum_vectors<1, T>(steps, at, table, op, a, b);
      if (vectors == 2) sum_vectors<2, T>(steps, at, table, op, a, b);
      if (vectors == 3) sum_vectors<3, T>(steps, at, table, op, a, b);
      if (vectors == 4) sum_vectors<4, T>(steps, at, table, op, a, b);
    } else {
      sum_wide<T>(steps, at, C * rows, n * rows, table, op, a, b);
    }
    if (rows == 1) continue;
    for (int64_t row = begin + steps * rows; row < end; ++row)
      for (int64_t i = 0; i < C; ++i) {
        T k[Op::kFactors], terms_a = 0, terms_b = 0;
        table.load(k, i);
        op(k, row * C + i, terms_a, terms_b);
        a[i] += static_cast<double>(terms_a);
        b[i] += static_cast<double>(terms_b);
      }
    for (int64_t i = 0; i < C; ++i) first[i] = second[i] = 0;
    for (int64_t r = 0; r < rows; ++r) {
      add_chain(C, a + r * C, first);
      add_chain(C, b + r * C, second);
    }
  }
}

}  // namespace reel::kernels::REEL_ISA
