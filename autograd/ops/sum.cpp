// y = sum of x over the reduced dimensions; the mean divides by their number n.
// dx = dy, or dy / n for the mean, stretched over what was reduced.

#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

struct SumBackward final : NodeOf<SumBackward> {
  static constexpr const char* kName = "sum";
  Shape sizes, kept;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, call.grad_output().reshape(kept).expand(sizes));
  }
  void release_saved() override {}
};

struct MeanBackward final : NodeOf<MeanBackward> {
  static constexpr const char* kName = "mean";
  Shape sizes, kept;
  int64_t count;

  void backward(BackwardCall& call) override {
    call.set_grad_input(0, (call.grad_output() / count).reshape(kept).expand(sizes));
  }
  void release_saved() override {}
};

}  // namespace

Tensor Tensor::sum(IntArrayRef dims, bool keepdim, Dtype dtype) const {
  return to(dtype).sum(dims, keepdim);
}
Tensor Tensor::mean(IntArrayRef dims, bool keepdim, Dtype dtype) const {
  return to(dtype).mean(dims, keepdim);
}

Tensor Tensor::sum() const { return sum(IntArrayRef()); }
Tensor Tensor::mean() const { return mean(IntArrayRef()); }

Tensor Tensor::sum(IntArrayRef dims, bool keepdim) const {
  const OperationScope scope(SumBackward::kName);
  const ReducedDims d = reduced_dims("sum", sizes(), dims);
  const Tensor y = reduce_sum(*this, d, keepdim);
  if (auto* node = record<SumBackward>(y, *this)) {
    node->sizes = sizes();
    node->kept = d.kept;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims_of(d, dim()));
  }
  return y;
}

Tensor Tensor::mean(IntArrayRef dims, bool keepdim) const {
  const OperationScope scope(MeanBackward::kName);
  REEL_CHECK(is_floating_point(), "mean: the input is ", dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  const ReducedDims d = reduced_dims("mean", sizes(), dims);
  const Tensor y = reduce_sum(*this, d, keepdim, static_cast<double>(d.count));
  if (auto* node = record<MeanBackward>(y, *this)) {
    node->sizes = sizes();
    node->kept = d.kept;
    node->count = d.count;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims_of(d, dim()));
  }
  return y;
}

Tensor Tensor::nansum(IntArrayRef dims, bool keepdim) const {
  return masked_fill(isnan(), 0).sum(dims, keepdim);
}
Tensor Tensor::nanmean(IntArrayRef dims, bool keepdim) const {
  return nansum(dims, keepdim) / isnan().logical_not().sum(dims, keepdim);
}
Tensor Tensor::count_nonzero(IntArrayRef dims) const { return ne(0).sum(dims); }

}  // namespace reel
