#pragma once
// Reductions over some dimensions of a tensor, off the tape and in whatever layout it has.

#include <reel/core/kernels/reduce.h>
#include <reel/core/tensor.h>

namespace reel {

/// The dimensions that a reduction takes.
struct ReducedDims {
  bool reduced[kMaxDims] = {};
  Shape kept;         // the sizes with 1 for each reduced dimension
  Shape dropped;      // the sizes without them
  int64_t count = 1;  // elements that meet in one result

  const Shape& sizes(bool keepdim) const { return keepdim ? kept : dropped; }
};

/// `dims` of a tensor of `sizes`; none named means all.
/// Throws: ArgumentError when one is out of range or named twice.
ReducedDims reduced_dims(const char* op, IntArrayRef sizes, IntArrayRef dims);

/// Which they are, of `ndim` dimensions.
Shape dims_of(const ReducedDims& dims, int64_t ndim);

/// The loops that reduce `x` into a contiguous result of shape `dims.kept`.
kernels::ReduceNest reduce_nest(const Tensor& x, const ReducedDims& dims);

/// sum(x) / divisor; bool and integers sum to int64, undivided.
Tensor reduce_sum(const Tensor& x, const ReducedDims& dims, bool keepdim, double divisor = 1);

/// y = the sum of the rows of x, a row-major matrix in memory, over divisor: the bits of reduce_sum
/// with less to prepare. T is float or double.
template <class T>
void sum_rows(int64_t rows, int64_t columns, double divisor, const T* x, T* y);

/// The product of the elements, of int64, float32 or float64; 1 of nothing.
Tensor reduce_product(const Tensor& x, const ReducedDims& dims, bool keepdim);

enum class Extreme : bool { kMax, kMin };

/// The largest or smallest element; NaN when there is one. `dims.count` is at least 1.
Tensor reduce_extreme(Extreme which, const Tensor& x, const ReducedDims& dims, bool keepdim);

/// Position of the largest or smallest element in the only dimension of `dims`, and the element
/// when `values` is not null. The first of equals; the first NaN before all else.
Tensor find_extreme(Extreme which, const Tensor& x, const ReducedDims& dims, bool keepdim,
                    Tensor* values);

/// sum((x - pivot)^2) / divisor; the pivot has shape `dims.kept`, undefined means 0.
Tensor reduce_squares(const Tensor& x, const ReducedDims& dims, bool keepdim, const Tensor& pivot,
                      double divisor);

/// log(sum(exp(x))), computed about the finite `pivot` of shape `dims.kept`.
Tensor reduce_log_sum_exp(const Tensor& x, const ReducedDims& dims, bool keepdim,
                          const Tensor& pivot);

}  // namespace reel
