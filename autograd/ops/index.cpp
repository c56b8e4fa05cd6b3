// y = x[indices], as NumPy and PyTorch have it. Numbers, slices, None and "..." make a view;
// tensors then choose rows of that view by one index computed from all of them. Rules and
// gradients: docs/ops/index.md.

#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/ops/row_index.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

using indexing::TensorIndex;

indexing::TensorIndex::TensorIndex(const char* text) : kind_(Kind::kEllipsis) {
  REEL_CHECK(text && std::string(text) == "...", "index: the text \"", text ? text : "",
             "\" is no index; only \"...\" is.");
}

namespace {

// The view that the plain indices make, and the tensors that remain, by dimension of the view.
struct Parsed {
  Tensor view;
  Tensor tensors[kMaxDims];
  bool advanced = false;
};

int64_t dims_taken(const TensorIndex& i) {
  if (i.is_integer() || i.is_slice()) return 1;
  if (!i.is_tensor()) return 0;
  REEL_CHECK(i.tensor().defined(), "index: an index is an undefined tensor; it must be defined.");
  return i.tensor().dtype() == kBool ? i.tensor().dim() : 1;
}

// How many dimensions "..." stands for.
int64_t check_indices(const Tensor& x, const TensorIndex* indices, size_t n) {
  int64_t taken = 0, ellipses = 0;
  for (size_t i = 0; i < n; ++i) {
    taken += dims_taken(indices[i]);
    ellipses += indices[i].is_ellipsis();
  }
  REEL_CHECK(ellipses <= 1, "index: ", ellipses,
             " ellipses; at most one \"...\" can be filled in.");
  REEL_CHECK(taken <= x.dim(), "index: the indices name ", taken, " dimensions, the tensor ", x,
             " has ", x.dim(), "; they must not be more.");
  return x.dim() - taken;
}

void add_mask(Parsed& p, const Tensor& mask, int64_t dim) {
  for (int64_t d = 0; d < mask.dim(); ++d)
    REEL_CHECK(mask.size(d) == p.view.size(dim + d), "index: the mask ", mask,
               " does not fit the tensor ", p.view, " at dimension ", dim + d,
               "; the sizes must be equal.");
  const Tensor found = mask.nonzero();
  for (int64_t d = 0; d < mask.dim(); ++d) p.tensors[dim + d] = found.select(1, d);
}

Parsed parse(const Tensor& x, const TensorIndex* indices, size_t n) {
  const int64_t rest = check_indices(x, indices, n);
  Parsed p{x, {}, false};
  int64_t dim = 0;
  const auto truth = [&](bool value) {
    p.view = p.view.unsqueeze(dim);
    p.tensors[dim++] = zeros(value ? 1 : 0, kInt64);
    p.advanced = true;
  };
  for (size_t i = 0; i < n; ++i) {
    const TensorIndex& index = indices[i];
    switch (index.kind()) {
      case TensorIndex::Kind::kNone:
        p.view = p.view.unsqueeze(dim++);
        break;
      case TensorIndex::Kind::kEllipsis:
        dim += rest;
        break;
      case TensorIndex::Kind::kInteger:
        p.view = p.view.select(dim, index.integer());
        break;
      case TensorIndex::Kind::kBoolean:
        truth(index.boolean());
        break;
      case TensorIndex::Kind::kSlice: {
        const auto& s = index.slice();
        if (s.start() || s.stop() || s.step() != 1)
          p.view = p.view.slice(dim, s.start(), s.stop(), s.step());
        ++dim;
        break;
      }
      case TensorIndex::Kind::kTensor: {
        const Tensor& t = index.tensor();
        if (t.dtype() == kBool && t.dim() == 0) {
          truth(t.item<bool>());
        } else if (t.dtype() == kBool) {
          add_mask(p, t, dim);
          dim += t.dim();
          p.advanced = true;
        } else if (t.dim() == 0 && (t.dtype() == kInt64 || t.dtype() == kInt32)) {
          p.view = p.view.select(dim, t.item<int64_t>());
        } else {
          p.tensors[dim++] = t;
          p.advanced = true;
        }
      }
    }
  }
  return p;
}

// One index over the indexed dimensions together: equation 1. They stay where they are when they
// follow each other, and come first otherwise.
RowIndex combine(const Parsed& p) {
  const NoGradGuard no_grad;
  const auto ndim = static_cast<size_t>(p.view.dim());
  size_t first = ndim, last = 0, count = 0;
  Shape broadcast;
  for (size_t d = 0; d < ndim; ++d) {
    if (!p.tensors[d].defined()) continue;
    if (count++ == 0) first = d;
    last = d;
    broadcast = broadcast_shapes("index", broadcast, p.tensors[d].sizes());
  }
  RowIndex rows;
  if (last - first + 1 != count) {
    for (bool indexed : {true, false})
      for (size_t d = 0; d < ndim; ++d)
        if (p.tensors[d].defined() == indexed) rows.order.push_back(static_cast<int64_t>(d));
    first = 0;
  }
  rows.merged = {1, 1, 1};
  for (size_t i = 0; i < ndim; ++i) {
    const auto d = rows.order.empty() ? i : static_cast<size_t>(rows.order[i]);
    const int64_t size = p.view.sizes()[d];
    rows.x_sizes.push_back(size);
    rows.merged[i < first ? 0 : i < first + count ? 1 : 2] *= size;
    if (i == first)
      for (int64_t s : broadcast) rows.sizes.push_back(s);
    if (i < first || i >= first + count) rows.sizes.push_back(size);
    if (!p.tensors[d].defined()) continue;
    const Tensor one =
        checked_index("index", p.tensors[d], static_cast<int64_t>(d), size, true).expand(broadcast);
    rows.index = rows.index.defined() ? rows.index * size + one : one;
  }
  rows.index = rows.index.contiguous();
  return rows;
}

// The values in the shape of what is written, whose leading dimensions of size 1 they may have more
// of.
Tensor spread(const Tensor& values, IntArrayRef sizes) {
  Tensor v = values;
  while (v.sizes().size() > sizes.size() && v.size(0) == 1) v = v.select(0, 0);
  REEL_CHECK(
      v.sizes().size() <= sizes.size() && broadcast_shapes("index_put_", v.sizes(), sizes) == sizes,
      "index_put_: the values ", values, " do not broadcast to the indexed shape ", sizes, ".");
  return v.expand(sizes);
}

Tensor read(const Tensor& x, const TensorIndex* indices, size_t n) {
  const Parsed p = parse(x, indices, n);
  if (p.advanced) return read_rows(p.view, combine(p));
  return p.view.is_same(x) ? x.view(x.sizes()) : p.view;
}

void write(const Tensor& x, const TensorIndex* indices, size_t n, const Tensor& values,
           bool accumulate) {
  const Parsed p = parse(x, indices, n);
  check_in_place("index_put_", p.view, values);
  if (p.advanced) {
    const RowIndex rows = combine(p);
    write_rows("index_put_", p.view, rows, spread(values, rows.sizes), accumulate);
  } else if (accumulate) {
    p.view.add_(spread(values, p.view.sizes()));
  } else {
    p.view.copy_(spread(values, p.view.sizes()));
  }
}

}  // namespace

