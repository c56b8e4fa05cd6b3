// y = the inputs side by side along one dimension; each gets back its part of the gradient.
// docs/ops/cat.md has the equations, and why one copy serves both layouts.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>

#include <cstring>

namespace reel {

namespace {

struct CatGeometry {
  int64_t dim;
  Shape sizes;  // of the result
  Dtype dtype;
};

// Tensors of shape [0] are left out, whatever the others are.
bool is_nothing(const Tensor& x) { return x.dim() == 1 && x.numel() == 0; }

CatGeometry check_cat(const TensorList& inputs, int64_t dim) {
  REEL_CHECK(!inputs.empty(), "cat: no tensors were given; there must be at least one.");
  size_t first = 0;  // that sets the shape
  while (first + 1 < inputs.size() && is_nothing(inputs[first])) ++first;
  const Tensor& model = inputs[first];
  REEL_CHECK(model.dim() > 0, "cat: input ", first,
             " has no dimensions; it needs one to be joined along. [use stack]");
  CatGeometry g{wrap_dim("cat", dim, model.dim()), model.sizes(), model.dtype()};
  const auto d = static_cast<size_t>(g.dim);
  g.sizes[d] = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& x = inputs[i];
    g.dtype = promote(g.dtype, x.dtype());
    if (is_nothing(x)) continue;
    Shape expected = model.sizes();
    if (x.dim() == model.dim()) expected[d] = x.sizes()[d];
    REEL_CHECK(x.sizes() == expected, "cat: input ", i, " ", x, " does not fit input ", first, " ",
               model, "; all sizes but that of dimension ", g.dim, " must be equal.");
    REEL_CHECK(!__builtin_add_overflow(g.sizes[d], x.sizes()[d], &g.sizes[d]), "cat: input ", i,
               " ", x, " makes dimension ", g.dim, " too long; sizes must be below 2^63 in all.");
  }
  return g;
}

// Dense memory in the order in which it lies, cut at dimension `dim`: `count` rows of `bytes`, each
// with all that the dimension and those further in hold.
struct Rows {
  char* data;
  int64_t count, bytes;
};

char* physical_bytes(const Tensor& x) {
  const TensorImpl& impl = *x.impl();
  return static_cast<char*>(impl.storage->data()) +
         impl.offset * static_cast<int64_t>(x.itemsize());
}

Rows rows_of(const Tensor& x, int64_t dim, bool channels_last) {
  // Channels-last memory has dimension 1 innermost.
  const auto place = [&](int64_t d) { return channels_last && d == 1 ? x.dim() : d; };
  Rows r{physical_bytes(x), 1, static_cast<int64_t>(x.itemsize())};
  for (int64_t d = 0; d < x.dim(); ++d) (place(d) < place(dim) ? r.count : r.bytes) *= x.size(d);
  return r;
}

void copy_rows(int64_t count, int64_t bytes, const char* from, int64_t step_from, char* to,
               int64_t step_to) {
  parallel_for(count * bytes, count * bytes / 16, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin / bytes, at = begin % bytes; begin < end; ++row, at = 0) {
      const int64_t n = bytes - at < end - begin ? bytes - at : end - begin;
      std::memcpy(to + row * step_to + at, from + row * step_from + at, static_cast<size_t>(n));
      begin += n;
    }
  });
}

// Equation 2 for a channels-last gradient: the parts keep its layout, which views could not.
void split_channels_last(BackwardCall& call, int64_t dim, const std::vector<Shape>& sizes) {
  const Tensor& grad = call.grad_output();
  const Rows dy = rows_of(grad, dim, true);
  int64_t start = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i].size() == 1) continue;  // nothing came from an input of shape [0]
    const int64_t bytes = dy.bytes / grad.size(dim) * sizes[i][static_cast<size_t>(dim)];
    if (call.wanted(i)) {
      const Tensor dx = empty_channels_last(sizes[i], grad.dtype());
      copy_rows(dy.count, bytes, dy.data + start, dy.bytes, physical_bytes(dx), bytes);
      call.set_grad_input(i, dx);
    }
    start += bytes;
  }
}

struct CatBackward final : NodeOf<CatBackward> {
  static constexpr const char* kName = "cat";
  int64_t dim = 0;
  std::vector<Shape> sizes;  // of the inputs

  void backward(BackwardCall& call) override {
    const Tensor& dy = call.grad_output();
    if (!call.create_graph() && is_held(dy)) return split_channels_last(call, dim, sizes);
    int64_t start = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i].size() != dy.sizes().size()) continue;
      const int64_t length = sizes[i][static_cast<size_t>(dim)];
      if (call.wanted(i)) call.set_grad_input(i, dy.narrow(dim, start, length));
      start += length;
    }
  }
  void release_saved() override {}
};

}  // namespace

Tensor cat(const TensorList& tensors, int64_t dim) {
  const OperationScope scope(CatBackward::kName);
  const CatGeometry g = check_cat(tensors, dim);
  TensorList inputs = tensors;
  bool channels_last = size_of(g.dtype) >= 4 && g.sizes.size() >= 3, all_plain = true;
  for (Tensor& x : inputs) {
    x = x.to(g.dtype);
    if (is_nothing(x)) continue;
    channels_last = channels_last && is_channels_last(x);
    all_plain = all_plain && is_plain(x);
  }
  channels_last = channels_last && !all_plain;
  const Tensor y = channels_last ? empty_channels_last(g.sizes, g.dtype) : empty(g.sizes, g.dtype);
  const Rows whole = rows_of(y, g.dim, channels_last);
  int64_t start = 0, begin = 0;
  for (const Tensor& x : inputs) {
    if (is_nothing(x)) continue;
    const Rows part = rows_of(x, g.dim, channels_last);
    if (channels_last || is_plain(x))
      copy_rows(part.count, part.bytes, part.data, part.bytes, whole.data + start, whole.bytes);
    else
      copy_values(x, y.detach().narrow(g.dim, begin, x.size(g.dim)));
    start += part.bytes;
    begin += x.size(g.dim);
  }
  if (auto* node = record_list<CatBackward>({y}, inputs)) {
    node->dim = g.dim;
    for (const Tensor& x : inputs) node->sizes.push_back(x.sizes());
    if (TracedOperation* t = traced(y)) t->integers("dim", g.dim);
  }
  return y;
}

Tensor stack(const TensorList& tensors, int64_t dim) {
  REEL_CHECK(!tensors.empty(), "stack: no tensors were given; there must be at least one.");
  const int64_t d = wrap_dim("stack", dim, tensors[0].dim() + 1);
  TensorList parts;
  for (size_t i = 0; i < tensors.size(); ++i) {
    REEL_CHECK(tensors[i].sizes() == tensors[0].sizes(), "stack: input ", i, " ", tensors[i],
               " does not fit input 0 ", tensors[0], "; the shapes must be equal.");
    parts.push_back(tensors[i].unsqueeze(d));
  }
  return cat(parts, d);
}

Tensor hstack(const TensorList& tensors) {
  TensorList columns;
  for (const Tensor& x : tensors) columns.push_back(x.dim() == 0 ? x.reshape(1) : x);
  return cat(columns, columns.empty() || columns[0].dim() == 1 ? 0 : 1);
}

Tensor vstack(const TensorList& tensors) {
  TensorList rows;
  for (const Tensor& x : tensors) rows.push_back(x.dim() < 2 ? x.reshape({1, -1}) : x);
  return cat(rows, 0);
}

}  // namespace reel
