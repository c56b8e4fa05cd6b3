// y = x / (k + alpha * mean of x^2 over neighbouring channels)^beta, in differentiable operations.
// docs/ops/local_response_norm.md.

#include <reel/autograd/ops/norms.h>
#include <reel/autograd/ops/pools.h>
#include <reel/autograd/ops/shapes.h>

namespace reel {

Tensor local_response_norm(const Tensor& x, int64_t size, double alpha, double beta, double k) {
  REEL_CHECK(x.is_floating_point(), "local_response_norm: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x.dim() >= 3, "local_response_norm: input ", x, " has ", x.dim(),
             " dimensions; it must be (N, C, spatial...).");
  REEL_CHECK(size >= 1 && size <= INT32_MAX, "local_response_norm: size is ", size,
             "; it must be from 1 to ", INT32_MAX, ".");
  if (x.numel() == 0) return x.clone();
  const int64_t N = x.size(0), C = x.size(1);
  // Channels as the rows of an image, with zeros before the first and behind the last.
  const Tensor squares =
      pad(x.square().reshape({N, 1, C, x.numel() / (N * C)}), {0, 0, size / 2, (size - 1) / 2});
  const Tensor means = avg_pool2d(squares, {size, 1}, 1).reshape(x.sizes());
  return x / (means * alpha + k).pow(beta);
}

}  // namespace reel
