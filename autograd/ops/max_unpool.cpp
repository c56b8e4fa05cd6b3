// y = 0 but at the pixels that are named, y[index_o] = x_o; dx_o = dy[index_o].
// docs/ops/max_unpool.md.

#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/kernels/kernels.h>

namespace reel {

namespace {

// The shape of the result.
Shape check_max_unpool(const char* op, const Tensor& x, const Tensor& indices, int D,
                       IntArrayRef output_size) {
  REEL_CHECK(indices.dtype() == kInt64, op, ": the indices are ", indices.dtype(),
             "; they must be int64. [those of max_pool_with_indices]");
  REEL_CHECK(indices.sizes() == x.sizes(), op, ": indices ", indices, " do not match input ", x,
             "; the shapes must be equal.");
  REEL_CHECK(output_size.size() == static_cast<size_t>(D), op, ": output_size ", output_size,
             " has ", output_size.size(), " values; it must have ", D, ".");
  const int64_t pixels = numel_of(output_size);
  const Borrowed memory = dense(indices);
  const int64_t* index = physical_data<int64_t>(memory);
  for (int64_t i = 0, n = indices.numel(); i < n; ++i)
    REEL_CHECK(index[i] >= 0 && index[i] < pixels, op, ": an index is ", index[i],
               ", but output_size ", output_size, " has ", pixels, " pixels; it must be in [0, ",
               pixels - 1, "].");
  Shape sizes{x.size(0), x.size(1)};
  for (const int64_t n : output_size) sizes.push_back(n);
  return sizes;
}

struct MaxUnpoolBackward final : NodeOf<MaxUnpoolBackward> {
  static constexpr const char* kName = "max_unpool";
  SavedTensor indices;
  void backward(BackwardCall& call) override {
    call.set_grad_input(0, pool_pick(call.grad_output(), call.unpack(indices, "indices")));
  }
  void release_saved() override { indices.reset(); }
};

Tensor max_unpool(const char* op, const Tensor& input, const Tensor& given, int D,
                  IntArrayRef output_size) {
  const OperationScope scope(op);
  bool unbatched = false;
  const Borrowed batch = with_batch(op, input, D, &unbatched);
  const Tensor& x = batch;
  const Tensor indices = unbatched ? given.unsqueeze(0) : given;
  const Shape sizes = check_max_unpool(op, x, indices, D, output_size);
  const Borrowed small = to_channels_last(x), index = to_channels_last(indices);
  const Tensor y = empty_channels_last(sizes, x.dtype());
  kernels::IndexGeometry g{x.size(0), x.size(1), numel_of(output_size), 1};
  for (int64_t d = 2; d < x.dim(); ++d) g.small *= x.size(d);
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    kernels::active<kernels::AdaptiveMaxPool<T>>().unpool(
        g, physical_data<T>(small), physical_data<int64_t>(index), physical_data<T>(y));
  });
  if (auto* node = record<MaxUnpoolBackward>(y, x)) node->indices.save(indices);
  return unbatched ? y.squeeze(0) : y;
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, IntArrayRef output_size) {
  return max_unpool("max_unpool1d", x, indices, 1, output_size);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, IntArrayRef output_size) {
  return max_unpool("max_unpool2d", x, indices, 2, output_size);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, IntArrayRef output_size) {
  return max_unpool("max_unpool3d", x, indices, 3, output_size);
}

}  // namespace reel
