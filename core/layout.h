#pragma once
// Shape is logical, layout is physical.
//
// A tensor (N, C, spatial...) that a convolution wrote is *held* channels-last: in memory its
// channels lie side by side, while it presents itself as an ordinary contiguous tensor. Operations
// that know this read the physical strides and pass the layout on; whoever looks at the memory
// (data_ptr, accessor, strides, a view) converts it once, in place. The state belongs to the
// storage, so all handles agree; a held storage is only ever seen whole, because making a view
// presents it first.

#include <reel/core/tensor.h>

namespace reel {

/// Whether the memory is in the held channels-last layout now.
inline bool is_held(const Tensor& x) { return x.impl()->storage->is_held(); }

/// Strides of the memory as it lies, without converting it.
Shape physical_strides(const Tensor& x);

/// The first element of the memory as it lies, without converting it.
template <class T>
T* physical_data(const Tensor& x) {
  return static_cast<T*>(x.impl()->storage->data()) + x.impl()->offset;
}

/// Whether the strides are the wanted ones, but for dimensions of size 1, which take no step.
bool strides_match(IntArrayRef sizes, IntArrayRef strides, IntArrayRef wanted);

/// Whether the memory is dense and row-major as it lies.
bool is_plain(const Tensor& x);

/// Whether a (N, C, spatial...) tensor's memory is dense with its channels side by side.
bool is_channels_last(const Tensor& x);

/// Whether the memory is one block in either order.
inline bool is_dense(const Tensor& x) { return is_plain(x) || is_channels_last(x); }

/// Whether both are of one shape and dense in the same order, so that one loop walks them side by
/// side.
inline bool lie_alike(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() &&
         ((is_plain(a) && is_plain(b)) || (is_channels_last(a) && is_channels_last(b)));
}

/// Uninitialised (N, C, spatial...), held channels-last; plain where both layouts are the same
/// bytes.
Tensor empty_channels_last(IntArrayRef sizes, Dtype dtype);

/// `x` itself when its memory is channels-last, else a copy of its values in that layout, off the
/// tape.
Tensor to_channels_last(const Tensor& x);

/// `x` itself when its memory is dense in either order, else a contiguous copy, off the tape.
Tensor dense(const Tensor& x);

/// The values of `x` in memory that lies as that of the dense `pattern` does now; `x` itself when
/// its memory does. Off the tape.
Tensor laid_out_like(const Tensor& x, const Tensor& pattern);

/// Uninitialised, shaped and laid out like `x` (held when x is channels-last, else contiguous).
Tensor empty_like_layout(const Tensor& x, Dtype dtype);

/// Makes a new handle to the storage of `x` with other sizes and strides; presents `x` first. Off
/// the tape.
Tensor alias(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, int64_t offset);

/// Writes the values of `source`, broadcast and converted, into `target` whatever their layouts.
/// Off the tape; does not count as a write.
void copy_values(const Tensor& source, const Tensor& target);

}  // namespace reel
