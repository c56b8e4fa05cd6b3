#pragma once
// Winograd's algorithm for 3x3 convolutions of stride 1 (docs/ops/conv.md): tiles of M x M pixels
// of the output are products, at each of (M + 2)^2 points, of transformed pixels and transformed
// weights; what remains per point is a matrix product over the channels. A kernel of several 3x3
// planes is that of one with the channels of all planes.
// Included inside kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/conv_winograd_transforms.h>

namespace reel::kernels::REEL_ISA {

/// A tile has kRows x kColumns pixels; where kRows is 1, so is the height of the kernel.
template <int kM, int kN>
struct Tile {
  static constexpr int kRows = kM, kColumns = kN;
  static constexpr int kHeight = kM == 1 ? 1 : kM + 2, kWidth = kN + 2;  // of what it reads
  static constexpr int kPoints = kHeight * kWidth;
  static constexpr int kTapRows = kM == 1 ? 1 : 3, kTaps = 3 * kTapRows;
};

/// Tiles of the target; channels C of the source become K.
struct TileGrid {
  int64_t N, C, K;
  int64_t in[2], out[2], pad[2];   // sizes of a plane of source and target; pad may be negative
  int64_t taps, planes[2], front;  // planes of the kernel, of source and target; padding before
  int64_t count[2];                // tiles of a plane
  int64_t tiles() const { return N * planes[1] * count[0] * count[1]; }
  int64_t depth() const { return taps * C; }  // of the products
};

template <class S>
inline TileGrid forward_grid(const ConvGeometry& g) {
  TileGrid t{g.N,
             g.C,
             g.K,
             {g.in[1], g.in[2]},
             {g.out[1], g.out[2]},
             {g.pad[1], g.pad[2]},
             g.kernel[0],
             {g.in[0], g.out[0]},
             g.pad[0],
             {}};
  t.count[0] = (t.out[0] + S::kRows - 1) / S::kRows;
  t.count[1] = (t.out[1] + S::kColumns - 1) / S::kColumns;
  return t;
}
/// dx from dy is a convolution with the taps in falling order.
template <class S>
inline TileGrid input_grad_grid(const ConvGeometry& g) {
  TileGrid t{g.N,
             g.K,
             g.C,
             {g.out[1], g.out[2]},
             {g.in[1], g.in[2]},
             {S::kTapRows - 1 - g.pad[1], 2 - g.pad[2]},
             g.kernel[0],
             {g.out[0], g.in[0]},
             g.kernel[0] - 1 - g.pad[0],
             {}};
  t.count[0] = (t.out[0] + S::kRows - 1) / S::kRows;
  t.count[1] = (t.out[1] + S::kColumns - 1) / S::kColumns;
  return t;
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

/// `rows` rows from `up` above the first of tiles a .. b on, of images that begin at those planes.
/// Of tiles below each other, whole rows.
template <class S>
inline Range rows_of_tiles(const TilePlace& a, const TilePlace& b, int64_t up, int64_t rows,
                           const int64_t (&size)[2], int64_t C, const float* plane_a,
                           const float* plane_b) {
  const auto inside = [](int64_t i, int64_t n) { return i < 0 ? 0 : i < n ? i : n; };
  const auto pixel = [&](const float* plane, int64_t y, int64_t x) {
    y = inside(y, size[0]);
    return reinterpret_cast<const char*>(plane + (y * size[1] + inside(x, size[1])) * C);
  };
  const int64_t top = a.y - up, bottom = b.y - up + rows;
  if (plane_a != plane_b || a.y != b.y) return {pixel(plane_a, top, 0), pixel(plane_b, bottom, 0)};
  return {pixel(plane_a, top, a.x), pixel(plane_a, top, b.x + S::kColumns),
          inside(bottom, size[0]) - inside(top, size[0]),
          size[1] * C * static_cast<int64_t>(sizeof(float))};
}
/// What n tiles read of the source, of several planes of taps the one that is new; what they write
/// of the target, or read where that is a gradient.
template <class S>
inline Range source_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* x) {
  if (n <= 0) return {};
  const TilePlace a = tile_at<S>(t, first), b = tile_at<S>(t, first + n - 1);
  const float *from = source_plane(t, a, t.taps - 1, x), *to = source_plane(t, b, t.taps - 1, x);
  if (!from || !to) return {};
  return rows_of_tiles<S>(a, b, t.pad[0], S::kHeight, t.in, t.C, from, to);
}
template <class S>
inline Range target_of_tiles(const TileGrid& t, int64_t first, int64_t n, const float* y) {
  if (n <= 0) return {};
  const TilePlace a = tile_at<S>(t, first), b = tile_at<S>(t, first + n - 1);
  return rows_of_tiles<S>(a, b, 0, S::kRows, t.out, t.K, y + target_plane(t, a),
                          y + target_plane(t, b));
}

inline int64_t whole_vectors(int64_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

/// Floats from the matrix of one point to that of the next: the usual sizes would put the same
/// place of all matrices into one set of the cache.
inline int64_t plane_size(int64_t rows, int64_t columns) { return rows * columns + 16; }

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
using AllRows = PointRows<0, S::kHeight>;

/// Up to six places `step` floats apart, whose addresses a register or two beside the first one's
/// express: the 36 of a tile, left to GCC, take more instructions than its transform.
class Multiples {
 public:
  explicit Multiples(int64_t step) : one_(step * 4), three_(step * 12), five_(step * 20) {
    hold(three_);
    hold(five_);
  }
  template <int kPlace, class T>
  [[gnu::always_inline]] T* at(T* first) const {
    const int64_t offset = kPlace == 3 ? three_ : kPlace == 5 ? five_ : kPlace * one_;
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(first) +
                                static_cast<std::uintptr_t>(offset));
  }

 private:
  int64_t one_, three_, five_;  // bytes
};

/// B^T x B of each channel of a patch, to out[point][channel], at some rows of points.
template <class S, class Rows>
inline void transform_patch(const Patch& x, int64_t channels, float* out, int64_t plane) {
  const Multiples rows(x.row), points(plane);
  for (int64_t c = 0; c < channels; c += kLanes) {
    Floats column[S::kHeight], at[S::kHeight][S::kWidth];
    const float* from = x.base + c;
    unrolled<S::kWidth>([&](auto j) __attribute__((always_inline)) {
      unrolled<S::kHeight>([&](auto i) __attribute__((always_inline)) {
        load<float>(column[i.value], rows.at<i.value>(from));
      });
      transform_pixels<S::kRows>(column);
      unrolled<S::kHeight>([&](auto i) __attribute__((always_inline)) {
        at[i.value][j.value] = column[i.value];
      });
      from += x.pixel;
      hold(from);
    });
    float* to = out + c;
    unrolled<Rows::kEnd, Rows::kBegin>([&](auto i) __attribute__((always_inline)) {
      transform_pixels<S::kColumns>(at[i.value]);
      unrolled<S::kWidth>([&](auto j) __attribute__((always_inline)) {
        store<float>(points.at<j.value>(to), at[i.value][j.value]);
      });
      to += S::kWidth * plane;
      hold(to);
    });
  }
}

/// B^T x B of the pixels that a tile reads, to out[point][tap][channel]; `copy` is scratch.
template <class S, class Rows = AllRows<S>>
inline void transform_source(const TileGrid& t, const TilePlace& at, const float* x, float* copy,
                             float* out, int64_t plane) {
  for (int64_t tap = 0; tap < t.taps; ++tap, out += t.C) {
    if (const float* image = source_plane(t, at, tap, x)) {
      const Patch patch =
          patch_at<S::kHeight, S::kWidth>(at.y - t.pad[0], at.x - t.pad[1], t.in, t.C, image, copy);
      transform_patch<S, Rows>(patch, t.C, out, plane);
    } else {
      for (int64_t p = 0; p < (Rows::kEnd - Rows::kBegin) * S::kWidth; ++p)
        for (int64_t c = 0; c < t.C; c += kLanes) store<float>(out + p * plane + c, Floats{});
    }
  }
}

// --- the products ---

/// A tile of a product: its vectors of columns share each broadcast value.
struct Operands {
  const float* a;
  int64_t a_pitch;
  const float* b;
  int64_t b_pitch;
  float* out;
  int64_t out_pitch;
  bool add;  // to what out holds
};

// scalar: out[i][l] (+)= sum over d of a(i, d) * b[d][l], where a(i, d) is a[i][d] or a[d][i]. A
// pitch of a that is known (kPitch) spares registers that would hold the rows' places.
template <int kRows, int kVectors, bool kTransposed, int kPitch = 0>
void multiply_tile(int64_t rows, int64_t depth, const Operands& o) {
  constexpr bool kSixes = !kTransposed && kPitch == 0;  // rows that are named by sixes
  const Multiples steps(o.a_pitch);
  const float* six[kSixes ? (kRows + 5) / 6 : 1];
  if constexpr (kSixes)
    for (int i = 0; i < kRows; i += 6) six[i / 6] = o.a + i * o.a_pitch;
  const float *b = o.b, *a = o.a;
  const int64_t step = kTransposed ? o.a_pitch : 1;
  Floats sum[kRows][kVectors] = {};
  for (int64_t d = 0; d < depth; ++d, b += o.b_pitch, a += step) {
    Floats w[kVectors];
    unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
      load<float>(w[v.value], b + v.value * kLanes);
    });
    unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
      const float* at;
      if constexpr (kSixes)
        at = steps.at<i.value % 6>(six[i.value / 6] + d);
      else
        at = a + i.value * (kTransposed ? 1 : kPitch);
      const auto x = broadcast<Floats>(*at);
      unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
        sum[i.value][v.value] += x * w[v.value];
      });
    });
  }
  float* to = o.out;
  const auto put_rows = [&](auto add, bool all) __attribute__((always_inline)) {
    unrolled<kRows>([&](auto i) __attribute__((always_inline)) {
      if (!all && i.value >= rows) return;
      unrolled<kVectors>([&](auto v) __attribute__((always_inline)) {
        float* at = to + v.value * kLanes;
        if (add.value) sum[i.value][v.value] += lanes_at<Floats>(at);
        store<float>(at, sum[i.value][v.value]);
      });
      to += o.out_pitch;
      hold(to);
    });
  };
  // Asking whether a row is there, row by row, took a tile of depth 16 1.05 times as long.
  if (rows < kRows)
    o.add ? put_rows(Constant<1>{}, false) : put_rows(Constant<0>{}, false);
  else
    o.add ? put_rows(Constant<1>{}, true) : put_rows(Constant<0>{}, true);
}

