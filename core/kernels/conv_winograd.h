#pragma once
// Winograd's algorithm for 3x3 convolutions of stride 1 and 2 (docs/ops/conv.md): tiles of pixels
// of the output are products, at each of some points, of transformed pixels and transformed
// weights; what remains per point is a matrix product over the channels. A kernel of several 3x3
// planes is that of one with the channels of all planes.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_winograd_products.h>
#include <reel/core/kernels/conv_winograd_tiles.h>

namespace reel::kernels::REEL_ISA {

// --- the pixels of a tile ---

/// Pixels of an image, `row` and `pixel` floats apart.
struct Patch {
  const float* base;
  int64_t row, pixel;
};

// scalar: out[j] = j < n ? from[j] : 0, whole vectors up to `end`
inline void copy_vectors(int64_t n, int64_t end, const float* from, float* out) {
  int64_t j = 0;
  for (; j < n; j += kLanes) store<float>(out + j, lanes_at<Floats>(from + j));
  for (; j < end; j += kLanes) store<float>(out + j, Floats{});
}

// scalar: out[j][c] = x + j is inside ? row[x + j][c] : 0
inline void copy_row(int64_t size, int64_t x, int64_t width, int64_t C, const float* row,
                     float* out) {
  int64_t before = x < 0 ? -x : 0;
  before = before < size ? before : size;
  int64_t inside = width - (x + before);
  inside = inside < 0 ? 0 : inside < size - before ? inside : size - before;
  copy_vectors(0, before * C, row, out);
  copy_vectors(inside * C, (size - before) * C, row + (x + before) * C, out + before * C);
}

/// height x width pixels from (y, x) of an image: where they are if all lie inside and channels
/// fill whole vectors, else copied, with zeros for what lies outside.
template <int kHeight, int kWidth>
inline Patch patch_at(int64_t y, int64_t x, const int64_t (&in)[2], int64_t C, const float* image,
                      float* copy) {
  const bool inside = y >= 0 && y + kHeight <= in[0] && x >= 0 && x + kWidth <= in[1];
  const bool whole = C % kLanes == 0;
  if (inside && whole) return {image + (y * in[1] + x) * C, in[1] * C, C};
  const int64_t pitch = whole_vectors(C), row = kWidth * pitch;
  const Patch patch{copy, row, pitch};
  for (int64_t i = 0; i < kHeight; ++i, ++y, copy += row)
    if (whole)  // a memcpy a row takes 1.04 times as long at 32 channels of 16x16
      copy_row(kWidth, x, y >= 0 && y < in[0] ? in[1] : 0, C, image + y * in[1] * C, copy);
    else if (y < 0 || y >= in[0])
      std::memset(copy, 0, static_cast<size_t>(row) * sizeof(float));
    else
      gather_row(kWidth, x, 1, in[1], C, pitch, image + y * in[1] * C, copy);
  return patch;
}

/// Rows of the points of a tile.
template <int kFirst, int kLast>
struct PointRows {
  static constexpr int kBegin = kFirst, kEnd = kLast;
};
template <class S>
using AllRows = PointRows<0, S::Rows::kPoints>;

/// B^T x B of each channel of a patch, to out[point][channel], at some rows of points.
template <class S, class Rows>
inline void transform_patch(const Patch& x, int64_t channels, float* out, int64_t plane) {
  using R = typename S::Rows;
  using C = typename S::Columns;
  const Multiples rows(x.row), points(plane);
  for (int64_t c = 0; c < channels; c += kLanes) {
    Floats in[S::kHeight], column[R::kPoints], at[R::kPoints][S::kWidth], out_row[C::kPoints];
    const float* from = x.base + c;
    unrolled<S::kWidth>([&](auto j) __attribute__((always_inline)) {
      unrolled<S::kHeight>([&](auto i) __attribute__((always_inline)) {
        load<float>(in[i.value], rows.at<i.value>(from));
      });
      R::pixels(in, column);
      unrolled<R::kPoints>([&](auto i) __attribute__((always_inline)) {
        at[i.value][j.value] = column[i.value];
      });
      from += x.pixel;
      hold(from);
    });
    float* to = out + c;
    unrolled<Rows::kEnd, Rows::kBegin>([&](auto i) __attribute__((always_inline)) {
      C::pixels(at[i.value], out_row);
      unrolled<C::kPoints>([&](auto j) __attribute__((always_inline)) {
        store<float>(points.at<j.value>(to), out_row[j.value]);
      });
      to += C::kPoints * plane;
      hold(to);
    });
  }
}

/// B^T x B of the pixels that a tile reads, to out[point][tap][channel]; `copy` is scratch.
template <class S, class Rows = AllRows<S>>
inline void transform_source(const TileGrid& t, const TilePlace& at, const float* x, float* copy,
                             float* out, int64_t plane) {
  const TilePlace place = patch_place<S>(t, at);
  for (int64_t tap = 0; tap < t.taps; ++tap, out += t.C) {
    if (const float* image = source_plane(t, at, tap, x)) {
      const Patch patch = patch_at<S::kHeight, S::kWidth>(place.y, place.x, t.in, t.C, image, copy);
      transform_patch<S, Rows>(patch, t.C, out, plane);
    } else {
      for (int64_t p = 0; p < (Rows::kEnd - Rows::kBegin) * S::Columns::kPoints; ++p)
        for (int64_t c = 0; c < t.C; c += kLanes) store<float>(out + p * plane + c, Floats{});
    }
  }
}

// --- which convolutions ---

/// Whether tiles are worth it: they save a third of the multiplications at least (as those of one
/// row do), and are enough to pay for transformed weights.
template <class S>
inline const char* refuses_tiles(const TileGrid& t, int64_t least) {
  const int64_t multiplications = t.count[0] * t.count[1] * S::kPoints;
  if (multiplications * 3 / 2 > t.out[0] * t.out[1] * S::kTaps)
    return "too few pixels of a tile lie in the image";
  if (t.tiles() < least) return "too few tiles to pay for transforming the weights";
  return nullptr;
}

/// Null if the tiles fit such a convolution, else why not. `t` are its tiles; where 2 x 2 are the
/// alternative to 4 x 4, or a direct convolution to 2 x 2, was measured with 64 to 512 channels, at
/// AVX2 and AVX-512.
template <class S>
inline const char* refuses_winograd(const ConvGeometry& g, const TileGrid& t) {
  if (g.kernel[1] != S::kTapRows || g.kernel[2] != 3) return "the kernel is not 3x3, or 1x3";
  if (g.stride[0] != 1 || g.stride[1] != 1 || g.stride[2] != 1) return "the stride is not 1";
  for (int d = 0; d < 3; ++d)
    if (g.kernel[d] > 1 && g.dilation[d] != 1) return "the dilation is not 1";
  if (g.G != 1) return "it has groups";
  if (g.C < 16 || g.K < 16) return "fewer than 16 channels";
  if (t.taps > 1 && t.C % 16 != 0) return "its channels are no multiple of 16";
  return refuses_tiles<S>(t, S::kColumns == 2 ? 16 : g.C * g.K <= 128 * 128 ? 8 : 32);
}

/// The same for stride 2, whose tiles save 30 %: a fifth must be left. Fewer vectors of channels,
/// or fewer tiles (`least`), take as long as the direct sums.
inline const char* refuses_strided(const ConvGeometry& g, const TileGrid& t, int64_t least) {
  constexpr int64_t kChannels = 2 * kLanes < 16 ? 16 : 2 * kLanes;
  if (g.kernel[0] != 1 || g.kernel[1] != 3 || g.kernel[2] != 3) return "the kernel is not 3x3";
  if (g.stride[0] != 1 || g.stride[1] != 2 || g.stride[2] != 2) return "the stride is not 2";
  if (g.dilation[1] != 1 || g.dilation[2] != 1) return "the dilation is not 1";
  if (g.G != 1) return "it has groups";
  if (g.C < kChannels || g.K < kChannels) return "fewer than 16 channels, or than two vectors";
  const int64_t multiplications = t.count[0] * t.count[1] * StridedTile::kPoints;
  if (multiplications * 5 / 4 > g.out[1] * g.out[2] * StridedTile::kTaps)
    return "too few pixels of a tile lie in the image";
  return t.tiles() < least ? "too few tiles to pay for transforming the weights" : nullptr;
}

/// f(tile) for the tiles of M pixels a dimension that fit the kernel.
template <int M, class F>
[[gnu::always_inline]] inline auto with_tile(const ConvGeometry& g, F f) {
  return g.kernel[1] == 1 ? f(Tile<Line<1>, Line<M>>{}) : f(Tile<Line<M>, Line<M>>{});
}

}  // namespace reel::kernels::REEL_ISA
