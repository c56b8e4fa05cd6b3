// Parts of a tensor along one dimension, as views. What lies outside the part does not reach the
// output: its gradient is zero, and that of the part is the incoming one. Equations:
// docs/ops/slice.md.

#include <reel/autograd/ops/shapes.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/autograd/view.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

// Elements start, start + step, ... of one dimension, `length` of them.
struct Range {
  int64_t dim, start, length, step;
};

int64_t check_dim(const char* op, const Tensor& x, int64_t dim) {
  REEL_CHECK(x.dim() > 0, op,
             ": the tensor has no dimensions; it needs one to take a part of. [use item()]");
  return wrap_dim(op, dim, x.dim());
}

Range check_select(const Tensor& x, int64_t dim, int64_t index) {
  const int64_t d = check_dim("select", x, dim), size = x.size(d);
  REEL_CHECK(index >= -size && index < size, "select: index ", index,
             " is out of range; dimension ", d, " of the tensor ", x, " has ", size,
             " entries, so it must be in [", -size, ", ", size, ").");
  return {d, index < 0 ? index + size : index, 1, 1};
}

// As in Python: negative bounds count from the end, bounds beyond it are cut, an empty part is
// allowed.
Range check_slice(const Tensor& x, int64_t dim, std::optional<int64_t> start,
                  std::optional<int64_t> end, int64_t step) {
  const int64_t d = check_dim("slice", x, dim), size = x.size(d);
  REEL_CHECK(step > 0, "slice: step ", step, "; it must be at least 1.");
  const auto bound = [size](int64_t i) {
    if (i < 0) i += size;
    return i < 0 ? 0 : i > size ? size : i;
  };
  const int64_t from = bound(start.value_or(0)), to = bound(end.value_or(size));
  return {d, from, to > from ? (to - from - 1) / step + 1 : 0, step};
}

Range check_narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  const int64_t d = check_dim("narrow", x, dim), size = x.size(d);
  const int64_t from = start < 0 ? start + size : start;
  REEL_CHECK(from >= 0 && from <= size && length >= 0 && length <= size - from, "narrow: start ",
             start, " and length ", length, " reach out of dimension ", d, " of the tensor ", x,
             "; the part must lie within its ", size, " entries.");
  return {d, from, length, 1};
}

struct Part {
  Shape sizes, strides;
  int64_t offset;
};

Part part_of(const Tensor& x, const Range& r) {
  const auto d = static_cast<size_t>(r.dim);
  Shape sizes = x.sizes(), strides = x.strides();
  // An empty part starts where the tensor does: its own start may lie behind the end of the memory.
  const int64_t offset = r.length > 0 ? r.start * strides[d] : 0;
  sizes[d] = r.length;
  if (r.length > 1) strides[d] *= r.step;
  return {sizes, strides, x.storage_offset() + offset};
}

Tensor sliced(const Tensor& x, const Range& range);

struct EmbedBackward final : NodeOf<EmbedBackward> {
  static constexpr const char* kName = "embed";
  Range range;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, sliced(call.grad_output(), range));
  }
  void release_saved() override {}
};

// Zeros of `sizes` but for the range, which is `part`: the adjoint of taking the part.
Tensor embed(const Tensor& part, IntArrayRef sizes, const Range& range) {
  const OperationScope scope(EmbedBackward::kName);
  Tensor y = zeros(sizes, part.dtype());
  const Part there = part_of(y, range);
  copy_values(part, alias(y, there.sizes, there.strides, there.offset));
  if (auto* node = record<EmbedBackward>(y, part)) node->range = range;
  return y;
}

struct SliceBackward final : NodeOf<SliceBackward> {
  static constexpr const char* kName = "slice";
  Shape sizes;
  Range range;

  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, embed(call.grad_output(), sizes, range));
  }
  void release_saved() override {}
};

struct SelectBackward final : NodeOf<SelectBackward> {
  static constexpr const char* kName = "select";
  Shape sizes;
  Range range;

  bool is_view() const override { return true; }
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, embed(call.grad_output().unsqueeze(range.dim), sizes, range));
  }
  void release_saved() override {}
};

Tensor sliced(const Tensor& x, const Range& range) {
  const OperationScope scope(SliceBackward::kName);
  const Part part = part_of(x, range);
  Tensor y = view_of(x, part.sizes, part.strides, part.offset);
  if (auto* node = record<SliceBackward>(y, x)) {
    node->sizes = x.sizes();
    node->range = range;
    if (TracedOperation* t = traced(y))
      t->integers("dim", range.dim).integers("start", range.start).integers("step", range.step);
  }
  return y;
}

}  // namespace

Tensor Tensor::select(int64_t dim, int64_t index) const {
  const OperationScope scope(SelectBackward::kName);
  const Range range = check_select(*this, dim, index);
  const auto d = static_cast<size_t>(range.dim);
  Shape sizes = this->sizes(), strides = this->strides();
  const int64_t offset = storage_offset() + range.start * strides[d];
  sizes.erase(d);
  strides.erase(d);
  Tensor y = view_of(*this, sizes, strides, offset);
  if (auto* node = record<SelectBackward>(y, *this)) {
    node->sizes = this->sizes();
    node->range = range;
    if (TracedOperation* t = traced(y))
      t->integers("dim", range.dim).integers("start", range.start);
  }
  return y;
}

Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step) const {
  return sliced(*this, check_slice(*this, dim, start, end, step));
}

Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  return sliced(*this, check_narrow(*this, dim, start, length));
}

}  // namespace reel
