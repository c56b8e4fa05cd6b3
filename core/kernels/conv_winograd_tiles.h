#pragma once
// The tiles of a convolution by Winograd's algorithm: their places, and what they read and write.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/conv_winograd_transforms.h>

namespace reel::kernels::REEL_ISA {

/// What it reads: as many rows and columns of pixels as lines do.
template <class R, class C>
struct Window {
  using Rows = R;
  using Columns = C;
  static constexpr int kHeight = R::kSource, kWidth = C::kSource;
};

/// Its rows and its columns of pixels are each of a kind of line.
template <class R, class C>
struct Tile {
  using Rows = R;
  using Columns = C;
  using Source = Window<typename R::Source, typename C::Source>;
  static constexpr int kRows = R::kTarget, kColumns = C::kTarget;  // of what it writes
  static constexpr int kTapRows = R::kTaps, kTapColumns = C::kTaps;
};
using StridedTile = Tile<StridedLine, StridedLine>;
using StridedGradTile = Tile<StridedGradLine, StridedGradLine>;

/// Which weights the pixels of a point meet, and to which sum their products belong; whether points
/// before it have the same.
struct Place {
  uint8_t weights, sum;
  bool more_weights, more_sum;
};

/// The same as numbers, by rows and columns: pixels that are read, steps from tile to tile, points,
/// taps.
struct TileShape {
  int64_t source[2], advance[2], points[2], taps[2];
  int64_t weights, sums;
  Place places[36];
  int64_t all_points() const { return points[0] * points[1]; }
};
template <class S>
constexpr TileShape shape_of() {
  using R = typename S::Rows;
  using C = typename S::Columns;
  TileShape s{{R::kSource, C::kSource},
              {R::kAdvance, C::kAdvance},
              {R::kPoints, C::kPoints},
              {R::kTaps, C::kTaps},
              R::kWeights * C::kWeights,
              R::kSums * C::kSums,
              {}};
  for (int i = 0; i < R::kPoints; ++i)
    for (int j = 0; j < C::kPoints; ++j) {
      Place& place = s.places[i * C::kPoints + j];
      place.weights = static_cast<uint8_t>(R::weights_at(i) * C::kWeights + C::weights_at(j));
      place.sum = static_cast<uint8_t>(R::sum_at(i) * C::kSums + C::sum_at(j));
      for (const Place* p = s.places; p < &place; ++p) {
        place.more_weights = place.more_weights || p->weights == place.weights;
        place.more_sum = place.more_sum || p->sum == place.sum;
      }
    }
  return s;
}

/// A kernel that is larger than tiles take, or of stride 2, is cut into parts, kernels of stride 1:
/// runs of taps, each of which meets pixels further on, or phases, the taps in even or odd rows and
/// columns, each of which meets every other pixel. Parts of the source are more channels. For dx of
/// stride 2 the target has phases. (3x3 of stride 2 has tiles of its own, which know of both: fewer
/// weights and pixels to transform.)
struct Part {
  int64_t y, x;
};
/// Taps of a plane of the kernel, at most; parts, of three taps or more.
constexpr int64_t kMostTaps = 8 * 8, kMostParts = (kMostTaps + 2) / 3;

/// Of rows or columns: tile i's first pixel of part q is pixel i * step + q * side + first of the
/// image, and the others are `pixel` apart.
struct Lattice {
  int64_t step, first, pixel, side;
  int64_t at(int64_t i, int64_t q) const { return i * step + q * side + first; }
};

/// Tiles of the target; channels C of the source become K, in each group.
struct TileGrid {
  const TileShape& tile;
  int64_t N, C, K, groups;
  int64_t kernel[3];
  int64_t planes[2] = {}, front = 0;       // of source and target; padding before
  int64_t plane_step = 1;                  // of the source, from plane to plane of the kernel
  int64_t in[2] = {}, out[2] = {};         // sizes of a plane of source and target
  Lattice source[2] = {}, target[2] = {};  // rows and columns
  int64_t parts[2] = {1, 1};               // of the kernel, by rows and columns
  int64_t in_parts = 1, out_parts = 1;     // the same of either, of which one has them
  bool phases[2] = {};                     // whether they are
  int64_t residues[2] = {1, 1};            // of rows and columns, by their dilation
  /// The point, of rows and columns, at which the odd phase of an odd kernel, which has one tap
  /// fewer, has no weight: that of the tap that is missing, 0 or infinity. -1 if there is none.
  int64_t gone[2] = {};
  int64_t size[2] = {}, count[2] = {};  // of a residue of the target, in steps and in tiles

