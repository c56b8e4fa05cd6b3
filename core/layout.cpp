#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

int64_t pixels_of(IntArrayRef sizes) {
  int64_t n = 1;
  for (size_t i = 2; i < sizes.size(); ++i) n *= sizes[i];
  return n;
}

// Whether both layouts are the same bytes.
bool layouts_coincide(IntArrayRef sizes) {
  return sizes.size() < 3 || sizes[1] <= 1 || pixels_of(sizes) <= 1 || numel_of(sizes) == 0;
}

}  // namespace

bool strides_match(IntArrayRef sizes, IntArrayRef strides, IntArrayRef wanted) {
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] != 1 && strides[i] != wanted[i]) return false;
  return true;
}

bool is_plain(const Tensor& x) {
  return !is_held(x) && (x.numel() == 0 || strides_match(x.sizes(), x.impl()->strides,
                                                         contiguous_strides(x.sizes())));
}

Shape physical_strides(const Tensor& x) {
  return is_held(x) ? channels_last_strides(x.sizes()) : x.impl()->strides;
}

bool is_channels_last(const Tensor& x) {
  if (is_held(x)) return true;
  const Shape& sizes = x.sizes();
  if (sizes.size() < 3) return false;
  return x.numel() == 0 || strides_match(sizes, x.impl()->strides, channels_last_strides(sizes));
}

Tensor empty_channels_last(IntArrayRef sizes, Dtype dtype) {
  Tensor y = empty(sizes, dtype);
  if (!layouts_coincide(sizes))
    y.impl()->storage->hold(sizes[0], sizes[1], pixels_of(sizes), size_of(dtype));
  return y;
}

Tensor to_channels_last(const Tensor& x) {
  if (is_channels_last(x)) return x;
  Tensor y = empty_channels_last(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

namespace {

Tensor to_plain(const Tensor& x) {
  if (is_plain(x)) return x;
  Tensor y = empty(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

}  // namespace

Tensor dense(const Tensor& x) { return is_dense(x) ? x : to_plain(x); }

Tensor laid_out_like(const Tensor& x, const Tensor& pattern) {
  return is_plain(pattern) ? to_plain(x) : to_channels_last(x);
}

Tensor empty_like_layout(const Tensor& x, Dtype dtype) {
  // Only element sizes that the held layout knows how to present.
  if (size_of(dtype) >= 4 && is_channels_last(x)) return empty_channels_last(x.sizes(), dtype);
  return empty(x.sizes(), dtype);
}

Tensor alias(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  x.impl()->present();
  Tensor y(make_ref<TensorImpl>(x.impl()->storage, sizes, strides, offset, x.dtype()));
  y.impl()->recorded_writes = x.impl()->recorded_writes;
  return y;
}

}  // namespace reel