Tensor Tensor::index(IndexList indices) const {
  return read(*this, indices.begin(), indices.size());
}
Tensor Tensor::index(const IndexVector& indices) const {
  return read(*this, indices.data(), indices.size());
}
Tensor Tensor::operator[](const Tensor& index) const {
  const TensorIndex one(index);
  return read(*this, &one, 1);
}

const Tensor& Tensor::index_put_(IndexList indices, const Tensor& values, bool accumulate) const {
  write(*this, indices.begin(), indices.size(), values, accumulate);
  return *this;
}
const Tensor& Tensor::index_put_(const IndexVector& indices, const Tensor& values,
                                 bool accumulate) const {
  write(*this, indices.data(), indices.size(), values, accumulate);
  return *this;
}
const Tensor& Tensor::index_put_(IndexList indices, Scalar value) const {
  return index_put_(indices, full({}, value, dtype()));
}
const Tensor& Tensor::index_put_(const IndexVector& indices, Scalar value) const {
  return index_put_(indices, full({}, value, dtype()));
}

Tensor Tensor::index_put(IndexList indices, const Tensor& values, bool accumulate) const {
  return clone().index_put_(indices, values, accumulate);
}
Tensor Tensor::index_put(const IndexVector& indices, const Tensor& values, bool accumulate) const {
  return clone().index_put_(indices, values, accumulate);
}

Tensor Tensor::take(const Tensor& index) const {
  const Tensor flat = reshape(-1);
  const Tensor places = checked_index("take", index, 0, flat.numel(), true);
  return read_rows(flat, rows_along(flat, 0, places.reshape(-1))).reshape(index.sizes());
}

}  // namespace reel