  int64_t all_residues() const { return residues[0] * residues[1]; }
  int64_t tiles() const { return N * planes[1] * all_residues() * count[0] * count[1]; }
  int64_t in_pitch() const { return groups * C; }         // floats from pixel to pixel
  int64_t out_pitch() const { return groups * K; }        // of the target
  int64_t taps() const { return kernel[1] * kernel[2]; }  // of a plane of the kernel
  int64_t weights() const { return K * C * kernel[0] * taps(); }
  int64_t depth() const { return kernel[0] * in_parts * C; }  // of the products
  /// Of the products: the target's parts, each in whole vectors.
  int64_t columns() const { return out_parts * whole_vectors(K); }
};

/// Threads that share a group: one, where groups go round.
inline int64_t threads_of_group(const TileGrid& t, int64_t threads) {
  return t.groups % threads == 0 || t.groups > 4 * threads ? 1 : threads;
}

/// Cuts the kernel into parts, as 3x3 of stride 2 is not; its rows are d = 0, its columns d = 1.
inline void set_parts(const ConvGeometry& g, TileGrid& t) {
  for (int d = 0; d < 2; ++d) {
    const int64_t taps = t.tile.taps[d];
    t.phases[d] = g.stride[d + 1] == 2 && taps != g.kernel[d + 1];
    t.parts[d] = t.phases[d] ? 2 : (g.kernel[d + 1] + taps - 1) / taps;
  }
}
inline Part part_at(const TileGrid& t, int64_t i) { return {i / t.parts[1], i % t.parts[1]}; }

/// Of rows or columns, of dimension d of a convolution: pixels of the image between taps.
inline int64_t dilation_of(const ConvGeometry& g, int d) {
  return g.kernel[d] == 1 ? 1 : g.dilation[d];
}

/// A kernel of dilation n meets, from any pixel, those whose places leave the same residue divided
/// by n: a residue of rows and columns is an image of its own, whose pixels are n apart.
inline void set_residues(const ConvGeometry& g, TileGrid& t) {
  t.plane_step = dilation_of(g, 0);
  for (int d = 0; d < 2; ++d) {
    const int64_t dilation = dilation_of(g, d + 1);
    t.residues[d] = dilation < t.out[d] ? dilation : t.out[d];
    t.size[d] = (t.size[d] + dilation - 1) / dilation;
    t.count[d] = (t.size[d] + t.tile.advance[d] - 1) / t.tile.advance[d];
    if (dilation == 1) continue;
    t.source[d].step = t.source[d].pixel = t.target[d].step = t.target[d].pixel = dilation;
    t.source[d].side *= dilation;
  }
}

/// `s` must outlive the grid.
[[gnu::noinline]] inline TileGrid forward_grid(const ConvGeometry& g, const TileShape& s) {
  TileGrid t{s, g.N, g.C / g.G, g.K / g.G, g.G, {g.kernel[0], g.kernel[1], g.kernel[2]}};
  t.planes[0] = g.in[0];
  t.planes[1] = g.out[0];
  t.front = g.pad[0];
  set_parts(g, t);
  t.in_parts = t.parts[0] * t.parts[1];
  for (int d = 0; d < 2; ++d) {
    const int64_t step = g.stride[d + 1];
    const bool phases = t.phases[d];
    t.in[d] = g.in[d + 1];
    t.out[d] = t.size[d] = g.out[d + 1];
    t.source[d] = {step, -g.pad[d + 1], phases ? step : 1, phases ? 1 : s.taps[d]};
    t.target[d] = {1, 0, 1, 1};
    t.gone[d] = phases && t.kernel[d + 1] % 2 != 0 ? s.points[d] - 1 : -1;
  }
  set_residues(g, t);
  return t;
}

/// dx from dy is a convolution with the taps in falling order.
[[gnu::noinline]] inline TileGrid input_grad_grid(const ConvGeometry& g, const TileShape& s) {
  TileGrid t{s, g.N, g.K / g.G, g.C / g.G, g.G, {g.kernel[0], g.kernel[1], g.kernel[2]}};
  t.planes[0] = g.out[0];
  t.planes[1] = g.in[0];
  t.front = (g.kernel[0] - 1) * dilation_of(g, 0) - g.pad[0];
  set_parts(g, t);
  (g.stride[2] == 2 ? t.out_parts : t.in_parts) = t.parts[0] * t.parts[1];
  for (int d = 0; d < 2; ++d) {
    const int64_t step = g.stride[d + 1], pad = g.pad[d + 1];
    const bool phases = t.phases[d];
    const bool odd = phases && pad % 2 != 0, gone = phases && t.kernel[d + 1] % 2 != 0;
    // With odd padding, pixel 0 is of the odd phase. It goes before the even one if the tap that it
    // lacks may be the last, else a pixel outside goes before it.
    const bool turned = odd && gone;
    t.in[d] = g.out[d + 1];
    t.out[d] = g.in[d + 1];
    // A tile of both phases begins with the odd one too, whose tap is the inner of three.
    const int64_t before = ((phases ? 1 : t.parts[d]) * s.taps[d] - 1) * dilation_of(g, d + 1);
    const int64_t first = step == 1 || phases ? (pad + turned) / step - before : (pad - 1) / 2;
    t.source[d] = {1, first, 1, s.taps[d]};
    t.target[d] = {step, turned ? 1 : odd ? -1 : 0, phases ? step : 1, turned ? -1 : 1};
    t.gone[d] = !gone ? -1 : turned ? s.points[d] - 1 : 0;
    t.size[d] = (t.out[d] + (odd && !turned) + step - 1) / step;
  }
  set_residues(g, t);
  return t;
}

/// Which tap of the kernel each tap of a part is; kMostTaps where there is none.
struct TapOrder {
  uint8_t tap[kMostParts][25];
};
[[gnu::noinline]] inline TapOrder tap_order(const TileGrid& t, bool reversed) {
  TapOrder order{};
  const auto place = [&](int d, int64_t i, int64_t q) {
    const int64_t taps = t.tile.taps[d];
    if (reversed) i = taps - 1 - i;
    if (t.phases[d]) return 2 * i + q * t.target[d].side;
    return i + (reversed ? t.parts[d] - 1 - q : q) * taps;
  };
  for (int64_t part = 0; part < t.parts[0] * t.parts[1]; ++part) {
    const Part q = part_at(t, part);
    uint8_t* tap = order.tap[part];
    for (int64_t i = 0; i < t.tile.taps[0]; ++i)
      for (int64_t j = 0; j < t.tile.taps[1]; ++j) {
        const int64_t y = place(0, i, q.y), x = place(1, j, q.x);
        const bool inside = y >= 0 && y < t.kernel[1] && x >= 0 && x < t.kernel[2];
        *tap++ = static_cast<uint8_t>(inside ? y * t.kernel[2] + x : kMostTaps);
      }
  }
  return order;
}

/// The first parts, among which are all that have a weight at a point.
inline int64_t parts_at(const TileGrid& t, int64_t point) {
  const int64_t all = t.parts[0] * t.parts[1], width = t.tile.points[1];
  if (all == 1) return 1;
  const int64_t n = point / width == t.gone[0] ? all / 2 : all;
  return point % width == t.gone[1] ? n - 1 : n;
}
/// The depth of the products there.
inline int64_t depth_at(const TileGrid& t, int64_t point) {
  return t.in_parts == 1 ? t.depth() : t.depth() - (t.in_parts - parts_at(t, point)) * t.C;
}

/// The first pixel of a tile, of any part, in plane z of sample n of the target.
struct TilePlace {
  int64_t n, z, y, x;
  Part residue;
};
inline TilePlace tile_at(const TileGrid& t, int64_t i) {
  const int64_t image = i / (t.count[0] * t.count[1]), residue = image % t.all_residues(),
                plane = image / t.all_residues();
  return {plane / t.planes[1],
          plane % t.planes[1],
          i / t.count[1] % t.count[0] * t.tile.advance[0],
          i % t.count[1] * t.tile.advance[1],
          {residue / t.residues[1], residue % t.residues[1]}};
}
/// The place of the next tile: dividing to find it anew takes up to 3 % of the time.
inline void advance(const TileGrid& t, TilePlace& at) {
  if ((at.x += t.tile.advance[1]) < t.size[1]) return;
  at.x = 0;
  if ((at.y += t.tile.advance[0]) < t.size[0]) return;
  at.y = 0;
  if (++at.residue.x < t.residues[1]) return;
  at.residue.x = 0;
  if (++at.residue.y < t.residues[0]) return;
  at.residue.y = 0;
  if (++at.z < t.planes[1]) return;
  at.z = 0;
  ++at.n;
}
/// The first pixel of that part of the source that it reads, or of the target.
inline TilePlace source_place(const TileGrid& t, const TilePlace& at, Part q) {
  return {at.n, at.z, t.source[0].at(at.y, q.y) + at.residue.y,
          t.source[1].at(at.x, q.x) + at.residue.x, at.residue};
}
inline TilePlace target_place(const TileGrid& t, const TilePlace& at, Part q) {
  return {at.n, at.z, t.target[0].at(at.y, q.y) + at.residue.y,
          t.target[1].at(at.x, q.x) + at.residue.x, at.residue};
}
/// Where that plane of the target begins.
inline int64_t target_plane(const TileGrid& t, const TilePlace& at) {
  return (at.n * t.planes[1] + at.z) * t.out[0] * t.out[1] * t.out_pitch();
}
/// The plane of the source that meets it at a plane of the kernel; null if that is outside.
inline const float* source_plane(const TileGrid& t, const TilePlace& at, int64_t tap,
                                 const float* x) {
  const int64_t z = at.z - t.front + tap * t.plane_step;
  if (z < 0 || z >= t.planes[0]) return nullptr;
  return x + (at.n * t.planes[0] + z) * t.in[0] * t.in[1] * t.in_pitch();
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
/// Whether the rows of tiles are read and written whole, and not only a residue or a group of them.
inline bool lies_together(const TileGrid& t) { return t.all_residues() == 1 && t.groups == 1; }
/// What n tiles read of the source, of several planes of taps the one that is new; what they write
/// of the target, or read where that is a gradient.
inline Range source_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* x) {
  if (n <= 0 || !lies_together(t)) return {};
  const TilePlace a = tile_at(t, first), b = tile_at(t, first + n - 1);
  const int64_t last = t.kernel[0] - 1, step = t.source[0].pixel;
  const float *from = source_plane(t, a, last, x), *to = source_plane(t, b, last, x);
  if (!from || !to) return {};
  return rows_of_patches(source_place(t, a, {}), source_place(t, b, {}), t.tile.source[0] * step,
                         t.tile.source[1] * step, t.in, t.in_pitch(), from, to);
}
inline Range target_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* y) {
  if (n <= 0 || !lies_together(t)) return {};
  const TilePlace a = tile_at(t, first), b = tile_at(t, first + n - 1);
  const int64_t step = t.target[0].step;
  return rows_of_patches(target_place(t, a, {}), target_place(t, b, {}), t.tile.advance[0] * step,
                         t.tile.advance[1] * step, t.out, t.out_pitch(), y + target_plane(t, a),
                         y + target_plane(t, b));
}

}  // namespace reel::kernels::REEL_ISA
