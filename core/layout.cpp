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

Shape physical_strides(const Tensor& x) {
  return is_held(x) ? channels_last_strides(x.sizes()) : x.impl()->strides;
}

bool is_channels_last(const Tensor& x) {
  if (is_held(x)) return true;
  const Shape &sizes = x.sizes(), &strides = x.impl()->strides;
  if (sizes.size() < 3) return false;
  if (x.numel() == 0) return true;
  // The order in memory, innermost first: channels, the last spatial dimension, ..., the batch.
  int64_t step = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t d = i == 0 ? 1 : i + 1 == sizes.size() ? 0 : sizes.size() - i;
    if (sizes[d] != 1 && strides[d] != step) return false;
    step *= sizes[d];
  }
  return true;
}

Tensor empty_channels_last(IntArrayRef sizes, Dtype dtype) {
  Tensor y = empty(sizes, dtype);
  if (!layouts_coincide(sizes))
    y.impl()->storage->hold(sizes[0], sizes[1], pixels_of(sizes), size_of(dtype));
  return y;
}

namespace {

Tensor copied_to_channels_last(const Tensor& x) {
  Tensor y = empty_channels_last(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

Tensor copied_to_plain(const Tensor& x) {
  Tensor y = empty(x.sizes(), x.dtype());
  copy_values(x, y);
  return y;
}

}  // namespace

Borrowed to_channels_last(const Tensor& x) {
  return is_channels_last(x) ? Borrowed(x) : Borrowed(copied_to_channels_last(x));
}

Borrowed dense(const Tensor& x) { return is_dense(x) ? Borrowed(x) : Borrowed(copied_to_plain(x)); }

Borrowed contiguous(const Tensor& x) {
  if (x.defined()) x.impl()->present();
  return !x.defined() || is_plain(x) ? Borrowed(x) : Borrowed(x.contiguous());
}

Borrowed laid_out_like(const Tensor& x, const Tensor& pattern) {
  if (!is_plain(pattern)) return to_channels_last(x);
  return is_plain(x) ? Borrowed(x) : Borrowed(copied_to_plain(x));
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
