#include <reel/core/kernels/kernels.h>
#include <reel/core/kernels/level.h>
#include <reel/core/kernels/row_sums.h>
#include <reel/core/parallel.h>
#include <reel/core/scratch.h>

#include <cmath>

namespace reel::kernels::REEL_ISA {

namespace {

// Short rows of floats advance four at a time, within 2 KB: their sums meet in one step, and so do
// their square roots and divisions. Others do one at a time, from L1 after the first pass.
template <class T>
constexpr int kRowsOf = sizeof(T) == sizeof(float) ? 4 : 1;
template <class T>
bool are_short(int64_t D) {
  return 4 * D * static_cast<int64_t>(sizeof(T)) <= 2048;
}

// Some rows from n on, of `end`: beyond it comes the last one again. Rows shorter than a vector are
// copied to be as long as one.
template <class T, int kRows>
struct Rows {
  [[gnu::always_inline]] Rows(const T* x, int64_t D, int64_t n, int64_t end) {
    for (int r = 0; r < kRows; ++r) at[r] = x + (n + r < end ? n + r : end - 1) * D;
    if (D >= kWidth<T>) return;
    for (int r = 0; r < kRows; ++r) {
      for (int64_t i = 0; i < kWidth<T>; ++i) padded[r][i] = i < D ? at[r][i] : T(0);
      at[r] = padded[r];
    }
  }
  template <class V = Vector<T>>
  [[gnu::always_inline]] V operator()(int r, int64_t i) const {
    return lanes_at<V>(at[r] + i);
  }
  const T* at[kRows];
  T padded[kRows][kWidth<T>];
};

// The same to write to; `finish` after writing.
template <class T, int kRows>
struct OutputRows {
  [[gnu::always_inline]] OutputRows(T* y, int64_t D, int64_t n, int64_t end) {
    for (int r = 0; r < kRows; ++r) {
      own[r] = y + (n + r < end ? n + r : end - 1) * D;
      at[r] = D < kWidth<T> ? padded[r] : own[r];
    }
  }
  [[gnu::always_inline]] void finish(int64_t D) const {
    if (D >= kWidth<T>) return;
    for (int r = 0; r < kRows; ++r)
      for (int64_t i = 0; i < D; ++i) own[r][i] = padded[r][i];
  }
  T *own[kRows], *at[kRows];
  T padded[kRows][kWidth<T>];
};

// A weight or bias, or `otherwise` in its place; padded like rows.
template <class T, bool kGiven>
struct Elements {
  [[gnu::always_inline]] Elements(const T* w, int64_t D, T otherwise) : at(w), other(otherwise) {
    if (!kGiven || D >= kWidth<T>) return;
    for (int64_t i = 0; i < kWidth<T>; ++i) padded[i] = i < D ? w[i] : T(0);
    at = padded;
  }
  [[gnu::always_inline]] Vector<T> operator()(int64_t i) const {
    if constexpr (kGiven) return lanes_at<Vector<T>>(at + i);
    return Vector<T>{} + other;
  }
  const T* at;
  T other, padded[kWidth<T>];
};

// f(i, counted) for the vectors of a row; counted(v) is v, 0 in lanes that an earlier vector had.
template <class T, class F>
[[gnu::always_inline]] inline void for_vectors(int64_t D, const LastLanes<T>& last, F f) {
  int64_t i = 0;
  for (; i + kWidth<T> <= D; i += kWidth<T>)
    f(
        i, [](const Vector<T>& v) __attribute__((always_inline)) { return v; });
  if (last.any)
    f(
        last.from, [&](const Vector<T>& v) __attribute__((always_inline)) { return last.of(v); });
}

// sum[j][r] = the sum over row r of t[j], which terms(r, i, t) sets for the lanes from i on.
template <class T, int kSums, int kRows, class F>
[[gnu::always_inline]] inline void sum_rows(int64_t D, const LastLanes<T>& last, F terms,
                                            T (&sum)[kSums][kRows]) {
  using V = Vector<T>;
  constexpr int kChains = 4 / kRows;  // one would wait for each addition
  V s[kChains][kSums][kRows] = {};
  const auto add = [&](auto& to, int r, int64_t i, auto counted) __attribute__((always_inline)) {
    V t[kSums];
    terms(r, i, t);
#pragma GCC unroll 2
    for (int j = 0; j < kSums; ++j) to[j][r] += counted(t[j]);
  };
  const auto all = [](const V& v) __attribute__((always_inline)) { return v; };
  int64_t i = 0;
  for (; i + kChains * kWidth<T> <= D; i += kChains * kWidth<T>)
#pragma GCC unroll 4
    for (int k = 0; k < kChains; ++k)
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) add(s[k], r, i + k * kWidth<T>, all);
  for (; i + kWidth<T> <= D; i += kWidth<T>)
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) add(s[0], r, i, all);
  if (last.any)
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r)
      add(
          s[0], r,
          last.from, [&](const V& v) __attribute__((always_inline)) { return last.of(v); });
