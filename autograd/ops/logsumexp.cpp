// y = log sum exp(x) over the reduced dimensions
// dx = dy exp(x - y): the share of each element in the sum.

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

struct LogSumExpBackward final : NodeOf<LogSumExpBackward> {
  static constexpr const char* kName = "logsumexp";
  Shape kept;
  SavedTensor x, y;

  void backward(BackwardCall& call) override {
    const Tensor total = call.unpack(y, "output").reshape(kept);
    const Tensor share = (call.unpack(x, "input") - total).exp();
    call.set_grad_input(0, share * call.grad_output().reshape(kept));
  }
  void release_saved() override {
    x.reset();
    y.reset();
  }
};

// The largest element; 0 instead of an infinity, whose difference to itself is not 0.
Tensor pivot_of(const Tensor& x, const ReducedDims& d) {
  const Tensor largest = reduce_extreme(Extreme::kMax, x, d, true);
  return largest.masked_fill(largest.isfinite().logical_not(), 0);
}

}  // namespace

Tensor Tensor::logsumexp(IntArrayRef dims, bool keepdim) const {
  return reel::logsumexp(*this, dims, keepdim);
}

Tensor logsumexp(const Tensor& x, IntArrayRef dims, bool keepdim) {
  const OperationScope scope(LogSumExpBackward::kName);
  REEL_CHECK(x.is_floating_point(), "logsumexp: the input is ", x.dtype(),
             "; it must be float32 or float64. [use to(kFloat32)]");
  const ReducedDims d = reduced_dims("logsumexp", x.sizes(), dims);
  const Tensor y = reduce_log_sum_exp(x, d, keepdim, pivot_of(x, d));
  if (auto* node = record<LogSumExpBackward>(y, x)) {
    node->kept = d.kept;
    if (TracedOperation* t = traced(y)) t->integers("dims", dims_of(d, x.dim()));
    node->x.save(x);
    node->y.save_output(y);
  }
  return y;
}

}  // namespace reel
