// Several views that together are the tensor; the gradient puts theirs together again.
// docs/ops/split.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>

namespace reel {

namespace {

// The gradients of parts, with zeros for those that none reached.
TensorList gradients(BackwardCall& call, const std::vector<Shape>& sizes, Dtype dtype) {
  TensorList parts;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const Tensor& g = call.grad_output(i);
    parts.push_back(g.defined() ? g : zeros(sizes[i], dtype));
  }
  return parts;
}

// Of parts that keep the dimension, or lack it.
template <bool kLacksDim>
struct PartsBackward final : NodeOf<PartsBackward<kLacksDim>> {
  static constexpr const char* kName = kLacksDim ? "unbind" : "split";
  int64_t dim;
  std::vector<Shape> sizes;
  Dtype dtype;

  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    const TensorList parts = gradients(call, sizes, dtype);
    call.set_grad_input(0, kLacksDim ? stack(parts, dim) : cat(parts, dim));
  }
  void release_saved() override {}
};
using SplitBackward = PartsBackward<false>;
using UnbindBackward = PartsBackward<true>;

int64_t check_split_dim(const char* op, const Tensor& x, int64_t dim) {
  REEL_CHECK(x.dim() > 0, op, ": the tensor has no dimensions; it needs one to be cut along.");
  return wrap_dim(op, dim, x.dim());
}

TensorList recorded_split(const Tensor& x, IntArrayRef lengths, int64_t dim) {
  const OperationScope scope(SplitBackward::kName);
  const auto d = static_cast<size_t>(dim);
  const Shape strides = x.strides();
  TensorList parts;
  std::vector<Shape> all_sizes;
  int64_t start = 0;
  for (int64_t length : lengths) {
    Shape sizes = x.sizes();
    sizes[d] = length;
    const int64_t offset = length > 0 ? start * strides[d] : 0;
    parts.push_back(
        view_of(x, sizes, strides, x.storage_offset() + offset, ViewKind::kOneOfSeveral));
    all_sizes.push_back(sizes);
    start += length;
  }
  if (parts.empty()) return parts;
  if (auto* node = record_list<SplitBackward>(parts, {x})) {
    node->dim = dim;
    node->sizes = std::move(all_sizes);
    node->dtype = x.dtype();
    if (TracedOperation* t = traced(parts[0])) t->integers("dim", dim);
  }
  return parts;
}

}  // namespace

TensorList Tensor::split_with_sizes(IntArrayRef split_sizes, int64_t dim) const {
  const int64_t d = check_split_dim("split", *this, dim);
  int64_t sum = 0;
  bool negative = false;
  for (int64_t length : split_sizes) {
    negative |= length < 0 || length > size(d);
    sum += negative ? 0 : length;
  }
  REEL_CHECK(!negative && sum == size(d), "split: the sizes ", split_sizes,
             " do not make up dimension ", d, " of the tensor ", *this, "; they must sum to ",
             size(d), ".");
  return recorded_split(*this, split_sizes, d);
}

TensorList Tensor::split(IntArrayRef split_sizes, int64_t dim) const {
  return split_with_sizes(split_sizes, dim);
}

TensorList Tensor::split(int64_t split_size, int64_t dim) const {
  const int64_t d = check_split_dim("split", *this, dim), n = size(d);
  REEL_CHECK(split_size > 0 || (split_size == 0 && n == 0), "split: split_size ", split_size,
             "; it must be 1 or more.");
  std::vector<int64_t> lengths;
  for (int64_t start = 0; start < n; start += lengths.back())
    lengths.push_back(n - start < split_size ? n - start : split_size);
  if (n == 0) lengths.push_back(0);
  return recorded_split(*this, lengths, d);
}

TensorList Tensor::chunk(int64_t chunks, int64_t dim) const {
  const int64_t d = check_split_dim("chunk", *this, dim), n = size(d);
  REEL_CHECK(chunks > 0, "chunk: ", chunks, " chunks; there must be 1 or more.");
  if (n == 0) return recorded_split(*this, std::vector<int64_t>(static_cast<size_t>(chunks), 0), d);
  return split((n - 1) / chunks + 1, d);
}

TensorList Tensor::unbind(int64_t dim) const {
  const OperationScope scope(UnbindBackward::kName);
  const int64_t d = check_split_dim("unbind", *this, dim), n = size(d);
  Shape sizes = this->sizes(), strides = this->strides();
  const int64_t step = strides[static_cast<size_t>(d)];
  sizes.erase(static_cast<size_t>(d));
  strides.erase(static_cast<size_t>(d));
  TensorList parts;
  for (int64_t i = 0; i < n; ++i)
    parts.push_back(
        view_of(*this, sizes, strides, storage_offset() + i * step, ViewKind::kOneOfSeveral));
  if (parts.empty()) return parts;
  if (auto* node = record_list<UnbindBackward>(parts, {*this})) {
    node->dim = d;
    node->sizes = std::vector<Shape>(static_cast<size_t>(n), sizes);
    node->dtype = dtype();
    if (TracedOperation* t = traced(parts[0])) t->integers("dim", d);
  }
  return parts;
}

}  // namespace reel
