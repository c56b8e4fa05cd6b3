// y_k = x1^T W_k x2 + b_k: one product of x1 with all W_k side by side, then one with x2 a row.
// Composed of recorded operations; docs/ops/bilinear.md.

#include <reel/autograd/ops/products.h>

namespace reel {

namespace {

// All but the last size.
Shape rows_of(const Tensor& x) {
  Shape rows = x.sizes();
  rows.erase(rows.size() - 1);
  return rows;
}

void check_bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias) {
  REEL_CHECK(x1.is_floating_point(), "bilinear: the input is ", x1.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x1.dtype() == x2.dtype() && x1.dtype() == weight.dtype() &&
                 (!bias.defined() || x1.dtype() == bias.dtype()),
             "bilinear: x1 is ", x1.dtype(), ", x2 ", x2.dtype(), ", weight ", weight.dtype(),
             "; all dtypes must be equal, that of bias too.");
  REEL_CHECK(x1.dim() > 0 && x2.dim() > 0 && rows_of(x1) == rows_of(x2), "bilinear: x1 ", x1,
             " and x2 ", x2, " do not match; they must be (..., in1) and (..., in2).");
  REEL_CHECK(weight.dim() == 3 && weight.size(1) == x1.size(-1) && weight.size(2) == x2.size(-1),
             "bilinear: weight ", weight, " does not match x1 ", x1, " and x2 ", x2,
             "; it must be (out, ", x1.size(-1), ", ", x2.size(-1), ").");
  REEL_CHECK(!bias.defined() || bias.sizes() == IntArrayRef(weight.size(0)), "bilinear: bias ",
             bias, " does not match weight ", weight, "; it must be (", weight.size(0), ").");
}

}  // namespace

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias) {
  check_bilinear(x1, x2, weight, bias);
  const int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  const Shape rows = rows_of(x1);
  const int64_t N = numel_of(rows);
  const Tensor side_by_side = weight.permute({1, 0, 2}).reshape({in1, out * in2});
  const Tensor left = x1.reshape({N, in1}).matmul(side_by_side).reshape({N, out, in2});
  Tensor y = left.matmul(x2.reshape({N, in2, 1}));
  Shape sizes = rows;
  sizes.push_back(out);
  y = y.reshape(sizes);
  return bias.defined() ? y + bias : y;
}

}  // namespace reel
