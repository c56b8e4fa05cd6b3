#pragma once
// Reading and writing rows of a tensor by an index: what index_select, index, embedding and their
// kin come down to. docs/ops/index_select.md.

#include <reel/core/tensor.h>

namespace reel {

/// Which rows of a tensor. Its dimensions in the order `order` (as they are when that is empty) are
/// seen as (O, N, I); `index` are the K rows of N that are meant, checked and private to this.
struct RowIndex {
  Shape order, merged;  // merged: O, N, I
  Shape x_sizes;        // of the tensor in that order
  Shape sizes;          // of what is read or written
  Tensor index;
};

/// A copy of `index` as contiguous int64. Throws: ArgumentError unless it is of int64 or int32 with
/// values in [0, size), or in [-size, size) when `wraps`, which are counted from the end.
Tensor checked_index(const char* op, const Tensor& index, int64_t dim, int64_t size, bool wraps);

/// Rows along dimension `dim` of `x` by a checked one-dimensional index.
RowIndex rows_along(const Tensor& x, int64_t dim, Tensor index);

/// The rows, as a copy; recorded.
Tensor read_rows(const Tensor& x, const RowIndex& rows);

/// Writes `values`, of shape rows.sizes and any dtype, over the rows, or adds alpha times them; in
/// place and recorded. Equal rows: the last remains, sums are in order. Call check_in_place before.
void write_rows(const char* op, const Tensor& x, const RowIndex& rows, const Tensor& values,
                bool accumulate, Scalar alpha = 1);

}  // namespace reel
