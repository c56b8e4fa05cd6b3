// y = softmax((x + g) / tau), g = -log(-log(u)) with u uniform: operations on the tape
// hard: one-hot in the forward, the gradient of y in the backward

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>

#include <limits>

namespace reel {

namespace {

// One at the largest element along dim, else 0.
Tensor one_hot_of_largest(const Tensor& y, int64_t dim) {
  Shape along = Shape::filled(y.sizes().size(), 1);
  if (y.dim() > 0)
    along[static_cast<size_t>(wrap_dim("gumbel_softmax", dim, y.dim()))] = y.size(dim);
  const Tensor position = arange(numel_of(along), kInt64).reshape(along);
  return position.eq(y.argmax(dim, true)).to(y.dtype());
}

}  // namespace

Tensor gumbel_softmax(const Tensor& x, double tau, bool hard, int64_t dim) {
  REEL_CHECK(x.is_floating_point(), "gumbel_softmax: the input is ", x.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(tau > 0, "gumbel_softmax: tau is ", tau, "; it must be positive.");
  Tensor g = empty_like(x);
  {
    const NoGradGuard no_grad;
    // From the smallest positive number, whose logarithm is finite.
    g.uniform_(x.dtype() == kFloat32 ? std::numeric_limits<float>::min()
                                     : std::numeric_limits<double>::min());
    g = -(-g.log()).log();
  }
  const Tensor y = ((x + g) / tau).softmax(dim);
  if (!hard) return y;
  return one_hot_of_largest(y.detach(), dim) - y.detach() + y;
}

}  // namespace reel
