#pragma once
// Winograd's algorithm for convolutions of stride 1 and 2 (docs/ops/conv.md): tiles of pixels of
// the output are products, at each of some points, of transformed pixels and transformed weights;
// what remains per point is a matrix product over the channels. A kernel that is larger, of several
// planes or of stride 2 is cut into parts, whose channels are summed together. Included inside
// kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_joined_groups.h>
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

// scalar: out[j][c] = x + j * step is inside ? row[x + j * step][c] : 0, of whole vectors; pixels
// of the row are `pitch` floats apart
inline void copy_row(int64_t size, int64_t x, int64_t step, int64_t width, int64_t C, int64_t pitch,
                     const float* row, float* out) {
  if (step != 1 || pitch != C) {
    for (int64_t j = 0; j < size; ++j, x += step)
      copy_vectors(x >= 0 && x < width ? C : 0, C, row + x * pitch, out + j * C);
    return;
  }
  int64_t before = x < 0 ? -x : 0;
  before = before < size ? before : size;
  int64_t inside = width - (x + before);
  inside = inside < 0 ? 0 : inside < size - before ? inside : size - before;
  copy_vectors(0, before * C, row, out);
  copy_vectors(inside * C, (size - before) * C, row + (x + before) * C, out + before * C);
}

/// height x width pixels, `step` apart, from (y, x) of an image whose pixels are `apart` floats
/// apart, copied; zeros for what lies outside and behind the last channel. Channels that fill no
/// whole vectors are all that a pixel has.
[[gnu::noinline, gnu::noclone]] inline Patch copy_patch(int64_t height, int64_t width, int64_t y,
                                                        int64_t x, int64_t step, int64_t rows,
                                                        int64_t columns, int64_t C, int64_t apart,
                                                        const float* image, float* copy) {
  const int64_t pitch = whole_vectors(C), row = width * pitch;
  const Patch patch{copy, row, pitch};
  for (int64_t i = 0; i < height; ++i, y += step, copy += row)
    if (C == pitch)  // a memcpy a row takes 1.04 times as long at 32 channels of 16x16
      copy_row(width, x, step, y >= 0 && y < rows ? columns : 0, C, apart,
               image + y * columns * apart, copy);
    else if (y < 0 || y >= rows)
      std::memset(copy, 0, static_cast<size_t>(row) * sizeof(float));
    else
      gather_row(width, x, step, columns, C, pitch, image + y * columns * C, copy);
  return patch;
}

/// The same, where they are if all lie inside and channels fill whole vectors.
template <int kHeight, int kWidth>
inline Patch patch_at(int64_t y, int64_t x, int64_t step, const int64_t (&in)[2], int64_t C,
                      int64_t apart, const float* image, float* copy) {
  const bool inside =
      y >= 0 && y + (kHeight - 1) * step < in[0] && x >= 0 && x + (kWidth - 1) * step < in[1];
  if (inside && C % kLanes == 0)
    return {image + (y * in[1] + x) * apart, step * in[1] * apart, step * apart};
  return copy_patch(kHeight, kWidth, y, x, step, in[0], in[1], C, apart, image, copy);
}

/// Few channels: the four phases of a pixel take a cell together.
constexpr int64_t kCell = 16, kJoined = kCell / 4;
inline bool are_parts_joined(const TileGrid& t) {
  return t.in_parts == 4 && t.phases[0] && t.C <= kJoined;
}

/// The pixels of all phases, joined: [row][column][phase][channel], copied. Those of a row of the
/// image are neighbours there as here.
template <int kHeight, int kWidth>
[[gnu::noinline]] Patch joined_patch(int64_t y, int64_t x, int64_t rows, int64_t columns, int64_t C,
                                     const float* image, float* copy) {
  constexpr int64_t kWide = kCell / 2;  // of a pair of pixels, at most
  const int64_t pair = 2 * C;
  const Patch patch{copy, kWidth * kCell, kCell};
  const bool inside = x >= 0 && (x + 2 * kWidth - 2) * C + kWide <= columns * C;
  for (int64_t i = 0; i < 2 * kHeight; ++i, ++y) {
    const float* from = image + (y * columns + x) * C;
    float* to = copy + i / 2 * patch.row + i % 2 * pair;
    const bool is_row = y >= 0 && y < rows;
    if (inside && is_row) {
      // More than a pair: the next row overwrites it, or no one reads it.
      for (int64_t j = 0; j < kWidth; ++j, from += pair, to += kCell)
        std::memcpy(to, from, kWide * sizeof(float));
      continue;
    }
    for (int64_t j = 0; j < 2 * kWidth; ++j) {
      const bool is_pixel = is_row && x + j >= 0 && x + j < columns;
      for (int64_t c = 0; c < C; ++c)
        to[j / 2 * kCell + j % 2 * C + c] = is_pixel ? from[j * C + c] : 0;
    }
  }
  return patch;
}

