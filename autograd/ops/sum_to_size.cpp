// y = x summed over the dimensions that broadcasting stretches from `sizes` to the shape of x
// dx = dy stretched to the shape of x

#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/elementwise.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

void check_sum_to_size(const Tensor& x, IntArrayRef sizes) {
  REEL_CHECK(broadcast_shapes("sum_to_size", x.sizes(), sizes) == x.sizes(), "sum_to_size: size ",
             sizes, " does not broadcast to the input's shape ", x,
             "; every size must be the input's or 1.");
}

// Adds in double, in the order of x's memory, on one thread: no work is below every threshold.
Tensor sum_in_double(const Tensor& x, IntArrayRef sizes) {
  Tensor y = zeros(sizes, kFloat64);
  if (x.numel() == 0) return y;
  const kernels::LoopNest<2> nest = loop_nest<2>({x, y});
  visit_floating(x.dtype(), [&](auto zero) {
    const auto* from = physical_data<decltype(zero)>(x);
    double* to = physical_data<double>(y);
    const int64_t step_x = nest.stride[0][0], step_y = nest.stride[1][0];
    kernels::for_each_row(nest, -1, [=](int64_t n, const int64_t* at) {
      for (int64_t i = 0; i < n; ++i)
        to[at[1] + i * step_y] += static_cast<double>(from[at[0] + i * step_x]);
    });
  });
  return y;
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
  Tensor y = empty(sizes, x.dtype());
  copy_values(sum_in_double(x, sizes), y);
  if (auto* node = record<SumToSizeBackward>(y, x)) node->sizes = x.sizes();
  return y;
}

}  // namespace reel
