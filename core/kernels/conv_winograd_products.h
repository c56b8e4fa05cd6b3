#pragma once
// The products of matrices of Winograd's algorithm: at a point, tiles by channels. Included inside
// kernels only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/conv_sweep.h>
#include <reel/core/kernels/conv_winograd_transforms.h>

namespace reel::kernels::REEL_ISA {

/// Floats from the matrix of one point to that of the next: the usual sizes would put the same
/// place of all matrices into one set of the cache.
inline int64_t plane_size(int64_t rows, int64_t columns) { return rows * columns + 16; }

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

}  // namespace reel::kernels::REEL_ISA
