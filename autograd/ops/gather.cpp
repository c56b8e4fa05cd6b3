// y[.., j, ..] = x[.., index[.., j, ..], ..] along one dimension, and its adjoint, which adds y
// into x at those places. Equations: docs/ops/gather.md.

#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/ops/row_index.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

// Where the elements of a tensor of the index's shape lie along dimension `dim` of another.
struct Places {
  int64_t dim;
  Tensor index;  // checked
};

Places check_gather(const char* op, const Tensor& x, int64_t dim, const Tensor& index) {
  const int64_t d = wrap_dim(op, dim, x.dim());
  const bool number = x.dim() == 0 || index.dim() == 0;
  REEL_CHECK(
      index.numel() == 0 || (number ? x.dim() <= 1 && index.dim() <= 1 : x.dim() == index.dim()),
      op, ": the index ", index, " has ", index.dim(), " dimensions, the tensor ", x, " ", x.dim(),
      "; there must be as many.");
  for (int64_t i = 0; i < index.dim() && index.numel() > 0 && !number; ++i)
    REEL_CHECK(i == d || index.size(i) <= x.size(i), op, ": the index ", index,
               " reaches out of dimension ", i, " of the tensor ", x,
               "; it may be larger only in dimension ", d, ".");
  return {d, checked_index(op, index, d, x.dim() == 0 ? 1 : x.size(d), false)};
}

// The part of `src` that the index covers.
Tensor check_src(const char* op, const Places& p, const Tensor& x, const Tensor& src) {
  REEL_CHECK(src.dtype() == x.dtype(), op, ": src is ", src.dtype(), ", the tensor ", x.dtype(),
             "; the dtypes must be equal. [use to(", x.dtype(), ")]");
  const Shape& sizes = p.index.sizes();
  if (src.sizes() == sizes) return src;
  bool fits = src.sizes().size() == sizes.size();
  for (size_t i = 0; fits && i < sizes.size(); ++i) fits = sizes[i] <= src.sizes()[i];
  if (src.numel() == 1 && p.index.numel() == 1) return src.reshape(sizes);
  REEL_CHECK(fits || p.index.numel() == 0, op, ": src ", src, " is smaller than the index ",
             p.index, "; it must have an element for each.");
  if (!fits) return zeros(sizes, src.dtype());
  Tensor part = src;
  for (size_t i = 0; i < sizes.size(); ++i)
    if (part.sizes()[i] > sizes[i]) part = part.narrow(static_cast<int64_t>(i), 0, sizes[i]);
  return part;
}

kernels::GatherGeometry geometry(const Tensor& x, const Places& p) {
  const Shape &sizes = p.index.sizes(), &strides = x.strides();
  const Shape dense = contiguous_strides(sizes);
  kernels::GatherGeometry g{};
  g.lines = g.length = 1;
  for (size_t d = sizes.size(); d-- > 0;) {
    const int64_t stride = d < strides.size() ? strides[d] : 0;
    if (static_cast<int64_t>(d) == p.dim) {
      g.length = sizes[d];
      g.x_step = stride;
      g.y_step = dense[d];
      continue;
    }
    g.size[g.ndim] = sizes[d];
    g.x_stride[g.ndim] = stride;
    g.y_stride[g.ndim++] = dense[d];
    g.lines *= sizes[d];
  }
  if (sizes.empty() && !strides.empty()) g.x_step = strides[0];
  if (g.ndim == 0) g.size[g.ndim++] = 1;
  return g;
}

// y that overlaps x is copied before x is written.
Tensor values_of(const Tensor& y, const Tensor& x) {
  const NoGradGuard no_grad;
  const Tensor values = y.detach();
  return y.impl()->storage == x.impl()->storage ? values.clone().contiguous() : values.contiguous();
}

void scatter_values(const Tensor& x, const Places& p, const Tensor& y, bool accumulate) {
  if (p.index.numel() == 0) return;
  const Tensor from = values_of(y, x);
  const kernels::GatherGeometry g = geometry(x, p);
  const int64_t* index = physical_data<int64_t>(p.index);
  if (!accumulate)
    return visit_bits(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::Gather<T>>().scatter(g, index, physical_data<T>(from),
                                                    physical_data<T>(x));
    });
  visit(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>)
      kernels::active<kernels::ScatterAdd<T>>().add(g, index, physical_data<T>(from),
                                                    physical_data<T>(x));
  });
}

Tensor gathered(const Tensor& x, const Places& p);
Tensor added_to_zeros(const Tensor& y, const Places& p, IntArrayRef sizes);

