#pragma once
// Shape is logical, layout is physical.
//
// A tensor (N, C, spatial...) that a convolution wrote is *held* channels-last: in memory its
// channels lie side by side, while it presents itself as an ordinary contiguous tensor. Operations
// that know this read the physical strides and pass the layout on; whoever looks at the memory
// (data_ptr, accessor, strides, a view) converts it once, in place. The state belongs to the
// storage, so all handles agree; a held storage is only ever seen whole, because making a view of
// other sizes presents it first.

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
/// The same; null for an undefined tensor.
template <class T>
T* data_or_null(const Tensor& x) {
  return x.defined() ? physical_data<T>(x) : nullptr;
}

/// Whether nobody else has a handle to it or its memory.
inline bool is_sole(const Tensor& x) {
  return x.impl()->use_count() == 1 && x.impl()->storage->use_count() == 1;
}

/// Whether the memory is dense and row-major as it lies.
inline bool is_plain(const Tensor& x) { return x.impl()->row_major && !is_held(x); }

/// Whether a (N, C, spatial...) tensor's memory is dense with its channels side by side.
bool is_channels_last(const Tensor& x);

/// A tensor of somebody else's, who keeps it meanwhile, or one made for the occasion: for functions
/// that mostly find their argument as it should be. A second handle to that would be counted, and
/// counting takes as long as all else that a small operation does around its kernel.
class Borrowed {
 public:
  explicit Borrowed(const Tensor& theirs) : tensor_(&theirs) {}
  explicit Borrowed(Tensor&& made) : made_(std::move(made)), tensor_(&made_) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  operator const Tensor&() const { return *tensor_; }
  const Tensor& operator*() const { return *tensor_; }
  const Tensor* operator->() const { return tensor_; }

 private:
  Tensor made_;
  const Tensor* tensor_;
};

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
Borrowed to_channels_last(const Tensor& x);

/// `x` itself when its memory is dense in either order, else a contiguous copy, off the tape.
Borrowed dense(const Tensor& x);

/// x.contiguous(), which is recorded; an undefined `x` stays so.
Borrowed contiguous(const Tensor& x);

/// The values of `x` in memory that lies as that of the dense `pattern` does now; `x` itself when
/// its memory does. Off the tape.
Borrowed laid_out_like(const Tensor& x, const Tensor& pattern);

/// Uninitialised, shaped and laid out like `x` (held when x is channels-last, else contiguous).
Tensor empty_like_layout(const Tensor& x, Dtype dtype);

/// Makes a new handle to the storage of `x` with other sizes and strides; presents `x` first. Off
/// the tape.
Tensor alias(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, int64_t offset);

/// Writes the values of `source`, broadcast and converted, into `target` whatever their layouts.
/// Off the tape; does not count as a write.
void copy_values(const Tensor& source, const Tensor& target);

}  // namespace reel
