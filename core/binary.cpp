#include <reel/core/binary.h>
#include <reel/core/elementwise.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

bool is_single(Operand x) { return !x.tensor || x.tensor->numel() == 1; }

// The first element of an operand; a number is converted into `place`.
template <class T>
const T* data_of(Operand x, T& place) {
  if (x.tensor) return physical_data<T>(*x.tensor);
  place = x.number.to<T>();
  return &place;
}

kernels::LoopNest<3> nest_of(const Tensor& y, Operand a, Operand b) {
  kernels::LoopNest<3> nest = loop_nest<3>({y, a.tensor ? *a.tensor : y, b.tensor ? *b.tensor : y});
  for (int d = 0; d < nest.ndim; ++d) {
    if (!a.tensor) nest.stride[1][d] = 0;
    if (!b.tensor) nest.stride[2][d] = 0;
  }
  return nest;
}

void evaluate(kernels::BinaryOp op, const Tensor& y, Operand a, Operand b, Scalar alpha) {
  if (y.numel() == 0) return;
  const bool one_a = is_single(a), one_b = is_single(b);
  // One loop over the memory as it lies, when each operand lies as y does or is a single element.
  const bool flat = (one_a ? is_dense(y) : lie_alike(*a.tensor, y)) &&
                    (one_b ? is_dense(y) : lie_alike(*b.tensor, y));
  visit(y.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const auto& kernels = kernels::active<kernels::Binary<T>>();
    const auto f = static_cast<size_t>(op);
    T number_a{}, number_b{};
    const T *data_a = data_of(a, number_a), *data_b = data_of(b, number_b);
    if (flat)
      kernels.flat[f](y.numel(), alpha.to<T>(), data_a, one_a ? 0 : 1, data_b, one_b ? 0 : 1,
                      physical_data<T>(y));
    else
      kernels.strided[f](nest_of(y, a, b), alpha.to<T>(), data_a, data_b, physical_data<T>(y));
  });
}

}  // namespace

Dtype promote(Dtype tensor, Scalar number) {
  if (is_floating_point(tensor)) return tensor;
  if (number.is_floating_point()) return kFloat32;
  return tensor == kBool ? number.dtype() : tensor;
}

Tensor binary(kernels::BinaryOp f, const char* op, Operand a, Operand b, Scalar alpha) {
  const Tensor& x = a.tensor ? *a.tensor : *b.tensor;
  const bool both = a.tensor && b.tensor && !(a.tensor->sizes() == b.tensor->sizes());
  Tensor y = both ? empty_result(broadcast_shapes(op, a.tensor->sizes(), b.tensor->sizes()),
                                 x.dtype(), *a.tensor, *b.tensor)
                  : empty_like_layout(x, x.dtype());
  evaluate(f, y, a, b, alpha);
  return y;
}

void binary_into(kernels::BinaryOp f, const Tensor& y, Operand b, Scalar alpha) {
  evaluate(f, y, y, b, alpha);
}

}  // namespace reel
