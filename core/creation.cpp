#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

Tensor empty(IntArrayRef sizes, TensorOptions options) {
  const auto bytes = static_cast<size_t>(numel_of(sizes)) * size_of(options.dtype());
  Tensor x(make_ref<TensorImpl>(make_ref<Storage>(bytes), sizes, contiguous_strides(sizes), 0,
                                options.dtype()));
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

Tensor full(IntArrayRef sizes, Scalar value, TensorOptions options) {
  Tensor x = empty(sizes, options.dtype());
  x.fill_(value);
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

Tensor zeros(IntArrayRef sizes, TensorOptions options) { return full(sizes, 0, options); }
Tensor ones(IntArrayRef sizes, TensorOptions options) { return full(sizes, 1, options); }

Tensor empty_like(const Tensor& x) { return empty_like_layout(x, x.dtype()); }

Tensor full_like(const Tensor& x, Scalar value) {
  Tensor y = empty_like(x);
  y.fill_(value);
  return y;
}

Tensor zeros_like(const Tensor& x) { return full_like(x, 0); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }

}  // namespace reel