/// Vectors of columns that a tile takes where `rest` columns, whole vectors, are left.
inline int64_t tile_vectors(int64_t rest) {
  const int64_t n = rest / kLanes;
  return n >= kMostVectors<float> ? kMostVectors<float> : n;
}

/// A tile and how many rows it has.
struct RowTile {
  int64_t rows;
  void (*multiply)(int64_t rows, int64_t depth, const Operands& o);
};

/// 24 sums fill the registers of AVX-512, 12 those of AVX. One vector of 16 channels: 24 rows in
/// place of 8 take 0.8 of the time.
template <bool kTransposed>
inline RowTile row_tile(int64_t vectors, int64_t a_pitch) {
  if constexpr (kMostVectors<float> == 4) {
    if (vectors == 4) return {6, multiply_tile<6, 4, kTransposed>};
    if (vectors == 3) return {8, multiply_tile<8, 3, kTransposed>};
    if (vectors == 2) return {12, multiply_tile<12, 2, kTransposed>};
    if (kTransposed) return {16, multiply_tile<16, 1, kTransposed>};
    if (a_pitch == 16) return {24, multiply_tile<24, 1, false, 16>};
  } else if (vectors == 2) {
    return {6, multiply_tile<6, 2, kTransposed>};
  }
  return {8, multiply_tile<8, 1, kTransposed>};
}

