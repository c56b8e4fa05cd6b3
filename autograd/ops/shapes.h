#pragma once
// Views, joins and borders.

#include <reel/autograd/padding.h>
#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/view.cpp: methods of Tensor ---

inline Tensor reshape(const Tensor& x, IntArrayRef sizes) { return x.reshape(sizes); }
inline Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1) {
  return x.flatten(start_dim, end_dim);
}
inline Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  return x.transpose(dim0, dim1);
}
inline Tensor permute(const Tensor& x, IntArrayRef dims) { return x.permute(dims); }
inline Tensor squeeze(const Tensor& x) { return x.squeeze(); }
inline Tensor squeeze(const Tensor& x, int64_t dim) { return x.squeeze(dim); }
inline Tensor unsqueeze(const Tensor& x, int64_t dim) { return x.unsqueeze(dim); }

// --- autograd/ops/slice.cpp: methods of Tensor ---

inline Tensor select(const Tensor& x, int64_t dim, int64_t index) { return x.select(dim, index); }
inline Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  return x.narrow(dim, start, length);
}

// --- autograd/ops/as_strided.cpp: a method of Tensor ---

inline Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                         std::optional<int64_t> offset = {}) {
  return x.as_strided(sizes, strides, offset);
}

// --- autograd/ops/cat.cpp ---

/// The tensors side by side along an existing dimension; the result has their common dtype. Shapes:
/// equal but for that dimension; those of shape [0] are left out. Throws: ArgumentError when they
/// are not, or there are none.
Tensor cat(const TensorList& tensors, int64_t dim = 0);
/// The tensors side by side along a new dimension. Shapes: equal.
Tensor stack(const TensorList& tensors, int64_t dim = 0);

// --- autograd/ops/pad.cpp ---

/// x with pads[0] elements before and pads[1] after its last dimension, pads[2] and pads[3] around
/// the one before it, and so on; negative ones crop. `value` is what kConstant fills in. Shapes: x
/// of any dimensions for kConstant, (N, C, spatial) or (C, spatial) with all spatial ones padded
/// for the others. Throws: ArgumentError unless kReflect pads by less than a size, kCircular by no
/// more.
Tensor pad(const Tensor& x, IntArrayRef pads, PaddingMode mode = kConstant, Scalar value = 0);

}  // namespace reel