#pragma GCC unroll 2
  for (int j = 0; j < kSums; ++j) {
    if constexpr (kChains == 4) s[0][j][0] = (s[0][j][0] + s[1][j][0]) + (s[2][j][0] + s[3][j][0]);
    add_lanes(s[0][j], sum[j]);
  }
}

template <class T>
[[gnu::always_inline]] inline void expect_line(const T* p, int64_t i) {
  constexpr int64_t kAhead = 2048 / sizeof(T), kLine = 64 / sizeof(T);
  if (i % kLine == 0) __builtin_prefetch(p + i + kAhead);
}

template <class T, int kRows, bool kWeight, bool kBias>
void forward_rows(int64_t begin, int64_t end, int64_t D, T eps, const T* x, const T* w, const T* b,
                  T* y, T* mean, T* rstd) {
  using V = Vector<T>;
  const LastLanes<T> last(D);
  const Elements<T, kWeight> weight(w, D, T(1));
  const Elements<T, kBias> bias(b, D, T(0));
  for (int64_t n = begin; n < end; n += kRows) {
    const Rows<T, kRows> in(x, D, n, end);
    const OutputRows<T, kRows> out(y, D, n, end);
    T sum[1][kRows], m[kRows], r[kRows];
    sum_rows<T>(
        D,
        last, [&](int k, int64_t i, V(&t)[1]) __attribute__((always_inline)) { t[0] = in(k, i); },
        sum);
    for (int k = 0; k < kRows; ++k) m[k] = sum[0][k] / static_cast<T>(D);
    // A second pass: E[x^2] - E[x]^2 would cancel where the mean is large.
    sum_rows<T>(
        D, last,
        [&](int k, int64_t i, V(&t)[1]) __attribute__((always_inline)) {
          const V d = in(k, i) - m[k];
          t[0] = d * d;
        },
        sum);
    for (int k = 0; k < kRows; ++k) r[k] = T(1) / std::sqrt(sum[0][k] / static_cast<T>(D) + eps);
    for_vectors<T>(
        D, last, [&](int64_t i, auto) __attribute__((always_inline)) {
          const V wi = weight(i), bi = bias(i);
#pragma GCC unroll 4
          for (int k = 0; k < kRows; ++k) {
            expect_line(out.at[k], i);
            put_lanes(out.at[k] + i, (in(k, i) - m[k]) * r[k] * wi + bi);
          }
        });
    out.finish(D);
    for (int k = 0; k < kRows && n + k < end; ++k) {
      mean[n + k] = m[k];
      rstd[n + k] = r[k];
    }
  }
}

template <class T, int kRows>
void forward_blocks(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
                    T* rstd) {
  const auto run = w ? b ? forward_rows<T, kRows, true, true> : forward_rows<T, kRows, true, false>
                   : b ? forward_rows<T, kRows, false, true>
                       : forward_rows<T, kRows, false, false>;
  parallel_for((N + kRows - 1) / kRows, 4 * N * D, [=](int64_t begin, int64_t end) {
    const int64_t stop = end * kRows < N ? end * kRows : N;
    run(begin * kRows, stop, D, eps, x, w, b, y, mean, rstd);
  });
}

