// y_o = max of x over inputs floor(o in / out) to ceil((o + 1) in / out); dx_i = sum of dy_o over
// the windows that i won. docs/ops/adaptive_max_pool.md.

#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>

#include <limits>

namespace reel {

namespace {

kernels::AdaptiveGeometry check_adaptive(const char* op, const Tensor& x, int D,
                                         IntArrayRef output_size) {
  kernels::AdaptiveGeometry g{x.size(0), x.size(1), {1, 1, 1}, {1, 1, 1}};
  adaptive_sizes(op, x, D, output_size, g.in, g.out);
  REEL_CHECK(numel_of({g.in[0], g.in[1], g.in[2]}) <= std::numeric_limits<int32_t>::max(), op,
             ": input ", x, " has more pixels than 2^31; it must have less.");
  return g;
}

kernels::IndexGeometry index_geometry(const Tensor& small, const Shape& large) {
  kernels::IndexGeometry g{large[0], large[1], 1, 1};
  for (size_t d = 2; d < large.size(); ++d) {
    g.large *= large[d];
    g.small *= small.sizes()[d];
  }
  return g;
}

// y takes from x the pixels that are named: by the forward of the pooling, or by the caller, which
// is the derivative of spread.
template <bool kPools>
struct PickBackward final : NodeOf<PickBackward<kPools>> {
  static constexpr const char* kName = kPools ? "adaptive_max_pool" : "pool_pick";
  Shape sizes;
  SavedTensor indices;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, pool_spread(call.grad_output(), call.unpack(indices, "indices"), sizes));
  }
  void release_saved() override { indices.reset(); }
};

struct SpreadBackward final : NodeOf<SpreadBackward> {
  static constexpr const char* kName = "pool_spread";
  SavedTensor indices;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, pool_pick(call.grad_output(), call.unpack(indices, "indices")));
  }
  void release_saved() override { indices.reset(); }
};

std::tuple<Tensor, Tensor> adaptive_max_pool(const char* op, const Tensor& input, int D,
                                             IntArrayRef output_size) {
  const OperationScope scope(op);
  bool unbatched = false;
  const Borrowed batch = with_batch(op, input, D, &unbatched);
  const Tensor& x = batch;
  const kernels::AdaptiveGeometry g = check_adaptive(op, x, D, output_size);
  const Borrowed in = to_channels_last(x);
  const Shape sizes = pooled_shape(g.N, g.C, g.out, D);
  const Tensor y = empty_channels_last(sizes, x.dtype());
  const Tensor indices = empty_channels_last(sizes, kInt64);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::AdaptiveMaxPool<T>>().forward(
        g, physical_data<T>(in), physical_data<T>(y), physical_data<int64_t>(indices));
  });
  if (auto* node = record<PickBackward<true>>(y, x)) {
    node->sizes = x.sizes();
    node->indices.save(indices);
  }
  if (unbatched) return {y.squeeze(0), indices.squeeze(0)};
  return {y, indices};
}

}  // namespace

Tensor pool_spread(const Tensor& dy, const Tensor& indices, const Shape& sizes) {
  const OperationScope scope(SpreadBackward::kName);
  const Borrowed small = to_channels_last(dy), index = to_channels_last(indices);
  const Tensor dx = empty_channels_last(sizes, dy.dtype());
  visit_floating(dy.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::AdaptiveMaxPool<T>>().backward(
        index_geometry(dy, sizes), physical_data<T>(small), physical_data<int64_t>(index),
        physical_data<T>(dx));
  });
  if (auto* node = record<SpreadBackward>(dx, dy)) node->indices.save(indices);
  return dx;
}

Tensor pool_pick(const Tensor& x, const Tensor& indices) {
  const OperationScope scope(PickBackward<false>::kName);
  const Borrowed large = to_channels_last(x), index = to_channels_last(indices);
  const Tensor y = empty_channels_last(indices.sizes(), x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::AdaptiveMaxPool<T>>().pick(
        index_geometry(y, x.sizes()), physical_data<T>(large), physical_data<int64_t>(index),
        physical_data<T>(y));
  });
  if (auto* node = record<PickBackward<false>>(y, x)) {
    node->sizes = x.sizes();
    node->indices.save(indices);
  }
  return y;
}

std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool1d", x, 1, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool2d", x, 2, output_size);
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, IntArrayRef output_size) {
  return adaptive_max_pool("adaptive_max_pool3d", x, 3, output_size);
}

}  // namespace reel
