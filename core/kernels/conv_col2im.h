#pragma once
// The inner loops of conv_col2im.cpp: products of pixels of dy and weights, added to an image.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/vectors.h>

#include <cstdint>
#include <cstring>

namespace reel::kernels::REEL_ISA {

/// 0, 1, ... as arguments of a template.
template <int... i>
struct Indices {};
template <int n, int... i>
struct IndicesBelow : IndicesBelow<n - 1, n - 1, i...> {};
template <int... i>
struct IndicesBelow<0, i...> {
  using Type = Indices<i...>;
};

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The most vectors of a run that a tile holds sums of, and the most rows beside so many: 24 sums
/// fill the registers of AVX-512, 12 those of AVX.
#if defined(__AVX512F__)
inline constexpr int64_t kTileVectors = 4;
constexpr int tile_rows(int64_t vectors) { return vectors == 4 ? 6 : 8; }
#else
inline constexpr int64_t kTileVectors = 3;
constexpr int tile_rows(int64_t vectors) { return vectors == 1 ? 8 : vectors == 2 ? 6 : 4; }
#endif

/// Vectors that a tile takes where `rest` are left: about as many each time.
constexpr int64_t tile_vectors(int64_t rest) {
  return ceil_div(rest, ceil_div(rest, kTileVectors));
}

/// Rows of pixels and their places in the image, a step from row to row and from pixel to pixel.
/// Those of one column share no place.
template <class T>
struct PixelRows {
  int64_t rows, columns;
  const T* dy;
  int64_t dy_row, dy_column;
  T* image;
  int64_t image_row, image_column;

  PixelRows part(int64_t first_row, int64_t n, int64_t first_column, int64_t m) const {
    PixelRows p = *this;
    p.rows = n;
    p.columns = m;
    p.dy += first_row * dy_row + first_column * dy_column;
    p.image += first_row * image_row + first_column * image_column;
    return p;
  }
};

template <class T>
using LaneMask = decltype(Vector<T>{} < Vector<T>{});

/// Of each `width` lanes the first n: what lies beyond a run must not get infinity * 0.
template <class T>
[[gnu::always_inline]] inline LaneMask<T> first_lanes(int64_t n, int64_t width) {
  LaneMask<T> keep;
  for (int i = 0; i < kWidth<T>; ++i) keep[i] = i % width < n ? -1 : 0;
  return keep;
}

/// For the pixels of each column, with weights [k][lane] of which the last vector has `valid`
/// lanes:
// scalar: image[i][l] += sum over k of dy[i][k] * weights[k][l]
template <class T, int kRows, int kVectors>
void add_tiles(const PixelRows<T>& p, int64_t K, int64_t valid, const T* weights) {
  using V = Vector<T>;
  constexpr int64_t kLanes = kWidth<T>;
  const LaneMask<T> keep = first_lanes<T>(valid, kLanes);
  for (int64_t column = 0; column < p.columns; ++column) {
    const T *dy = p.dy + column * p.dy_column, *w = weights;
    V sum[kRows][kVectors] = {};
    for (int64_t k = 0; k < K; ++k, w += kVectors * kLanes) {
      V wv[kVectors];
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) load<T>(wv[v], w + v * kLanes);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sum[i][v] += dy[i * p.dy_row + k] * wv[v];
    }
    T* image = p.image + column * p.image_column;
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        T* to = image + i * p.image_row + v * kLanes;
        V before;
        load<T>(before, to);
        store<T>(to, before + (v + 1 < kVectors ? sum[i][v] : keep ? sum[i][v] : V{}));
      }
  }
}

/// Sums of neighbouring lanes: those of a, then those of b.
template <class V, int... i>
[[gnu::always_inline]] inline V add_pairs(const V& a, const V& b, Indices<i...>) {
  return __builtin_shufflevector(a, b, (2 * i)...) + __builtin_shufflevector(a, b, (2 * i + 1)...);
}

/// The same where a run takes at most half a vector, of which `valid` lanes; a second channel of dy
/// takes the other half: weights [k / 2][lane][k % 2].
template <int kRows>
void add_paired_tiles(const PixelRows<float>& p, int64_t K, int64_t valid, const float* weights) {
  using V = Vector<float>;
  constexpr int kLanes = kWidth<float>, kHalf = kLanes / 2;
  typedef float HalfVector __attribute__((vector_size(kVectorBytes / 2)));
  typedef int64_t Pairs __attribute__((vector_size(kVectorBytes)));
  const LaneMask<float> keep = first_lanes<float>(valid, kHalf);
  for (int64_t column = 0; column < p.columns; ++column) {
    const float *dy = p.dy + column * p.dy_column, *w = weights;
    V sum[kRows + 1] = {};
    for (int64_t k = 0; k < K; k += 2, w += kLanes) {
      V wv;
      load<float>(wv, w);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
        int64_t pair;
        std::memcpy(&pair, dy + i * p.dy_row + k, sizeof pair);
        sum[i] += reinterpret_cast<V>(pair - Pairs{}) * wv;  // one instruction loads and repeats it
      }
    }
    float* image = p.image + column * p.image_column;
#pragma GCC unroll 4
    for (int i = 0; i < kRows; i += 2) {
      const V sums = add_pairs(sum[i], sum[i + 1], typename IndicesBelow<kLanes>::Type());
      float lane[kLanes];
      store<float>(lane, keep ? sums : V{});
      for (int j = i; j < i + 2 && j < kRows; ++j) {
        float* to = image + j * p.image_row;
        put_lanes(to, lanes_at<HalfVector>(to) + lanes_at<HalfVector>(lane + (j - i) * kHalf));
      }
    }
  }
}

template <class T>
using Tiles = void(const PixelRows<T>& p, int64_t K, int64_t valid, const T* weights);

template <class T, int kVectors, int... i>
inline Tiles<T>* tiles_of_rows(int64_t rows, Indices<i...>) {
  static constexpr Tiles<T>* kTiles[] = {add_tiles<T, i + 1, kVectors>...};
  return kTiles[rows - 1];
}
template <int... i>
inline Tiles<float>* paired_tiles_of_rows(int64_t rows, Indices<i...>) {
  static constexpr Tiles<float>* kTiles[] = {add_paired_tiles<i + 1>...};
  return kTiles[rows - 1];
}

/// The loop for so many vectors and rows.
template <class T, int kVectors = 1>
inline Tiles<T>* tiles_of(bool paired, int64_t vectors, int64_t rows) {
  const typename IndicesBelow<tile_rows(kVectors)>::Type all;
  if constexpr (kVectors == 1 && sizeof(T) == 4)
    if (paired) return paired_tiles_of_rows(rows, all);
  if constexpr (kVectors < kTileVectors)
    if (vectors > kVectors) return tiles_of<T, kVectors + 1>(paired, vectors, rows);
  return tiles_of_rows<T, kVectors>(rows, all);
}

}  // namespace reel::kernels::REEL_ISA
