// y[..., k] = x[..., k, ..., k + offset, ...], and windows of a dimension: views whose elements
// step through two dimensions at once. docs/ops/diagonal.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

struct DiagonalGeometry {
  int64_t offset, dim1, dim2;
};

struct DiagonalView {
  Shape sizes, strides;
  int64_t offset;
};

DiagonalGeometry check_diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t a = wrap_dim("diagonal", dim1, x.dim()), b = wrap_dim("diagonal", dim2, x.dim());
  REEL_CHECK(a != b, "diagonal: dim1 and dim2 are both dimension ", a, " of the tensor ", x,
             "; they must differ.");
  return {offset, a, b};
}

DiagonalView part_of(const Tensor& x, const DiagonalGeometry& g) {
  const auto a = static_cast<size_t>(g.dim1), b = static_cast<size_t>(g.dim2);
  const Shape &sizes = x.sizes(), &strides = x.strides();
  DiagonalView part{{}, {}, x.storage_offset()};
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (d == a || d == b) continue;
    part.sizes.push_back(sizes[d]);
    part.strides.push_back(strides[d]);
  }
  const int64_t rows = g.offset < 0 ? sizes[a] + g.offset : sizes[a];
  const int64_t columns = g.offset > 0 ? sizes[b] - g.offset : sizes[b];
  const int64_t n = rows < columns ? rows : columns;
  part.sizes.push_back(n > 0 ? n : 0);
  part.strides.push_back(strides[a] + strides[b]);
  if (n > 0) part.offset += g.offset < 0 ? -g.offset * strides[a] : g.offset * strides[b];
  return part;
}

// Zeros of `sizes` but for the diagonal: the adjoint of taking it.
Tensor embed(const Tensor& diagonal, IntArrayRef sizes, const DiagonalGeometry& g);

struct DiagonalEmbedBackward final : NodeOf<DiagonalEmbedBackward> {
  static constexpr const char* kName = "diagonal_scatter";
  DiagonalGeometry g;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().diagonal(g.offset, g.dim1, g.dim2));
  }
  void release_saved() override {}
};

struct DiagonalBackward final : NodeOf<DiagonalBackward> {
  static constexpr const char* kName = "diagonal";
  Shape sizes;
  DiagonalGeometry g;

  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, embed(call.grad_output(), sizes, g));
  }
  void release_saved() override {}
};

Tensor embed(const Tensor& diagonal, IntArrayRef sizes, const DiagonalGeometry& g) {
  const OperationScope scope(DiagonalEmbedBackward::kName);
  const Tensor y = zeros(sizes, diagonal.dtype());
  const DiagonalView there = part_of(y, g);
  copy_values(diagonal, alias(y, there.sizes, there.strides, there.offset));
  if (auto* node = record<DiagonalEmbedBackward>(y, diagonal)) node->g = g;
  return y;
}

// Windows start `step` apart; where they overlap the gradients add up.
struct SlidingBackward final : NodeOf<SlidingBackward> {
  static constexpr const char* kName = "unfold";
  Shape sizes;
  int64_t dim, size, step;

  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    const Tensor& dy = call.grad_output();
    const int64_t windows = dy.size(dim);
    const Tensor starts = arange(windows, kInt64) * step;
    const Tensor places = starts.unsqueeze(1) + arange(size, kInt64);
    const Tensor rows = dy.movedim(-1, dim + 1).flatten(dim, dim + 1);
    call.set_grad_input(0, zeros(sizes, dy.dtype()).index_add_(dim, places.reshape(-1), rows));
  }
  void release_saved() override {}
};

}  // namespace

Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  const OperationScope scope(DiagonalBackward::kName);
  const DiagonalGeometry g = check_diagonal(*this, offset, dim1, dim2);
  const DiagonalView part = part_of(*this, g);
  const Tensor y = view_of(*this, part.sizes, part.strides, part.offset);
  if (auto* node = record<DiagonalBackward>(y, *this)) {
    node->sizes = sizes();
    node->g = g;
  }
  return y;
}

Tensor Tensor::unfold(int64_t dim, int64_t size, int64_t step) const {
  const OperationScope scope(SlidingBackward::kName);
  const auto d = static_cast<size_t>(wrap_dim("unfold", dim, this->dim()));
  REEL_CHECK(this->dim() > 0, "unfold: the tensor has no dimensions; it needs one to step along.");
  REEL_CHECK(size >= 0 && size <= sizes()[d] && step > 0, "unfold: windows of ", size, ", ", step,
             " apart, of dimension ", d, " of the tensor ", *this, "; they must fit its ",
             sizes()[d], " entries and be 1 or more apart.");
  Shape out = sizes(), steps = strides();
  const int64_t stride = steps[d];
  out[d] = (out[d] - size) / step + 1;
  steps[d] = stride * step;
  out.push_back(size);
  steps.push_back(stride);
  const Tensor y = view_of(*this, out, steps, storage_offset());
  if (auto* node = record<SlidingBackward>(y, *this)) {
    node->sizes = sizes();
    node->dim = static_cast<int64_t>(d);
    node->size = size;
    node->step = step;
  }
  return y;
}

Tensor diag(const Tensor& x, int64_t diagonal) {
  REEL_CHECK(x.dim() == 1 || x.dim() == 2, "diag: the tensor ", x, " has ", x.dim(),
             " dimensions; it must have 1 or 2. [use diagonal or diag_embed]");
  return x.dim() == 2 ? x.diagonal(diagonal).clone() : diag_embed(x, diagonal);
}

Tensor diag_embed(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  REEL_CHECK(x.dim() > 0,
             "diag_embed: the tensor has no dimensions; it needs one for the diagonal.");
  const int64_t n = x.size(-1) + (offset < 0 ? -offset : offset), ndim = x.dim() + 1;
  const DiagonalGeometry g{offset, wrap_dim("diag_embed", dim1, ndim),
                           wrap_dim("diag_embed", dim2, ndim)};
  REEL_CHECK(g.dim1 != g.dim2, "diag_embed: dim1 and dim2 are both dimension ", g.dim1,
             "; they must differ.");
  Shape sizes;
  size_t next = 0;
  for (int64_t d = 0; d < ndim; ++d)
    sizes.push_back(d == g.dim1 || d == g.dim2 ? n : x.sizes()[next++]);
  return embed(x, sizes, g);
}

}  // namespace reel
