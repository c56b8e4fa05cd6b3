// y = x summed over the dimensions that broadcasting stretches from `sizes` to the shape of x
// dx = dy stretched to the shape of x

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/reduction.h>

namespace reel {

namespace {

void check_sum_to_size(const Tensor& x, IntArrayRef sizes) {
  REEL_CHECK(broadcast_shapes("sum_to_size", x.sizes(), sizes) == x.sizes(), "sum_to_size: size ",
             sizes, " does not broadcast to the input's shape ", x,
             "; every size must be the input's or 1.");
}

// The dimensions in which sizes differ, or that `sizes` does not have.
Shape stretched_dims(IntArrayRef from, IntArrayRef sizes) {
  const size_t lead = from.size() - sizes.size();
  Shape dims;
  for (size_t d = 0; d < from.size(); ++d)
    if (d < lead || sizes[d - lead] != from[d]) dims.push_back(static_cast<int64_t>(d));
  return dims;
}

struct SumToSizeBackward final : NodeOf<SumToSizeBackward> {
  static constexpr const char* kName = "sum_to_size";
  Shape sizes;

  void backward(BackwardCall& call) override {
    const Tensor& g = call.grad_output();
    call.set_grad_input(0, g.expand(sizes));
  }
  void release_saved() override {}
};

}  // namespace

Tensor sum_to_size(const Tensor& x, IntArrayRef sizes) {
  if (x.sizes() == sizes) return x;
  const OperationScope scope(SumToSizeBackward::kName);
  check_sum_to_size(x, sizes);
  const ReducedDims dims = reduced_dims("sum_to_size", x.sizes(), stretched_dims(x.sizes(), sizes));
  const Tensor y = reduce_sum(x, dims, true).view(sizes);
  if (auto* node = record<SumToSizeBackward>(y, x)) node->sizes = x.sizes();
  return y;
}

}  // namespace reel
