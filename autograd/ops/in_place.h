#pragma once
// Writing the result of an operation over its input, where no kernel does that; in
// autograd/ops/copy.cpp.

#include <reel/core/tensor.h>

namespace reel {

/// x to compute from before it is overwritten: a copy when the tape will look at it.
Tensor values_before(const Tensor& x);
Tensor values_before(const Tensor& x, const Tensor& other);

/// x = y, `op` being named in errors. Throws: GraphError when x may not be written, ArgumentError
/// when it has another shape, or a dtype that y can not be cast to.
const Tensor& write_over(const char* op, const Tensor& x, const Tensor& y);

}  // namespace reel
