// y = x, in other memory, in another layout or as another dtype
// dx = dy, as x's dtype

#include <reel/autograd/ops.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/elementwise.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

struct CloneBackward final : NodeOf<CloneBackward> {
  static constexpr const char* kName = "clone";
  void backward(BackwardCall& call) override { call.set_grad_input(0, call.grad_output()); }
  void release_saved() override {}
};

struct ToBackward final : NodeOf<ToBackward> {
  static constexpr const char* kName = "to";
  Dtype dtype{};  // of the input
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().to(dtype));
  }
  void release_saved() override {}
};

// x <- source leaves nothing of what x was.
struct CopyBackward final : NodeOf<CopyBackward> {
  static constexpr const char* kName = "copy_";
  Shape source_sizes;
  Dtype source_dtype{};
  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    if (call.wanted(0)) call.set_grad_input(0, zeros_like(g));
    if (call.wanted(1)) call.set_grad_input(1, sum_to_size(g, source_sizes).to(source_dtype));
  }
  void release_saved() override {}
};

struct FillBackward final : NodeOf<FillBackward> {
  static constexpr const char* kName = "fill_";
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, zeros_like(call.grad_output()));
  }
  void release_saved() override {}
};

Tensor copied(const Tensor& x, Tensor y) {
  const OperationScope scope(CloneBackward::kName);
  copy_values(x, y);
  record<CloneBackward>(y, x);
  return y;
}

template <class T>
void fill_values(const Tensor& y, T value) {
  T* data = physical_data<T>(y);
  if (is_dense(y)) {
    parallel_for(y.numel(), y.numel() / 4, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = value;
    });
    return;
  }
  const kernels::LoopNest<1> nest = loop_nest<1>({y});
  const int64_t step = nest.stride[0][0];
  kernels::for_each_row(nest, nest.numel, [=](int64_t n, const int64_t* at) {
    for (int64_t i = 0; i < n; ++i) data[at[0] + i * step] = value;
  });
}

}  // namespace

Tensor Tensor::clone() const { return copied(*this, empty_like_layout(*this, dtype())); }

Tensor Tensor::contiguous(MemoryFormat format) const {
  if (format == MemoryFormat::kContiguous) {
    presented();
    return is_plain(*this) ? *this : copied(*this, empty(sizes(), dtype()));
  }
  REEL_CHECK(dim() >= 3,
             "contiguous: channels-last is an order of (N, C, ...) with 3 to 5 dimensions, the "
             "tensor ",
             *this, " has ", dim(), ".");
  if (!is_held(*this) && is_channels_last(*this)) return *this;
  const Tensor memory = empty(sizes(), dtype());
  return copied(*this, alias(memory, sizes(), channels_last_strides(sizes()), 0));
}

Tensor Tensor::to(Dtype wanted) const {
  if (wanted == dtype()) return *this;
  const OperationScope scope(ToBackward::kName);
  Tensor y = empty_like_layout(*this, wanted);
  copy_values(*this, y);
  if (!reel::is_floating_point(wanted)) return y;
  if (auto* node = record<ToBackward>(y, *this)) node->dtype = dtype();
  return y;
}

const Tensor& Tensor::copy_(const Tensor& source) const {
  const OperationScope scope(CopyBackward::kName);
  check_in_place("copy_", *this, source);
  REEL_CHECK(broadcast_shapes("copy_", sizes(), source.sizes()) == sizes(), "copy_: the source ",
             source, " does not broadcast to the tensor's shape ", *this, ".");
  const bool overlaps = source.impl()->storage == impl_->storage;
  copy_values(overlaps ? source.detach().clone() : source, *this);
  if (auto* node = record_in_place<CopyBackward>(*this, source)) {
    node->source_sizes = source.sizes();
    node->source_dtype = source.dtype();
  }
  return *this;
}

Tensor values_before(const Tensor& x) {
  return GradMode::is_enabled() && x.requires_grad() ? x.clone() : x;
}
Tensor values_before(const Tensor& x, const Tensor& other) {
  return GradMode::is_enabled() && other.requires_grad() ? x.clone() : values_before(x);
}

const Tensor& write_over(const char* op, const Tensor& x, const Tensor& y) {
  check_in_place(op, x);
  REEL_CHECK(can_cast(y.dtype(), x.dtype()), op, ": the result would be ", y.dtype(),
             ", the tensor written in place is ", x.dtype(),
             "; it can not hold that. [write out of place]");
  REEL_CHECK(y.sizes() == x.sizes(), op, ": the result has the shape ", y,
             ", the tensor written in place ", x, "; the shapes must be equal.");
  return x.copy_(y);
}

const Tensor& Tensor::fill_(Scalar value) const {
  const OperationScope scope(FillBackward::kName);
  check_in_place("fill_", *this);
  check_range("fill_", value, dtype());
  visit_stored(dtype(), [&](auto zero) { fill_values(*this, value.to<decltype(zero)>()); });
  record_in_place<FillBackward>(*this);
  return *this;
}

}  // namespace reel
