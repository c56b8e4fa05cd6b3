// pairwise_distance, cdist: the p-norm (sum |d|^p)^(1/p) of differences.
// cosine_similarity: the product of unit vectors.
// Composed of recorded operations; docs/ops/distance.md.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops/distances.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>

#include <cmath>

namespace reel {

namespace {

void check_distance(const char* op, const Tensor& x1, const Tensor& x2) {
  REEL_CHECK(x1.is_floating_point(), op, ": the input is ", x1.dtype(),
             "; it must be float32 or float64.");
  REEL_CHECK(x1.dtype() == x2.dtype(), op, ": x1 is ", x1.dtype(), ", x2 ", x2.dtype(),
             "; the dtypes must be equal.");
}

void check_power(const char* op, double p) {
  REEL_CHECK(p >= 0, op, ": p is ", p, "; it must not be negative.");
}

// a^q of a >= 0, whose gradient at 0 is 0 for any q.
Tensor flat_power(const Tensor& a, double q) {
  const Tensor zero = a == 0;
  return where(zero, 0, where(zero, 1, a).pow(q));
}

Tensor norm_over_last(const Tensor& d, double p, bool keepdim) {
  if (p == 2) return vector_norm(d, -1, keepdim);
  if (p == 0) return where(d == 0, d * 0, d * 0 + 1).sum(-1, keepdim);
  const Tensor a = d.abs();
  if (p == 1) return a.sum(-1, keepdim);
  if (std::isinf(p)) return amax(a, -1, keepdim);
  return flat_power(flat_power(a, p).sum(-1, keepdim), 1 / p);
}

// |x|, at least eps; what is below still takes its gradient.
Tensor bounded_norm(const Tensor& x, int64_t dim, double eps) {
  const Tensor norm = vector_norm(x, dim, true).clone();
  const NoGradGuard no_grad;
  norm.clamp_(eps);
  return norm;
}

}  // namespace

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  check_distance("pairwise_distance", x1, x2);
  check_power("pairwise_distance", p);
  broadcast_shapes("pairwise_distance", x1.sizes(), x2.sizes());
  REEL_CHECK(x1.dim() > 0 || x2.dim() > 0,
             "pairwise_distance: the inputs are single numbers; one must be (..., D).");
  return norm_over_last(x1 - x2 + eps, p, keepdim);
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  check_distance("cosine_similarity", x1, x2);
  const Shape sizes = broadcast_shapes("cosine_similarity", x1.sizes(), x2.sizes());
  const int64_t along = wrap_dim("cosine_similarity", dim, static_cast<int64_t>(sizes.size()));
  const Tensor a = x1.expand(sizes), b = x2.expand(sizes);
  return (a / bounded_norm(a, along, eps) * (b / bounded_norm(b, along, eps))).sum(along);
}

Tensor cdist(const Tensor& x1, const Tensor& x2, double p) {
  check_distance("cdist", x1, x2);
  check_power("cdist", p);
  REEL_CHECK(x1.dim() >= 2 && x2.dim() >= 2 && x1.size(-1) == x2.size(-1), "cdist: x1 ", x1,
             " and x2 ", x2, " do not match; they must be (..., P, D) and (..., R, D).");
  return norm_over_last(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, false);
}

}  // namespace reel
