// y = the largest (smallest) element over the reduced dimensions; with one dimension also where.
// dx = dy at the element with the index, or shared evenly by all equal to y where no index is
// given.

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/reduction.h>

#include <cstring>

namespace reel {

namespace {

ReducedDims check_extreme(const char* op, const Tensor& x, IntArrayRef dims) {
  const ReducedDims d = reduced_dims(op, x.sizes(), dims);
  REEL_CHECK(d.count > 0 || numel_of(d.kept) == 0, op, ": the input ", x,
             " has no element to choose from along the reduced dimensions; it must have one.");
  return d;
}

template <Extreme kWhich>
struct SharedBackward final : NodeOf<SharedBackward<kWhich>> {
  static constexpr const char* kName = kWhich == Extreme::kMax ? "amax" : "amin";
  Shape kept, dims;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), chosen = call.unpack(y, "output").reshape(kept);
    // A NaN is chosen wherever there is one, though it equals nothing.
    const Tensor share = input.eq(chosen).logical_or(input.isnan()).to(input.dtype());
    const Tensor each = call.grad_output().reshape(kept) / share.sum(dims, true);
    call.set_grad_input(0, share * each);
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

template <Extreme kWhich>
struct IndexedBackward final : NodeOf<IndexedBackward<kWhich>> {
  static constexpr const char* kName = kWhich == Extreme::kMax ? "max" : "min";
  Shape sizes, kept;
  int64_t dim;
  Tensor indices;

  void backward(BackwardCall& call) override {
    Shape along = Shape::filled(sizes.size(), 1);
    const auto at = static_cast<size_t>(dim);
    if (!along.empty()) along[at] = sizes[at];
    const Tensor position = arange(along.empty() ? 1 : sizes[at], kInt64).reshape(along);
    const Tensor others = position.ne(indices.reshape(kept));
    call.set_grad_input(0, call.grad_output().reshape(kept).expand(sizes).masked_fill(others, 0));
  }
  void release_saved() override { indices = Tensor(); }
};

template <Extreme kWhich>
Tensor extreme(const char* op, const Tensor& x, IntArrayRef dims, bool keepdim) {
  const OperationScope scope(op);
  const ReducedDims d = check_extreme(op, x, dims);
  const Tensor y = reduce_extreme(kWhich, x, d, keepdim);
  if (auto* node = record<SharedBackward<kWhich>>(y, x)) {
    node->kept = d.kept;
    for (size_t i = 0; i < x.sizes().size(); ++i)
      if (d.reduced[i]) node->dims.push_back(static_cast<int64_t>(i));
    if (TracedOperation* t = traced(y)) t->integers("dims", node->dims);
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

template <Extreme kWhich>
std::tuple<Tensor, Tensor> indexed(const char* op, const Tensor& x, int64_t dim, bool keepdim) {
  const OperationScope scope(op);
  const ReducedDims d = check_extreme(op, x, dim);
  Tensor y;
  const Tensor indices = find_extreme(kWhich, x, d, keepdim, &y);
  if (auto* node = record<IndexedBackward<kWhich>>(y, x)) {
    node->sizes = x.sizes();
    node->kept = d.kept;
    node->dim = wrap_dim(op, dim, x.dim());
    if (TracedOperation* t = traced(y)) t->integers("dims", node->dim);
    node->indices = indices;
  }
  return {y, indices};
}

template <Extreme kWhich>
Tensor position(const char* op, const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  const OperationScope scope(op);
  if (dim) return find_extreme(kWhich, x, check_extreme(op, x, *dim), keepdim, nullptr);
  const NoGradGuard no_grad;
  const Tensor flat = x.reshape(x.numel());
  const Tensor index = find_extreme(kWhich, flat, check_extreme(op, flat, 0), false, nullptr);
  return keepdim ? index.reshape(Shape::filled(x.sizes().size(), 1)) : index;
}

// Whether an element is not zero, as bool.
Tensor truth(const Tensor& x) { return x.dtype() == kBool ? x : x.ne(0); }

// Whether any byte of it is `sought`. The C library looks at a vector of bytes at a time: 256,000
// in 3 us, a reduction in 206.
bool holds(const Tensor& truths, bool sought) {
  const Borrowed bytes = dense(truths);
  return std::memchr(physical_data<bool>(*bytes), sought, static_cast<size_t>(truths.numel()));
}

Tensor reduce_truth(Extreme which, const char* op, const Tensor& x, IntArrayRef dims,
                    bool keepdim) {
  const OperationScope scope(op);
  const ReducedDims d = reduced_dims(op, x.sizes(), dims);
  if (d.count == 0) return full(d.sizes(keepdim), which == Extreme::kMin, kBool);
  if (d.count == x.numel()) {
    const bool any = which == Extreme::kMax;
    return full(d.sizes(keepdim), holds(truth(x), any) == any, kBool);
  }
  return reduce_extreme(which, truth(x), d, keepdim);
}

}  // namespace

Tensor amax(const Tensor& x, IntArrayRef dims, bool keepdim) {
  return extreme<Extreme::kMax>("amax", x, dims, keepdim);
}
Tensor amin(const Tensor& x, IntArrayRef dims, bool keepdim) {
  return extreme<Extreme::kMin>("amin", x, dims, keepdim);
}
Tensor Tensor::max() const { return extreme<Extreme::kMax>("max", *this, {}, false); }
Tensor Tensor::min() const { return extreme<Extreme::kMin>("min", *this, {}, false); }

std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return indexed<Extreme::kMax>("max", *this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const {
  return indexed<Extreme::kMin>("min", *this, dim, keepdim);
}

Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return position<Extreme::kMax>("argmax", *this, dim, keepdim);
}
Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return position<Extreme::kMin>("argmin", *this, dim, keepdim);
}

Tensor Tensor::amax(IntArrayRef dims, bool keepdim) const {
  return reel::amax(*this, dims, keepdim);
}
Tensor Tensor::amin(IntArrayRef dims, bool keepdim) const {
  return reel::amin(*this, dims, keepdim);
}

Tensor Tensor::all() const { return reduce_truth(Extreme::kMin, "all", *this, {}, false); }
Tensor Tensor::any() const { return reduce_truth(Extreme::kMax, "any", *this, {}, false); }
Tensor Tensor::all(int64_t dim, bool keepdim) const {
  return reduce_truth(Extreme::kMin, "all", *this, dim, keepdim);
}
Tensor Tensor::any(int64_t dim, bool keepdim) const {
  return reduce_truth(Extreme::kMax, "any", *this, dim, keepdim);
}

}  // namespace reel