/// Tiles that make up products of that many rows and columns (whole vectors), at all points.
template <bool kTransposed>
inline int64_t count_tiles(int64_t points, int64_t rows, int64_t columns, int64_t a_pitch) {
  int64_t n = 0;
  for (int64_t k = 0; k < columns;) {
    const int64_t vectors = tile_vectors(columns - k);
    const RowTile tile = row_tile<kTransposed>(vectors, a_pitch);
    n += (rows + tile.rows - 1) / tile.rows;
    k += vectors * kLanes;
  }
  return points * n;
}

/// Whether there is room in L2, beside that many floats which products read and write, for what is
/// asked for ahead: 128 channels take 1.05 times as long with it.
inline bool leaves_room(int64_t floats) {
  constexpr int64_t kRoom = 1280 << 10;
  return floats * static_cast<int64_t>(sizeof(float)) < kRoom;
}

/// Rows by columns (whole vectors) from `columns` on; b is at the first of them.
template <bool kTransposed>
inline void multiply_rows(int64_t rows, int64_t vectors, int64_t depth, Operands o,
                          Coming& coming) {
  const RowTile tile = row_tile<kTransposed>(vectors, o.a_pitch);
  for (int64_t i = 0; i < rows; i += tile.rows) {
    coming.advance();
    tile.multiply(rows - i < tile.rows ? rows - i : tile.rows, depth, o);
    o.a += tile.rows * (kTransposed ? 1 : o.a_pitch);
    o.out += tile.rows * o.out_pitch;
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

/// f(tile) for the tiles of M pixels a dimension that fit the kernel.
template <int M, class F>
[[gnu::always_inline]] inline auto with_tile(const ConvGeometry& g, F f) {
  return g.kernel[1] == 1 ? f(Tile<1, M>{}) : f(Tile<M, M>{});
}

}  // namespace reel::kernels::REEL_ISA