template <class T>
void forward(int64_t N, int64_t D, T eps, const T* x, const T* w, const T* b, T* y, T* mean,
             T* rstd) {
  if (D == 0) return;
  const auto run = are_short<T>(D) ? forward_blocks<T, kRowsOf<T>> : forward_blocks<T, 1>;
  run(N, D, eps, x, w, b, y, mean, rstd);
}

// What backward reads, and what it writes.
template <class T>
struct Gradients {
  int64_t N, D;
  const T *dy, *x, *w, *mean, *rstd;
  T* dx;
};

// Rows begin .. end: their dx, and their terms of equations 4 and 5, added to chain_w and chain_b.
template <class T, int kRows, bool kInput, bool kAffine, bool kWeight>
void backward_rows(const Gradients<T>& g, int64_t begin, int64_t end, T* chain_w, T* chain_b) {
  using V = Vector<T>;
  const int64_t D = g.D;
  const LastLanes<T> last(D);
  const Elements<T, kWeight> weight(g.w, D, T(1));
  for (int64_t n = begin; n < end; n += kRows) {
    const Rows<T, kRows> dy(g.dy, D, n, end), x(g.x, D, n, end);
    const OutputRows<T, kRows> dx(kInput ? g.dx : nullptr, D, n, end);
    T m[kRows], r[kRows], c[2][kRows];  // c: the means of equation 6, times rstd
    T once[kRows];                      // 0 for a row that comes again
    for (int k = 0; k < kRows; ++k) {
      const int64_t row = n + k < end ? n + k : end - 1;
      m[k] = g.mean[row];
      r[k] = g.rstd[row];
      once[k] = n + k < end ? T(1) : T(0);
    }
    if constexpr (kInput) {
      sum_rows<T>(
          D, last,
          [&](int k, int64_t i, V(&t)[2]) __attribute__((always_inline)) {
            t[0] = dy(k, i) * weight(i);
            t[1] = t[0] * (x(k, i) - m[k]);
          },
          c);
      for (int k = 0; k < kRows; ++k) {
        const T share = r[k] / static_cast<T>(D);
        c[0][k] *= share;
        c[1][k] *= share * r[k] * r[k];
      }
    }
    for_vectors<T>(
        D, last, [&](int64_t i, auto counted) __attribute__((always_inline)) {
          const V wi = weight(i);
          V sum_w = {}, sum_b = {};
#pragma GCC unroll 4
          for (int k = 0; k < kRows; ++k) {
            const V gk = dy(k, i), d = x(k, i) - m[k];
            if constexpr (kAffine) {
              const V counts = kRows > 1 ? gk * once[k] : gk;
              sum_w += counts * (d * r[k]);
              sum_b += counts;
            }
            if constexpr (kInput) {
              expect_line(dx.at[k], i);
              put_lanes(dx.at[k] + i, gk * wi * r[k] - c[0][k] - d * c[1][k]);
            }
          }
          if constexpr (kAffine) {
            put_lanes(chain_w + i, lanes_at<V>(chain_w + i) + counted(sum_w));
            put_lanes(chain_b + i, lanes_at<V>(chain_b + i) + counted(sum_b));
          }
        });
    if constexpr (kInput) dx.finish(D);
  }
}

// Moves n sums on to double, after those that are there or as the first.
template <class T>
[[gnu::noinline]] void move_to_double(int64_t n, const T* chain, bool first, double* sums) {
  if (first)
    for (int64_t i = 0; i < n; ++i) sums[i] = static_cast<double>(chain[i]);
  else
    for (int64_t i = 0; i < n; ++i) sums[i] += static_cast<double>(chain[i]);
}

