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

// dx from what is laid out as it is.
void evaluate_backward(PointwiseOp f, const Tensor& dy, const Tensor& saved, const Tensor& dx,
                       double a, double b) {
  visit_floating(dx.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Pointwise<T>>().backward[static_cast<size_t>(f)](
        dx.numel(), static_cast<T>(a), static_cast<T>(b), physical_data<T>(dy),
        physical_data<T>(saved), physical_data<T>(dx));
  });
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

Tensor elementary(kernels::ElementaryOp f, const Tensor& x) {
  Tensor y = empty_like_layout(x, x.dtype());
  const bool in_place = !is_dense(x);
  if (in_place) copy_values(x, y);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::Elementary<T>>().forward[static_cast<size_t>(f)](
        y.numel(), physical_data<T>(in_place ? y : x), physical_data<T>(y));
  });
  return y;
}

void pointwise_into(PointwiseOp f, const Tensor& x, double a, double b) {
  if (is_dense(x))
    evaluate(f, x, x, a, b);
  else
    copy_values(pointwise(f, x, a, b), x);
}

Tensor pointwise_backward(PointwiseOp f, Tensor dy, const Tensor& saved, double a, double b) {
  const Tensor& like = saved.defined() ? saved : dy;
  if (is_sole(dy) && is_dense(like) && lie_alike(dy, like)) {
    evaluate_backward(f, dy, like, dy, a, b);
    return dy;
  }
  Tensor dx = empty_like_layout(like, dy.dtype());
  evaluate_backward(f, laid_out_like(dy, dx), laid_out_like(like, dx), dx, a, b);
  return dx;
}

}  // namespace reel