/// Floats that copies of patches take; of a patch of the target, for its gradient.
inline int64_t source_patch_size(const TileGrid& t) {
  return t.tile.source[0] * t.tile.source[1] * (are_parts_joined(t) ? kCell : whole_vectors(t.C));
}

/// Rows of the points of a window.
template <int kFirst, int kLast>
struct PointRows {
  static constexpr int kBegin = kFirst, kEnd = kLast;
};
template <class W>
using AllRows = PointRows<0, W::Rows::kPoints>;

/// B^T x B of each channel of a patch, to out[point][channel], at some rows of points.
template <class W, class Rows>
inline void transform_patch(const Patch& x, int64_t channels, float* out, int64_t plane) {
  using R = typename W::Rows;
  using C = typename W::Columns;
  const Multiples rows(x.row), points(plane);
  for (int64_t c = 0; c < channels; c += kLanes) {
    Floats in[W::kHeight], column[R::kPoints], at[R::kPoints][W::kWidth], out_row[C::kPoints];
    const float* from = x.base + c;
    unrolled<W::kWidth>([&](auto j) __attribute__((always_inline)) {
      unrolled<W::kHeight>([&](auto i) __attribute__((always_inline)) {
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

/// B^T x B of the pixels that a tile reads, to out[point][plane][part][channel]; `copy` is
/// scratch.
template <class W, class Rows>
inline void transform_source(const TileGrid& t, const TilePlace& at, const float* x, float* copy,
                             float* out, int64_t plane) {
  for (int64_t tap = 0; tap < t.kernel[0]; ++tap) {
    const float* image = source_plane(t, at, tap, x);
    if constexpr (W::kHeight > 1)
      if (image && are_parts_joined(t)) {
        const TilePlace place = source_place(t, at, {});
        const Patch patch = joined_patch<W::kHeight, W::kWidth>(place.y, place.x, t.in[0], t.in[1],
                                                                t.C, image, copy);
        transform_patch<W, Rows>(patch, 4 * t.C, out, plane);
        continue;
      }
    for (int64_t part = 0; part < t.in_parts; ++part, out += t.C) {
      if (image) {
        const TilePlace place = source_place(t, at, part_at(t, part));
        const Patch patch = patch_at<W::kHeight, W::kWidth>(place.y, place.x, t.source[1].pixel,
                                                            t.in, t.C, t.in_pitch(), image, copy);
        transform_patch<W, Rows>(patch, t.C, out, plane);
      } else {
        for (int64_t p = 0; p < (Rows::kEnd - Rows::kBegin) * W::Columns::kPoints; ++p)
          for (int64_t c = 0; c < t.C; c += kLanes) store<float>(out + p * plane + c, Floats{});
      }
    }
  }
}

template <class W, class Rows = AllRows<W>>
struct SourceTransform {
  /// The same of n tiles from the first one on, to out[point][tile][...], tiles `pitch` apart.
  static void run(const TileGrid& grid, int64_t first, int64_t n, const float* x, float* copy,
                  float* out, int64_t pitch, int64_t plane, Coming& coming) {
    const TileGrid t = grid;  // which no store may change: 0.97 to 1 of the time
    TilePlace at = tile_at(t, first);
    for (int64_t i = 0; i < n; ++i, advance(t, at), out += pitch) {
      coming.advance();
      transform_source<W, Rows>(t, at, x, copy, out, plane);
    }
  }
};
/// What y and the weight gradient share is compiled once, with y: 0.1 MB less.
extern template struct SourceTransform<Window<Points<1>, Points<4>>>;
extern template struct SourceTransform<Window<Points<1>, Points<6>>>;
extern template struct SourceTransform<Window<Points<3>, Points<3>>>;
extern template struct SourceTransform<Window<Points<4>, Points<4>>>;
extern template struct SourceTransform<Window<Points<6>, Points<6>>>;
extern template struct SourceTransform<Window<StridedLine, StridedLine>>;

// --- which convolutions ---

/// Channels on either side that pay: 8 to 16 of 28x28 take 0.6 of the direct sums' time at AVX2,
/// and 1.2 to 1.5 of it at AVX-512, where half of the lanes idle.
constexpr int64_t kLeastChannels = kLanes > 8 ? 16 : 8;
constexpr const char* kFewChannels =
    kLeastChannels == 16 ? "fewer than 16 channels" : "fewer than 8 channels";

/// Multiplications of a plane, for a pair of channels: at each point one for each part.
inline int64_t multiplications(const TileGrid& t) {
  int64_t n = 0;
  for (int64_t p = 0; p < t.tile.all_points(); ++p) n += parts_at(t, p);
  return t.all_residues() * t.count[0] * t.count[1] * n;
}

/// 3x3 with stride 2, which has tiles of its own.
inline bool is_strided_three(const ConvGeometry& g) {
  return g.stride[2] == 2 && g.kernel[1] == 3 && g.kernel[2] == 3;
}

/// Taps along each dimension that six points take at once. Runs of n taps give 7 - n pixels of the
/// target, so that 12 pixels take 12 / (7 - n) tiles.
inline int64_t part_taps(const ConvGeometry& g) {
  if (g.stride[2] == 2) return (g.kernel[2] + 1) / 2;
  int64_t best = 0, least = INT64_MAX;
  // 1x5 is two runs of 3: 32 channels take 0.9 of the time of one of 5.
  for (int64_t n = g.kernel[1] == 1 ? 4 : 5; n >= 3; --n) {
    int64_t cost = 1;
    for (int d = 1; d < 3; ++d)
      if (g.kernel[d] > 1) cost *= (g.kernel[d] + n - 1) / n * (12 / (7 - n));
    if (cost >= least) continue;
    least = cost;
    best = n;
  }
  return best;
}

/// Null if tiles of so many points a dimension fit a convolution, else why not.
[[gnu::noinline]] inline const char* refuses_kernel(const ConvGeometry& g, int points) {
  const int64_t stride = g.stride[2], rows = (g.kernel[1] + stride - 1) / stride,
                columns = (g.kernel[2] + stride - 1) / stride;
  if (g.stride[0] != 1 || (stride != 1 && stride != 2)) return "the stride is not 1 or 2";
  if (g.stride[1] != (g.kernel[1] == 1 ? 1 : stride)) return "the strides differ";
  if (g.kernel[1] * g.kernel[2] > kMostTaps) return "the kernel has more than 64 taps";
  if (dilation_of(g, 1) != dilation_of(g, 2) && g.kernel[1] != 1) return "the dilations differ";
  if (stride != 1 && (dilation_of(g, 1) != 1 || dilation_of(g, 2) != 1))
    return "it has both stride and dilation";
  if (stride == 1) {
    if (points == 3) return "the stride is not 2";
    const bool is_three = columns == 3 && (rows == 1 || rows == 3);
    if (points == 4 && !is_three) return "the kernel is not 1x3 or 3x3";
    if (columns < 3 || rows == 2) return "the kernel is smaller than 1x3 or 3x3";
  } else {
    if (g.kernel[0] != 1) return "the kernel has several planes";
    if (rows != columns && g.kernel[1] != 1) return "the kernel is not square";
    if (points == 6 && (columns < 3 || columns > 4)) return "the kernel is not 5x5 to 8x8";
    if (points != 6 && columns != 2) return "the kernel is not 3x3 to 4x4";
    if (points == 3 && g.kernel[1] == 1) return "the kernel has one row";
    if (points == 4 && is_strided_three(g)) return "the kernel is 3x3";
  }
  if (groups_joined(g) == 0) return "no groups together fill whole vectors";
  if (g.K < kLeastChannels || (g.C < kLeastChannels && (stride == 1 || g.C > kJoined)))
    return kFewChannels;
  return nullptr;
}

/// f(tile) for the tiles of so many points a dimension, which do not refuse the kernel; Three is
/// that of 3x3 with stride 2.
template <int kPoints, class Three, class F>
[[gnu::always_inline]] inline auto with_tile(const ConvGeometry& g, F f) {
  const auto square = [&](auto line) { return f(Tile<decltype(line), decltype(line)>{}); };
  const auto row = [&](auto line) { return f(Tile<Line<1, 1>, decltype(line)>{}); };
  const int64_t taps = part_taps(g);
  if constexpr (kPoints == 3) {
    return is_strided_three(g) ? f(Three{}) : square(Line<2, 2>{});
  } else if constexpr (kPoints == 4) {
    if (g.kernel[1] == 1) return taps == 2 ? row(Line<3, 2>{}) : row(Line<2, 3>{});
    return taps == 2 ? square(Line<3, 2>{}) : square(Line<2, 3>{});
  } else {
    if (g.kernel[1] == 1) {
      return taps == 4 ? row(Line<3, 4>{}) : row(Line<4, 3>{});
    }
    if (taps == 3) return square(Line<4, 3>{});
    return taps == 4 ? square(Line<3, 4>{}) : square(Line<2, 5>{});
  }
}

/// Tiles that pay for transforming the weights.
inline int64_t least_tiles(const ConvGeometry& g, const TileGrid& t) {
  const bool small = t.tile.advance[1] == 2;
  if (g.stride[2] == 2) return t.target[1].step == 2 ? 8 : small ? 32 : 16;
  return small ? 16 : t.C * t.K <= 128 * 128 ? 8 : 32;
}

/// Null if the tiles `t` of a convolution, some of whose groups are joined, are worth it, else why
/// not: what they save must pay for transforms. Limits were measured with 16 to 512 channels at
/// AVX2 and AVX-512.
[[gnu::noinline]] inline const char* refuses_tiles(const ConvGeometry& g, int64_t groups,
                                                   const TileGrid& t) {
  const bool strided = g.stride[2] == 2, joined = are_parts_joined(t);
  constexpr int64_t kTwo = 2 * kLanes < 16 ? 16 : 2 * kLanes, kFewTaps = kLanes == 16 ? 100 : 72;
  if (g.C < kLeastChannels && !joined) return kFewChannels;
  if ((strided || g.kernel[1] == 1) && (g.K / g.G < kTwo || (g.C / g.G < kTwo && !joined)))
    return "fewer than two vectors of channels";
  if (joined && t.C * t.taps() < kFewTaps) return "too few taps of few channels";
  if (t.kernel[0] > 1 && t.C % 16 != 0) return "its channels are no multiple of 16";
  if (t.target[1].step == 2 && is_strided_three(g) && (g.pad[1] % 2 == 0 || g.pad[2] % 2 == 0))
    return "the padding is not odd";
  // A third must be saved; of stride 2, where it is less that could be, a fifth.
  const int64_t own = multiplications(t), size = t.all_residues() * t.size[0] * t.size[1],
                out = g.out[1] * g.out[2],
                direct = (out < size ? out : size) * t.taps() * whole_vectors(t.K / groups);
  if (own * whole_vectors(t.K) * (strided ? 5 : 6) / 4 > direct)
    return "too few pixels of a tile lie in the image";
  if (t.tiles() < least_tiles(g, t)) return "too few tiles to pay for transforming the weights";
  return nullptr;
}

/// Null if such tiles compute a direction, whose grid is forward_grid or input_grad_grid.
template <int kPoints, class Three>
inline const char* refuses_winograd(const ConvGeometry& g,
                                    TileGrid (*grid)(const ConvGeometry&, const TileShape&)) {
  if (const char* reason = refuses_kernel(g, kPoints)) return reason;
  const ConvGeometry joined = join_groups(g);
  const TileShape* shape = with_tile<kPoints, Three>(g, [](auto tile) {
    static constexpr TileShape kShape = shape_of<decltype(tile)>();
    return &kShape;
  });
  return refuses_tiles(joined, g.G / joined.G, grid(joined, *shape));
}

}  // namespace reel::kernels::REEL_ISA