template <class T>
[[gnu::noinline]] void begin_chain(int64_t n, T* chain) {
  for (int64_t i = 0; i < n; ++i) chain[i] = 0;
}

// The rows of one chunk: their sums in sums[0 .. 2 * width).
template <class T, int kRows, bool kInput, bool kAffine, bool kWeight>
void backward_chunk(const Gradients<T>& g, int64_t begin, int64_t end, double* sums) {
  const int64_t width = g.D < 16 ? 16 : g.D;
  T *chain_w = reinterpret_cast<T*>(sums + 2 * width), *chain_b = chain_w + width;
  if constexpr (!kAffine)
    return backward_rows<T, kRows, kInput, kAffine, kWeight>(g, begin, end, nullptr, nullptr);
  constexpr int64_t kChain = 128;  // rows added in T before the sum moves on to double
  if (begin == end) begin_chain(2 * width, sums);
  for (int64_t n = begin, stop; n < end; n = stop) {
    stop = end - n < kChain ? end : n + kChain;
    begin_chain(2 * width, chain_w);
    backward_rows<T, kRows, kInput, kAffine, kWeight>(g, n, stop, chain_w, chain_b);
    move_to_double(2 * width, chain_w, n == begin, sums);
  }
}

template <class T, int kRows>
auto chunk_function(bool input, bool affine, bool weight) {
  if (!input) return backward_chunk<T, kRows, false, true, false>;
  if (!affine)
    return weight ? backward_chunk<T, kRows, true, false, true>
                  : backward_chunk<T, kRows, true, false, false>;
  return weight ? backward_chunk<T, kRows, true, true, true>
                : backward_chunk<T, kRows, true, true, false>;
}

// Rows of which the weight's gradient is added up: at most 32 chunks, of 8 rows or some 8192
// elements or more, whatever the number of threads.
int64_t chunks_of(int64_t N, int64_t D) {
  const int64_t by_work = N * D / 8192, by_rows = N / 8,
                chunks = by_work < by_rows ? by_work : by_rows;
  return chunks < 1 ? 1 : chunks < 32 ? chunks : 32;
}

template <class T>
void backward(int64_t N, int64_t D, const T* dy, const T* x, const T* w, const T* mean,
              const T* rstd, T* dx, T* dw, T* db) {
  const bool affine = dw || db;
  if (D == 0 || (!dx && !affine)) return;
  const auto run = are_short<T>(D) ? chunk_function<T, kRowsOf<T>>(dx, affine, w)
                                   : chunk_function<T, 1>(dx, affine, w);
  const Gradients<T> g{N, D, dy, x, w, mean, rstd, dx};
  // Of each chunk two sums an element, and two chains in T; rows are padded to a vector at least.
  const int64_t chunks = chunks_of(N, D), padded = D < 16 ? 16 : D, stride = 4 * padded;
  Scratch scratch(affine ? chunks * stride * static_cast<int64_t>(sizeof(double)) : 0);
  double* sums = scratch.data<double>();
  const int64_t fours = N / 4;  // chunks are whole blocks of short rows
  parallel_for(chunks, 6 * N * D, [&, run, chunks, stride, fours](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k)
      run(g, fours * k / chunks * 4, k + 1 < chunks ? fours * (k + 1) / chunks * 4 : N,
          sums + k * stride);
  });
  if (!affine) return;
  for (int64_t k = 1; k < chunks; ++k)
    for (int64_t i = 0; i < 2 * padded; ++i) sums[i] += sums[k * stride + i];
  for (int64_t i = 0; i < D; ++i) {
    if (dw) dw[i] = static_cast<T>(sums[i]);
    if (db) db[i] = static_cast<T>(sums[padded + i]);
  }
}

template <class T>
void install(Tables& tables) {
  tables.set(LayerNorm<T>{forward<T>, backward<T>});
}

}  // namespace

void install_layer_norm(Tables& tables) {
  install<float>(tables);
  if constexpr (kOwnFloat64) install<double>(tables);
}

}  // namespace reel::kernels::REEL_ISA
