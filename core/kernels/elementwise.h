#pragma once
// Loops over strided operands: what broadcasting, copies and arithmetic share.

#include <reel/core/kernels/processor.h>
#include <reel/core/parallel.h>
#include <reel/core/shape.h>

#include <cstdint>

namespace reel::kernels {

/// A loop nest over N operands. Dimension 0 is innermost; strides are in elements; broadcast
/// dimensions have stride 0. core/elementwise.h builds it, with neighbouring dimensions merged
/// where they can be.
template <int N>
struct LoopNest {
  int ndim;
  int64_t numel;
  int64_t size[kMaxDims];
  int64_t stride[N][kMaxDims];
};

/// Elements of an inner row that one call gets at most, so that a single long row is shared too.
inline constexpr int64_t kRowPiece = 16384;

/// Calls row(n, at) for each inner row of the nest, or piece of one: n elements, at[k] being where
/// operand k's first one lies; threads share them. `work` is the cost of the whole, as in
/// parallel_for, and it is inlined for the same reason.
template <int N, class Row>
[[gnu::always_inline]] inline void for_each_row(const LoopNest<N>& nest, int64_t work, Row&& row) {
  if (nest.numel == 0) return;
  const int64_t length = nest.size[0], pieces = (length + kRowPiece - 1) / kRowPiece;
  parallel_for(nest.numel / length * pieces, work, [&](int64_t begin, int64_t end) {
    int64_t index[kMaxDims] = {}, at[N] = {}, rest = begin / pieces, piece = begin % pieces;
    for (int d = 1; d < nest.ndim; ++d) {
      index[d] = rest % nest.size[d];
      rest /= nest.size[d];
      for (int k = 0; k < N; ++k) at[k] += index[d] * nest.stride[k][d];
    }
    for (int64_t i = begin; i < end; ++i) {
      if (pieces == 1) {
        row(length, at);
      } else {
        const int64_t first = piece * kRowPiece;
        int64_t from[N];
        for (int k = 0; k < N; ++k) from[k] = at[k] + first * nest.stride[k][0];
        row(length - first < kRowPiece ? length - first : kRowPiece, from);
        if (++piece < pieces) continue;
        piece = 0;
      }
      for (int d = 1; d < nest.ndim; ++d) {
        for (int k = 0; k < N; ++k) at[k] += nest.stride[k][d];
        if (++index[d] < nest.size[d]) break;
        index[d] = 0;
        for (int k = 0; k < N; ++k) at[k] -= nest.size[d] * nest.stride[k][d];
      }
    }
  });
}

/// f(from, to) for begin .. end in pieces, while what a later piece writes at y is on its way: a
/// loop that writes what no cache holds waits for lines to come before they can be written. ReLU
/// of 8 MB that no cache holds: 1.31 to 1.08 ms.
template <class T, class F>
[[gnu::always_inline]] inline void in_pieces(int64_t begin, int64_t end, const T* y, F f) {
  constexpr int64_t kPiece = 2048 / sizeof(T), kLine = 64 / sizeof(T);
  constexpr int64_t kLarge = (512 << 10) / sizeof(T);
  const bool large = asks_for_writes && end - begin >= kLarge;
  for (int64_t from = begin, to; from < end; from = to) {
    to = large && end - from > kPiece ? from + kPiece : end;
    if (large)
      for (int64_t i = 0; i < kPiece; i += kLine) __builtin_prefetch(y + from + kPiece + i);
    f(from, to);
  }
}

}  // namespace reel::kernels
