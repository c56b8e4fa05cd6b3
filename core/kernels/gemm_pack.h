#pragma once
// Transposition in registers, and the copies of A and B that tiles read. Included inside kernels
// only: everything here belongs to the level that compiles it.

#include <reel/core/kernels/gemm_tile.h>
#include <reel/core/kernels/lane_transpose.h>

namespace reel::kernels::REEL_ISA {

/// 16 bytes, within which shuffles are cheap at every level.
template <class T>
struct PieceOf {
  typedef T type __attribute__((vector_size(16)));
};
template <class T>
using Piece = typename PieceOf<T>::type;
template <class T>
inline constexpr int kPieceLanes = kLanesOf<Piece<T>, T>;

/// Of each piece of a and b the lower (or upper) halves: the elements in turn.
template <class T, bool kUpper, class V, class All>
[[gnu::always_inline]] inline V interleave(const V& a, const V& b, All all) {
  V y;
  pick_lanes<Interleaved<kPieceLanes<T>, kUpper>>(a, b, y, all);
  return y;
}
/// The same: first that of a, then that of b.
template <class T, bool kUpper, class V, class All>
[[gnu::always_inline]] inline V join_halves(const V& a, const V& b, All all) {
  V y;
  pick_lanes<Joined<kPieceLanes<T> / 2, kUpper>>(a, b, y, all);
  return y;
}
template <class V, int... kLane>
[[gnu::always_inline]] inline auto concatenated(const V& a, const V& b, Lanes<kLane...>) {
  return __builtin_shufflevector(a, b, kLane...);
}

/// The pieces at x[0], x[step], x[2 * step] ... side by side.
template <class T, int kPieces>
[[gnu::always_inline]] inline auto gather(const T* x, int64_t step) {
  if constexpr (kPieces == 1) {
    return lanes_at<Piece<T>>(x);
  } else {
    return concatenated(gather<T, kPieces / 2>(x, step),
                        gather<T, kPieces / 2>(x + kPieces / 2 * step, step),
                        LanesTo<kPieces * kPieceLanes<T>>{});
  }
}

/// out[k * pitch + l] = x[l * ldx + k] for l < kLanes and as many k as a piece has lanes.
template <class T, int kLanes>
[[gnu::always_inline]] inline void transpose_pieces(const T* x, int64_t ldx, int64_t pitch,
                                                    T* out) {
  constexpr int n = kPieceLanes<T>;
  constexpr LanesTo<kLanes> all;
  const auto x0 = gather<T, kLanes / n>(x, n * ldx), x1 = gather<T, kLanes / n>(x + ldx, n * ldx);
  const auto low = interleave<T, false>(x0, x1, all), high = interleave<T, true>(x0, x1, all);
  if constexpr (n == 2) {
    put_lanes(out, low);
    put_lanes(out + pitch, high);
  } else {
    const auto x2 = gather<T, kLanes / n>(x + 2 * ldx, n * ldx);
    const auto x3 = gather<T, kLanes / n>(x + 3 * ldx, n * ldx);
    const auto low2 = interleave<T, false>(x2, x3, all), high2 = interleave<T, true>(x2, x3, all);
    put_lanes(out, join_halves<T, false>(low, low2, all));
    put_lanes(out + pitch, join_halves<T, true>(low, low2, all));
    put_lanes(out + 2 * pitch, join_halves<T, false>(high, high2, all));
    put_lanes(out + 3 * pitch, join_halves<T, true>(high, high2, all));
  }
}

/// out[k * pitch + l] = x[l * ldx + k] for l < kLanes.
template <class T, int kLanes>
inline void transpose(int64_t K, const T* x, int64_t ldx, int64_t pitch, T* out) {
  constexpr int n = kPieceLanes<T>;
  int64_t k = 0;
  for (; k + n <= K; k += n) transpose_pieces<T, kLanes>(x + k, ldx, pitch, out + k * pitch);
  for (; k < K; ++k)
    for (int64_t l = 0; l < kLanes; ++l) out[k * pitch + l] = x[l * ldx + k];
}

/// The same for l < lanes.
template <class T>
inline void transpose(int64_t lanes, int64_t K, const T* x, int64_t ldx, int64_t pitch, T* out) {
  constexpr int64_t W = kWidth<T>, n = kPieceLanes<T>;
  int64_t l = 0;
  for (; l + W <= lanes; l += W) transpose<T, kWidth<T>>(K, x + l * ldx, ldx, pitch, out + l);
  for (; l + n <= lanes; l += n) transpose<T, kPieceLanes<T>>(K, x + l * ldx, ldx, pitch, out + l);
  for (; l < lanes; ++l)
    for (int64_t k = 0; k < K; ++k) out[k * pitch + l] = x[l * ldx + k];
}

/// Columns of A, as many as a tile has rows: out[k * rows + r] = A[k * lda + r].
template <class T>
void pack_columns(int64_t rows, int64_t K, const T* A, int64_t lda, T* out) {
  if (rows == kTileRows) {
    for (int64_t k = 0; k < K; ++k)
      std::memcpy(out + k * kTileRows, A + k * lda, kTileRows * sizeof(T));
  } else {
    for (int64_t k = 0; k < K; ++k)
      for (int64_t r = 0; r < rows; ++r) out[k * rows + r] = A[k * lda + r];
  }
}

/// A row of B in whole vectors, zeros from `width` on.
template <class T>
[[gnu::always_inline]] inline void pack_row(int64_t width, const T* B, T* out) {
  constexpr int64_t W = kWidth<T>;
  int64_t l = 0;
  for (; l + W <= width; l += W) std::memcpy(out + l, B + l, kVectorBytes);
  if (l < width) {
    std::memset(out + l, 0, kVectorBytes);
    copy_pieces<T, kWidth<T> / 2>(width - l, B + l, out + l);
  }
}

/// Rows of B as columns: out[k * lanes + l] = B[l * ldb + k], zeros from l = width on.
template <class T>
void pack_transposed(int64_t lanes, int64_t width, int64_t K, const T* B, int64_t ldb, T* out) {
  if (width < lanes) std::memset(out, 0, static_cast<size_t>(K * lanes) * sizeof(T));
  transpose(width, K, B, ldb, lanes, out);
}

}  // namespace reel::kernels::REEL_ISA
