#pragma once
// Order of values, off the tape.

#include <reel/core/tensor.h>

namespace reel {

/// For each row of x, (rows, n) in row-major order: the positions of its first `k` elements in
/// ascending or descending order, as int64 (rows, k). Equal elements keep their order; NaN is
/// larger than all others.
Tensor order_of_rows(const Tensor& x, int64_t rows, int64_t n, int64_t k, bool descending);

}  // namespace reel
