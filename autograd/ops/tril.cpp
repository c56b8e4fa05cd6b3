// The triangle j - i <= diagonal of matrices (triu: >=), zeros elsewhere; the gradient likewise.
// docs/ops/tril.md.

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>

namespace reel {

namespace {

// j - i for each place of a matrix.
Tensor diagonals(const char* op, const Tensor& x) {
  REEL_CHECK(x.dim() >= 2, op, ": the tensor ", x, " has ", x.dim(),
             " dimensions; it must have 2 or more.");
  return arange(x.size(-1), kInt64) - arange(x.size(-2), kInt64).unsqueeze(1);
}

}  // namespace

Tensor Tensor::tril(int64_t diagonal) const {
  return where(diagonals("tril", *this).le(diagonal), *this, Scalar(false));
}

Tensor Tensor::triu(int64_t diagonal) const {
  return where(diagonals("triu", *this).ge(diagonal), *this, Scalar(false));
}

}  // namespace reel