struct GatherBackward final : NodeOf<GatherBackward> {
  static constexpr const char* kName = "gather";
  Places places;
  Shape sizes;  // of x

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, added_to_zeros(call.grad_output(), places, sizes));
  }
  void release_saved() override { places.index = Tensor(); }
};

struct AdjointBackward final : NodeOf<AdjointBackward> {
  static constexpr const char* kName = "scatter_add";
  Places places;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, gathered(call.grad_output(), places));
  }
  void release_saved() override { places.index = Tensor(); }
};

Tensor gathered(const Tensor& x, const Places& p) {
  const OperationScope scope(GatherBackward::kName);
  const Tensor y = empty(p.index.sizes(), x.dtype());
  if (y.numel() > 0) {
    const kernels::GatherGeometry g = geometry(x, p);
    visit_bits(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      kernels::active<kernels::Gather<T>>().gather(g, physical_data<int64_t>(p.index),
                                                   physical_data<T>(x), physical_data<T>(y));
    });
  }
  if (auto* node = record<GatherBackward>(y, x)) {
    node->places = p;
    node->sizes = x.sizes();
  }
  return y;
}

Tensor added_to_zeros(const Tensor& y, const Places& p, IntArrayRef sizes) {
  const OperationScope scope(AdjointBackward::kName);
  const Tensor x = zeros(sizes, y.dtype());
  scatter_values(x, p, y, true);
  if (auto* node = record<AdjointBackward>(x, y)) node->places = p;
  return x;
}

void write(const char* op, const Tensor& x, const Places& p, const Tensor& y, bool accumulate);

struct ScatterBackward final : NodeOf<ScatterBackward> {
  static constexpr const char* kName = "scatter";
  Places places;
  bool accumulate = false;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    if (call.wanted(1)) call.set_grad_input(1, gathered(g, places));
    if (!call.wanted(0)) return;
    if (accumulate) return call.set_grad_input(0, g);
    const Tensor rest = g.clone();
    write("scatter", rest, places, zeros(places.index.sizes(), g.dtype()), false);
    call.set_grad_input(0, rest);
  }
  void release_saved() override { places.index = Tensor(); }
};

// Equations 3 and 4, recorded; y has the index's shape.
void write(const char* op, const Tensor& x, const Places& p, const Tensor& y, bool accumulate) {
  const OperationScope scope(op);
  scatter_values(x, p, y, accumulate);
  if (auto* node = record_in_place_as<ScatterBackward>(op, x, y)) {
    node->places = p;
    node->accumulate = accumulate;
  }
}

}  // namespace

Tensor Tensor::gather(int64_t dim, const Tensor& index) const {
  return gathered(*this, check_gather("gather", *this, dim, index));
}

Tensor Tensor::take_along_dim(const Tensor& indices, std::optional<int64_t> dim) const {
  if (!dim) return reshape(-1).gather(0, indices.reshape(-1));
  REEL_CHECK(indices.dim() == this->dim(), "take_along_dim: the indices ", indices, " have ",
             indices.dim(), " dimensions, the tensor ", *this, " ", this->dim(),
             "; there must be as many.");
  const auto d = static_cast<size_t>(wrap_dim("take_along_dim", *dim, this->dim()));
  Shape own = sizes(), theirs = indices.sizes();
  if (own.empty()) return gather(0, indices);
  own[d] = theirs[d] = 1;
  Shape wide = broadcast_shapes("take_along_dim", own, theirs), narrow = wide;
  wide[d] = size(*dim);
  narrow[d] = indices.size(*dim);
  return expand(wide).gather(*dim, indices.expand(narrow));
}

const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& src) const {
  check_in_place("scatter_", *this, src);
  const Places p = check_gather("scatter_", *this, dim, index);
  write("scatter_", *this, p, check_src("scatter_", p, *this, src), false);
  return *this;
}

const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, Scalar value) const {
  check_in_place("scatter_", *this);
  const Places p = check_gather("scatter_", *this, dim, index);
  write("scatter_", *this, p, full(index.sizes(), value, dtype()), false);
  return *this;
}

const Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const {
  check_in_place("scatter_add_", *this, src);
  REEL_CHECK(dtype() != kBool,
             "scatter_add_: the tensor is bool; there is no sum of truth values.");
  const Places p = check_gather("scatter_add_", *this, dim, index);
  write("scatter_add_", *this, p, check_src("scatter_add_", p, *this, src), true);
  return *this;
}

Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& src) const {
  return clone().scatter_(dim, index, src);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, Scalar value) const {
  return clone().scatter_(dim, index, value);
}
Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const {
  return clone().scatter_add_(dim, index, src);
}

}  // namespace reel
