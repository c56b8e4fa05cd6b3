#pragma once
// Loops over strided operands: what broadcasting, copies and arithmetic share.

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

/// Calls row(at) for each inner row of the nest, at[k] being where operand k's row starts; rows are
/// shared among threads. `work` is the cost of the whole, as in parallel_for, and it is inlined for
/// the same reason.
template <int N, class Row>
[[gnu::always_inline]] inline void for_each_row(const LoopNest<N>& nest, int64_t work, Row&& row) {
  const int64_t rows = nest.size[0] > 0 ? nest.numel / nest.size[0] : 0;
  parallel_for(rows, work, [&](int64_t begin, int64_t end) {
    int64_t index[kMaxDims] = {}, at[N] = {}, rest = begin;
    for (int d = 1; d < nest.ndim; ++d) {
      index[d] = rest % nest.size[d];
      rest /= nest.size[d];
      for (int k = 0; k < N; ++k) at[k] += index[d] * nest.stride[k][d];
    }
    for (int64_t r = begin; r < end; ++r) {
      row(at);
      for (int d = 1; d < nest.ndim; ++d) {
        for (int k = 0; k < N; ++k) at[k] += nest.stride[k][d];
        if (++index[d] < nest.size[d]) break;
        index[d] = 0;
        for (int k = 0; k < N; ++k) at[k] -= nest.size[d] * nest.stride[k][d];
      }
    }
  });
}

}  // namespace reel::kernels
