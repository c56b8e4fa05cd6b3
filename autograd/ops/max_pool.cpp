// y_o = max over the window of o of x; dx_i = sum of dy_o over the windows that i won.
// docs/ops/max_pool.md.

#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

// What was pooled: the sizes, and which place won each window.
struct MaxPoolWinners {
  kernels::PoolGeometry g;
  int D;
  Tensor taps;

  bool bytes() const { return taps.dtype() == kUInt8; }
};

// Calls f with the kernels for the element type and the type of the taps, and the taps.
template <class F>
void with_kernels(const MaxPoolWinners& w, Dtype dtype, F f) {
  visit_floating(dtype, [&](auto zero) {
    using T = decltype(zero);
    if (w.bytes())
      f(kernels::active<kernels::MaxPool<T, uint8_t>>(), zero, physical_data<uint8_t>(w.taps));
    else
      f(kernels::active<kernels::MaxPool<T, int32_t>>(), zero, physical_data<int32_t>(w.taps));
  });
}

Tensor max_pool_backward(const Tensor& dy, const MaxPoolWinners& winners);

// The derivative of max_pool_backward: y takes from x the places that won.
struct MaxPoolPickBackward final : NodeOf<MaxPoolPickBackward> {
  static constexpr const char* kName = "max_pool_pick";
  MaxPoolWinners winners;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, max_pool_backward(call.grad_output(), winners));
  }
  void release_saved() override { winners.taps = Tensor(); }
};

Tensor max_pool_pick(const Tensor& x, const MaxPoolWinners& winners) {
  const OperationScope scope(MaxPoolPickBackward::kName);
  const kernels::PoolGeometry& g = winners.g;
  const Borrowed in = to_channels_last(x);
  Tensor y = empty_channels_last(pooled_shape(g.N, g.C, g.out, winners.D), x.dtype());
  with_kernels(winners, x.dtype(), [&](const auto& kernels, auto zero, const auto* taps) {
    using T = decltype(zero);
    kernels.pick(g, physical_data<T>(in), taps, physical_data<T>(y));
  });
  if (auto* node = record<MaxPoolPickBackward>(y, x)) node->winners = winners;
  return y;
}

struct MaxPoolBackwardBackward final : NodeOf<MaxPoolBackwardBackward> {
  static constexpr const char* kName = "max_pool_backward";
  MaxPoolWinners winners;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, max_pool_pick(call.grad_output(), winners));
  }
  void release_saved() override { winners.taps = Tensor(); }
};

Tensor max_pool_backward(const Tensor& dy, const MaxPoolWinners& winners) {
  const OperationScope scope("max_pool_input_grad");
  const kernels::PoolGeometry& g = winners.g;
  const Borrowed out = to_channels_last(dy);
  Tensor dx = empty_channels_last(pooled_shape(g.N, g.C, g.in, winners.D), dy.dtype());
  with_kernels(winners, dy.dtype(), [&](const auto& kernels, auto zero, const auto* taps) {
    using T = decltype(zero);
    kernels.backward(g, physical_data<T>(out), taps, physical_data<T>(dx));
  });
  if (auto* node = record<MaxPoolBackwardBackward>(dx, dy)) node->winners = winners;
  return dx;
}

struct MaxPoolBackward final : NodeOf<MaxPoolBackward> {
  static constexpr const char* kName = "max_pool";
  MaxPoolWinners winners;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, max_pool_backward(call.grad_output(), winners));
  }
  void release_saved() override { winners.taps = Tensor(); }
};

// Which pixel of the input won each window.
Tensor indices_of(const MaxPoolWinners& winners, Dtype dtype) {
  const kernels::PoolGeometry& g = winners.g;
  const Tensor indices = empty_channels_last(pooled_shape(g.N, g.C, g.out, winners.D), kInt64);
  with_kernels(winners, dtype, [&](const auto& kernels, auto, const auto* taps) {
    kernels.locate(g, taps, physical_data<int64_t>(indices));
  });
  return indices;
}

// Also the indices of the winners, unless `indices` is null.
Tensor max_pool(const char* op, const Tensor& input, int D, IntArrayRef kernel, IntArrayRef stride,
                IntArrayRef padding, IntArrayRef dilation, bool ceil_mode,
                Tensor* indices = nullptr) {
  const OperationScope scope(op);
  bool unbatched = false;
  const Borrowed batch = with_batch(op, input, D, &unbatched);
  const Tensor& x = batch;
  MaxPoolWinners winners{check_pool(op, x, D, kernel, stride, padding, dilation, ceil_mode), D, {}};
  const kernels::PoolGeometry& g = winners.g;
  const Borrowed in = to_channels_last(x);
  Tensor y = empty_channels_last(pooled_shape(g.N, g.C, g.out, D), x.dtype());
  winners.taps = empty({y.numel()}, g.taps() < UINT8_MAX ? kUInt8 : kInt32);
  with_kernels(winners, x.dtype(), [&](const auto& kernels, auto zero, auto* taps) {
    using T = decltype(zero);
    kernels.forward(g, physical_data<T>(in), physical_data<T>(y), taps);
  });
  if (indices) {
    *indices = indices_of(winners, x.dtype());
    if (unbatched) *indices = indices->squeeze(0);
  }
  if (auto* node = record<MaxPoolBackward>(y, x)) {
    if (TracedOperation* t = traced(y)) tell_trace(*t, g, D);
    node->winners = std::move(winners);
  }
  if (unbatched) return y.squeeze(0);
  return y;
}

std::tuple<Tensor, Tensor> with_indices(const char* op, const Tensor& x, int D, IntArrayRef kernel,
                                        IntArrayRef stride, IntArrayRef padding,
                                        IntArrayRef dilation, bool ceil_mode) {
  Tensor indices;
  const Tensor y = max_pool(op, x, D, kernel, stride, padding, dilation, ceil_mode, &indices);
  return {y, indices};
}

}  // namespace

Tensor max_pool1d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool1d", x, 1, kernel, stride, padding, dilation, ceil_mode);
}
Tensor max_pool2d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool2d", x, 2, kernel, stride, padding, dilation, ceil_mode);
}
Tensor max_pool3d(const Tensor& x, IntArrayRef kernel, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  return max_pool("max_pool3d", x, 3, kernel, stride, padding, dilation, ceil_mode);
}

std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, IntArrayRef kernel,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return with_indices("max_pool1d", x, 1, kernel, stride, padding, dilation, ceil_mode);
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, IntArrayRef kernel,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return with_indices("max_pool2d", x, 2, kernel, stride, padding, dilation, ceil_mode);
}
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, IntArrayRef kernel,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  return with_indices("max_pool3d", x, 3, kernel, stride, padding, dilation, ceil_mode);
}

}  // namespace reel
