#pragma once
// Elements by their positions: reading, writing, order.

#include <reel/core/indexing.h>
#include <reel/core/tensor.h>

namespace reel {

// --- autograd/ops/index.cpp, with index and index_put_ of Tensor; docs/ops/index.md ---

/// Elements of x by their positions in row-major order, in the shape of `index`.
inline Tensor take(const Tensor& x, const Tensor& index) { return x.take(index); }

// --- autograd/ops/index_select.cpp: methods of Tensor ---

/// Entries index[0], index[1], ... of dimension `dim`. Shapes: index (K) of int64 or int32.
/// Throws: ArgumentError when an index is out of range.
inline Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index) {
  return x.index_select(dim, index);
}
/// x with alpha times the entries of `source` added to entries index[0], index[1], ...
inline Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source,
                        Scalar alpha = 1) {
  return x.index_add(dim, index, source, alpha);
}
inline Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  return x.index_copy(dim, index, source);
}
inline Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, Scalar value) {
  return x.index_fill(dim, index, value);
}

// --- autograd/ops/gather.cpp: methods of Tensor ---

/// y[i][j] = x[index[i][j]][j] for dim = 0, and so on. Shapes: index as x, but any size in `dim`
/// and no larger ones elsewhere; y as index. Throws: ArgumentError when an index is out of range.
inline Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  return x.gather(dim, index);
}
inline Tensor take_along_dim(const Tensor& x, const Tensor& indices,
                             std::optional<int64_t> dim = {}) {
  return x.take_along_dim(indices, dim);
}
/// x with x[index[i][j]][j] = src[i][j] for dim = 0, and so on; scatter_add: += in the order of i.
inline Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return x.scatter(dim, index, src);
}
inline Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, Scalar value) {
  return x.scatter(dim, index, value);
}
inline Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return x.scatter_add(dim, index, src);
}

// --- autograd/ops/masked_select.cpp: methods of Tensor ---

/// The elements where the mask, broadcast, is true, in row-major order.
inline Tensor masked_select(const Tensor& x, const Tensor& mask) { return x.masked_select(mask); }
/// x with the elements where the mask is true replaced by those of `source`, in order.
inline Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  return x.masked_scatter(mask, source);
}
inline Tensor nonzero(const Tensor& x) { return x.nonzero(); }

// --- autograd/ops/sort.cpp: methods of Tensor ---

inline std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.sort(dim, descending);
}
inline Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false) {
  return x.argsort(dim, descending);
}
/// The k largest or smallest of each line, in order whatever `sorted` says.
inline std::tuple<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim = -1,
                                       bool largest = true, bool sorted = true) {
  return x.topk(k, dim, largest, sorted);
}
inline std::tuple<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim = -1,
                                           bool keepdim = false) {
  return x.kthvalue(k, dim, keepdim);
}

// --- autograd/ops/embedding.cpp ---

/// Rows of the weight: y[...] = weight[indices[...]]. Row `padding_idx` takes no gradient (-1:
/// all do); scale_grad_by_freq divides a row's gradient by how often it was taken. Shapes: weight
/// (V, D), indices of any shape, y (indices..., D). Throws: ArgumentError for indices out of range.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1,
                 bool scale_grad_by_freq = false);
/// Scales the rows that `indices` name so that their norms are at most max_norm, in place.
const Tensor& embedding_renorm_(const Tensor& weight, const Tensor& indices, double max_norm,
                                double norm_type);
/// 1 at the class and 0 elsewhere, int64; -1: as many classes as the largest needs. Shapes: x of
/// any shape, y (x..., num_classes).
Tensor one_hot(const Tensor& x, int64_t num_classes = -1);

}  // namespace reel
