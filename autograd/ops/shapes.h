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
inline Tensor unflatten(const Tensor& x, int64_t dim, IntArrayRef sizes) {
  return x.unflatten(dim, sizes);
}
inline Tensor movedim(const Tensor& x, int64_t source, int64_t destination) {
  return x.movedim(source, destination);
}
inline Tensor movedim(const Tensor& x, IntArrayRef source, IntArrayRef destination) {
  return x.movedim(source, destination);
}
inline Tensor swapaxes(const Tensor& x, int64_t dim0, int64_t dim1) {
  return x.transpose(dim0, dim1);
}
inline Tensor broadcast_to(const Tensor& x, IntArrayRef sizes) { return x.expand(sizes); }
inline Tensor ravel(const Tensor& x) { return x.ravel(); }
inline Tensor t(const Tensor& x) { return x.t(); }
/// Views of n vectors, each along a dimension of its own of the grid that they span; with "xy" the
/// first two are exchanged. Throws: ArgumentError unless each has at most one dimension.
TensorList meshgrid(const TensorList& vectors, const std::string& indexing = "ij");

// --- autograd/ops/copy.cpp: methods of Tensor ---

inline Tensor clone(const Tensor& x) { return x.clone(); }
inline Tensor detach(const Tensor& x) { return x.detach(); }

// --- autograd/ops/slice.cpp: methods of Tensor ---

inline Tensor select(const Tensor& x, int64_t dim, int64_t index) { return x.select(dim, index); }
inline Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  return x.narrow(dim, start, length);
}

// --- autograd/ops/split.cpp: methods of Tensor ---

/// Parts of `split_size` entries of a dimension, the last one of what is left. Views, which are not
/// written in place while recording.
inline TensorList split(const Tensor& x, int64_t split_size, int64_t dim = 0) {
  return x.split(split_size, dim);
}
inline TensorList split(const Tensor& x, IntArrayRef split_sizes, int64_t dim = 0) {
  return x.split(split_sizes, dim);
}
/// At most so many parts of equal size, but for the last.
inline TensorList chunk(const Tensor& x, int64_t chunks, int64_t dim = 0) {
  return x.chunk(chunks, dim);
}
inline TensorList unbind(const Tensor& x, int64_t dim = 0) { return x.unbind(dim); }

// --- autograd/ops/diagonal.cpp, with methods of Tensor ---

inline Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) {
  return x.diagonal(offset, dim1, dim2);
}
/// The diagonal of a matrix, copied, or the matrix of zeros with that diagonal.
Tensor diag(const Tensor& x, int64_t diagonal = 0);
/// Matrices of zeros in dimensions dim1 and dim2 with the last dimension of x as their diagonals.
Tensor diag_embed(const Tensor& x, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);

// --- autograd/ops/flip.cpp, repeat.cpp, tril.cpp, cumsum.cpp: methods of Tensor ---

inline Tensor flip(const Tensor& x, IntArrayRef dims) { return x.flip(dims); }
inline Tensor roll(const Tensor& x, IntArrayRef shifts, IntArrayRef dims = {}) {
  return x.roll(shifts, dims);
}
inline Tensor tile(const Tensor& x, IntArrayRef dims) { return x.tile(dims); }
inline Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim = {}) {
  return x.repeat_interleave(repeats, dim);
}
inline Tensor repeat_interleave(const Tensor& x, const Tensor& repeats,
                                std::optional<int64_t> dim = {}) {
  return x.repeat_interleave(repeats, dim);
}
inline Tensor tril(const Tensor& x, int64_t diagonal = 0) { return x.tril(diagonal); }
inline Tensor triu(const Tensor& x, int64_t diagonal = 0) { return x.triu(diagonal); }
inline Tensor cumsum(const Tensor& x, int64_t dim) { return x.cumsum(dim); }
inline Tensor cumprod(const Tensor& x, int64_t dim) { return x.cumprod(dim); }

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
inline Tensor concat(const TensorList& tensors, int64_t dim = 0) { return cat(tensors, dim); }
/// The tensors side by side along a new dimension. Shapes: equal.
Tensor stack(const TensorList& tensors, int64_t dim = 0);
/// The columns of all side by side: along dimension 1, of vectors along 0.
Tensor hstack(const TensorList& tensors);
/// The rows of all below each other, a vector being one row.
Tensor vstack(const TensorList& tensors);

// --- autograd/ops/pad.cpp ---

/// x with pads[0] elements before and pads[1] after its last dimension, pads[2] and pads[3] around
/// the one before it, and so on; negative ones crop. `value` is what kConstant fills in. Shapes: x
/// of any dimensions for kConstant, (N, C, spatial) or (C, spatial) with all spatial ones padded
/// for the others. Throws: ArgumentError unless kReflect pads by less than a size, kCircular by no
/// more.
Tensor pad(const Tensor& x, IntArrayRef pads, PaddingMode mode = kConstant, Scalar value = 0);

}  // namespace reel
