#pragma once
// The tiles of a convolution by Winograd's algorithm: their places, and what they read and write.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/conv_winograd_transforms.h>

namespace reel::kernels::REEL_ISA {

/// Its rows and its columns of pixels are each of a kind of line.
template <class R, class C>
struct Tile {
  using Rows = R;
  using Columns = C;
  static constexpr int kRows = R::kTarget, kColumns = C::kTarget;
  static constexpr int kHeight = R::kSource, kWidth = C::kSource;  // of what it reads
  static constexpr int kPoints = R::kPoints * C::kPoints, kWeights = R::kWeights * C::kWeights,
                       kSums = R::kSums * C::kSums;
  static constexpr int kTapRows = R::kTaps, kTaps = 3 * kTapRows;

  /// Whose weights a point has, and to which sum its products belong; whether points before it
  /// have the same.
  struct Place {
    int weights, sum;
    bool more_weights, more_sum;
  };
  static constexpr Place place_of(int point) {
    const int i = point / C::kPoints, j = point % C::kPoints;
    return {(i < R::kWeights ? i : R::kWeights - 1) * C::kWeights +
                (j < C::kWeights ? j : C::kWeights - 1),
            R::sum_of(i) * C::kSums + C::sum_of(j), i >= R::kWeights || j >= C::kWeights,
            i >= R::kSums || j >= C::kSums};
  }
};

/// Of stride 2: y, or its weight gradient, and dx.
using StridedTile = Tile<StridedLine, StridedLine>;
using StridedGradTile = Tile<StridedGradLine, StridedGradLine>;

/// Tiles of the target; channels C of the source become K.
struct TileGrid {
  int64_t N, C, K;
  int64_t in[2], out[2], pad[2];   // sizes of a plane of source and target; pad may be negative
  int64_t taps, planes[2], front;  // planes of the kernel, of source and target; padding before
  int64_t count[2];                // tiles of a plane
  int64_t tiles() const { return N * planes[1] * count[0] * count[1]; }
  int64_t depth() const { return taps * C; }  // of the products
};

/// Of the sizes of source and target, and the padding before the source's first plane, row and
/// column.
template <class S>
inline TileGrid tile_grid(const ConvGeometry& g, int64_t C, int64_t K, const int64_t (&in)[3],
                          const int64_t (&out)[3], const int64_t (&pad)[3]) {
  return {g.N,
          C,
          K,
          {in[1], in[2]},
          {out[1], out[2]},
          {pad[1], pad[2]},
          g.kernel[0],
          {in[0], out[0]},
          pad[0],
          {(out[1] + S::kRows - 1) / S::kRows, (out[2] + S::kColumns - 1) / S::kColumns}};
}
template <class S>
inline TileGrid forward_grid(const ConvGeometry& g) {
  return tile_grid<S>(g, g.C, g.K, g.in, g.out, g.pad);
}
/// dx from dy is a convolution with the taps in falling order.
template <class S>
inline TileGrid input_grad_grid(const ConvGeometry& g) {
  return tile_grid<S>(g, g.K, g.C, g.out, g.in,
                      {g.kernel[0] - 1 - g.pad[0], S::Rows::pad_of_grad(g.pad[1]),
                       S::Columns::pad_of_grad(g.pad[2])});
}

/// The first pixel of a tile, in plane z of sample n of the target.
struct TilePlace {
  int64_t n, z, y, x;
};
template <class S>
inline TilePlace tile_at(const TileGrid& t, int64_t i) {
  const int64_t plane = i / (t.count[0] * t.count[1]);
  return {plane / t.planes[1], plane % t.planes[1], i / t.count[1] % t.count[0] * S::kRows,
          i % t.count[1] * S::kColumns};
}
/// The place of the next tile: dividing to find it anew takes up to 3 % of the time.
template <class S>
inline void advance(const TileGrid& t, TilePlace& at) {
  if ((at.x += S::kColumns) < t.out[1]) return;
  at.x = 0;
  if ((at.y += S::kRows) < t.out[0]) return;
  at.y = 0;
  if (++at.z < t.planes[1]) return;
  at.z = 0;
  ++at.n;
}
/// The first pixel of the source that it reads.
template <class S>
inline TilePlace patch_place(const TileGrid& t, const TilePlace& at) {
  return {at.n, at.z, S::Rows::source_at(at.y) - t.pad[0], S::Columns::source_at(at.x) - t.pad[1]};
}
/// Where that plane of the target begins, and pixel (y, x) of it.
inline int64_t target_plane(const TileGrid& t, const TilePlace& at) {
  return (at.n * t.planes[1] + at.z) * t.out[0] * t.out[1] * t.K;
}
inline int64_t target_pixel(const TileGrid& t, const TilePlace& at) {
  return target_plane(t, at) + (at.y * t.out[1] + at.x) * t.K;
}
/// The plane of the source that meets it at a tap; null if that is outside.
inline const float* source_plane(const TileGrid& t, const TilePlace& at, int64_t tap,
                                 const float* x) {
  const int64_t z = at.z - t.front + tap;
  if (z < 0 || z >= t.planes[0]) return nullptr;
  return x + (at.n * t.planes[0] + z) * t.in[0] * t.in[1] * t.C;
}

/// From patch a to patch b of rows x columns pixels, of images that begin at those planes. Of
/// patches below each other, whole rows.
inline Range rows_of_patches(const TilePlace& a, const TilePlace& b, int64_t rows, int64_t columns,
                             const int64_t (&size)[2], int64_t C, const float* plane_a,
                             const float* plane_b) {
  const auto inside = [](int64_t i, int64_t n) { return i < 0 ? 0 : i < n ? i : n; };
  const auto pixel = [&](const float* plane, int64_t y, int64_t x) {
    y = inside(y, size[0]);
    return reinterpret_cast<const char*>(plane + (y * size[1] + inside(x, size[1])) * C);
  };
  const int64_t top = a.y, bottom = b.y + rows;
  if (plane_a != plane_b || a.y != b.y) return {pixel(plane_a, top, 0), pixel(plane_b, bottom, 0)};
  return {pixel(plane_a, top, a.x), pixel(plane_a, top, b.x + columns),
          inside(bottom, size[0]) - inside(top, size[0]),
          size[1] * C * static_cast<int64_t>(sizeof(float))};
}
/// What n tiles read of the source, of several planes of taps the one that is new; what they write
/// of the target, or read where that is a gradient.
template <class S>
inline Range source_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* x) {
  if (n <= 0) return {};
  TilePlace a = tile_at<S>(t, first), b = tile_at<S>(t, first + n - 1);
  const float *from = source_plane(t, a, t.taps - 1, x), *to = source_plane(t, b, t.taps - 1, x);
  if (!from || !to) return {};
  for (TilePlace* at : {&a, &b}) *at = patch_place<S>(t, *at);
  return rows_of_patches(a, b, S::kHeight, S::kWidth, t.in, t.C, from, to);
}
template <class S>
inline Range target_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* y) {
  if (n <= 0) return {};
  const TilePlace a = tile_at<S>(t, first), b = tile_at<S>(t, first + n - 1);
  return rows_of_patches(a, b, S::kRows, S::kColumns, t.out, t.K, y + target_plane(t, a),
                         y + target_plane(t, b));
}

}  // namespace reel::kernels::REEL_ISA
