#pragma once
// The innermost part of a matrix product: a tile of C in registers. Included inside kernels only:
// everything here belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

/// A tile of C: with a row of B and a value of A it fills the registers. Few rows get more vectors.
#if defined(__AVX512F__)
inline constexpr int kTileRows = 8, kTileVectors = 3, kFlatRows = 4, kFlatVectors = 6;
#elif defined(__AVX__)
inline constexpr int kTileRows = 6, kTileVectors = 2, kFlatRows = 2, kFlatVectors = 4;
#else
inline constexpr int kTileRows = 4, kTileVectors = 2, kFlatRows = 2, kFlatVectors = 4;
#endif

/// Where a tile reads: element (i, k) of A at a[i * row + k * step], row k of B at b[k * ldb].
template <class T>
struct Operands {
  const T* a;
  int64_t row, step;
  const T* b;
  int64_t ldb;
};

/// What becomes of a sum: c = alpha * sum + beta * c, and + bias if there is one, then with alpha =
/// 1 and beta = 0.
template <class T>
struct Epilogue {
  T alpha, beta;
  const T* bias;  // for all lanes of the tile
  bool stores() const { return alpha == T(1) && beta == T(0); }
  bool adds() const { return alpha == T(1) && beta == T(1); }
};

/// The first n < 2 * kHalf elements, in at most one piece of each power of two.
template <class T, int kHalf>
[[gnu::always_inline]] inline void copy_pieces(int64_t n, const T* from, T* to) {
  if (n & kHalf) {
    std::memcpy(to, from, kHalf * sizeof(T));
    to += kHalf;
    from += kHalf;
  }
  if constexpr (kHalf > 1) copy_pieces<T, kHalf / 2>(n, from, to);
}
/// The first n <= kWidth elements.
template <class T>
[[gnu::always_inline]] inline void copy_part(int64_t n, const T* from, T* to) {
  if (n >= kWidth<T>)
    std::memcpy(to, from, kVectorBytes);
  else
    copy_pieces<T, kWidth<T> / 2>(n, from, to);
}

/// The rows of a tile's vector, of which n columns exist, in any case.
template <class T>
[[gnu::noinline]] void finish_part(const Epilogue<T>& e, int64_t rows, int64_t n,
                                   const Vector<T>* sum, T* c, int64_t ldc) {
  for (int64_t r = 0; r < rows; ++r, c += ldc) {
    T y[kWidth<T>] = {};
    if (e.beta != T(0)) {
      copy_part(n, c, y);
      put_lanes(y, e.alpha * sum[r] + e.beta * lanes_at<Vector<T>>(y));
    } else {
      put_lanes(y, e.alpha * sum[r]);
    }
    copy_part(n, y, c);
  }
}

/// kRows rows by kVectors vectors of C, of which `width` columns exist.
// scalar: c[r][j] = alpha * (bias[j] + sum over k of a[r][k] * b[k][j]) + beta * c[r][j]
template <class T, int kRows, int kVectors>
void tile(int64_t K, const Operands<T>& in, const Epilogue<T>& e, int64_t width, T* c,
          int64_t ldc) {
  constexpr int W = kWidth<T>;
  // A column of A may be a cache line of its own, which no prefetcher of the processor foresees:
  // 192 x 48, depth 2048, transposed: 270 us without, 233 with.
  constexpr int64_t kAhead = 16;
  Vector<T> sum[kVectors][kRows];
#pragma GCC unroll 6
  for (int v = 0; v < kVectors; ++v) {
    Vector<T> start = {};
    if (e.bias) start = lanes_at<Vector<T>>(e.bias + v * W);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) sum[v][r] = start;
  }
  const T *a = in.a, *b = in.b;
  const int64_t row = in.row, step = in.step, ldb = in.ldb;
  const auto add_step = [&]() __attribute__((always_inline)) {
    __builtin_prefetch(a + kAhead * step);
    Vector<T> bv[kVectors];
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) {
      bv[v] = lanes_at<Vector<T>>(b + v * W);
      if constexpr (kRows > 1) hold(bv[v]);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 6
      for (int v = 0; v < kVectors; ++v) sum[v][r] += a[r * row] * bv[v];
    a += step;
    b += ldb;
  };
  // The tile itself is on its way while the sums are made, a row a step.
  const int64_t steps = K < kRows ? K : kRows;
#pragma GCC unroll 1
  for (int64_t k = 0; k < steps; ++k) {
#pragma GCC unroll 6
    for (int v = 0; v < kVectors; ++v) __builtin_prefetch(c + k * ldc + v * W);
    add_step();
  }
  for (int64_t k = steps; k < K; ++k) add_step();
#pragma GCC unroll 6
  for (int v = 0; v < kVectors; ++v) {
    T* to = c + v * W;
    // The usual cases by themselves: 5 to 10 % of a tile of depth 48.
    if (width - v * W >= W && e.stores()) {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) put_lanes(to + r * ldc, sum[v][r]);
    } else if (width - v * W >= W && e.adds()) {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r)
        put_lanes(to + r * ldc, lanes_at<Vector<T>>(to + r * ldc) + sum[v][r]);
    } else {
      Vector<T> part[kRows];
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) part[r] = sum[v][r];
      finish_part(e, kRows, width - v * W < W ? width - v * W : W, part, to, ldc);
    }
  }
}

template <class T>
using Tile = void (*)(int64_t K, const Operands<T>& in, const Epilogue<T>& e, int64_t width, T* c,
                      int64_t ldc);

/// The function for a tile of that size, null if there is none.
template <class T, int kRows, int kVectors>
[[gnu::always_inline]] inline Tile<T> tile_of(int64_t rows, int64_t vectors) {
  if constexpr (kRows == 0 || kVectors == 0) {
    return nullptr;
  } else {
    if (rows < kRows) return tile_of<T, kRows - 1, kVectors>(rows, vectors);
    if (vectors < kVectors) return tile_of<T, kRows, kVectors - 1>(rows, vectors);
    return tile<T, kRows, kVectors>;
  }
}
template <class T>
inline Tile<T> tile_of(int64_t rows, int64_t vectors) {
  return vectors > kTileVectors ? tile_of<T, kFlatRows, kFlatVectors>(rows, vectors)
                                : tile_of<T, kTileRows, kTileVectors>(rows, vectors);
}

}  // namespace reel::kernels::REEL_ISA
