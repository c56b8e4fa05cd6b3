#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>
#include <reel/core/pointwise.h>

namespace reel {

namespace {

using kernels::PointwiseOp;

// y = f(x) for y dense and laid out as x is.
void evaluate(PointwiseOp f, const Tensor& x, const Tensor& y, double a, double b) {
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Pointwise<T>>().forward[static_cast<size_t>(f)](
        y.numel(), static_cast<T>(a), static_cast<T>(b), physical_data<T>(x), physical_data<T>(y));
  });
}

bool is_sole(const Tensor& x) {
  return x.impl()->use_count() == 1 && x.impl()->storage->use_count() == 1;
}

}  // namespace

Tensor pointwise(PointwiseOp f, const Tensor& x, double a, double b) {
  Tensor y = empty_like_layout(x, x.dtype());
  if (is_dense(x)) {
    evaluate(f, x, y, a, b);
  } else {
    copy_values(x, y);
    evaluate(f, y, y, a, b);
  }
  return y;
}

void pointwise_into(PointwiseOp f, const Tensor& x, double a, double b) {
  if (is_dense(x))
    evaluate(f, x, x, a, b);
  else
    copy_values(pointwise(f, x, a, b), x);
}

Tensor pointwise_backward(PointwiseOp f, const Tensor& dy, const Tensor& saved, double a,
                          double b) {
  const Tensor& like = saved.defined() ? saved : dy;
  const bool reuse = is_sole(dy) && is_dense(like) && lie_alike(dy, like);
  const Tensor dx = reuse ? dy : empty_like_layout(like, dy.dtype());
  const Tensor from = laid_out_like(dy, dx), kept = laid_out_like(like, dx);
  visit_floating(dx.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Pointwise<T>>().backward[static_cast<size_t>(f)](
        dx.numel(), static_cast<T>(a), static_cast<T>(b), physical_data<T>(from),
        physical_data<T>(kept), physical_data<T>(dx));
  });
  return dx;
}

}  // namespace reel
