// lerp: y = x + w (end - x);  addcmul: y = x + v a b;  addcdiv: y = x + v a / b
// In operations on the tape.

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/in_place.h>
#include <reel/core/binary.h>

namespace reel {

namespace {

void check_lerp(const Tensor& x, const Tensor& end) {
  REEL_CHECK(x.is_floating_point() && x.dtype() == end.dtype(), "lerp: the tensors are ", x.dtype(),
             " and ", end.dtype(), "; both must be float32 or float64.");
}

// a b; of integers in the type of x + a b, which may hold what theirs does not.
Tensor product_for(const Tensor& x, const Tensor& a, const Tensor& b) {
  if (is_floating_point(result_type(a, b))) return a.mul(b);
  const Dtype all = promote(x.dtype(), promote(a.dtype(), b.dtype()));
  return a.to(all).mul(b.to(all));
}

}  // namespace

// From the nearer end, so that the weights 0 and 1 give both exactly.
Tensor Tensor::lerp(const Tensor& end, Scalar weight) const {
  check_lerp(*this, end);
  const auto w = weight.to<double>();
  return w < 0.5 ? add(end - *this, w) : end.sub(end - *this, 1 - w);
}
Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
  check_lerp(*this, end);
  REEL_CHECK(weight.dtype() == dtype(), "lerp: the weight is ", weight.dtype(), ", the tensors ",
             dtype(), "; the dtypes must be equal.");
  const Tensor way = end - *this;
  return where(weight < 0.5, *this + weight * way, end - (1 - weight) * way);
}

Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, Scalar value) const {
  return add(product_for(*this, a, b), value);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, Scalar value) const {
  return add(a.div(b), value);
}

const Tensor& Tensor::lerp_(const Tensor& end, Scalar weight) const {
  return write_over("lerp_", *this, values_before(*this, end).lerp(end, weight));
}
const Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
  return write_over("lerp_", *this, values_before(*this, weight).lerp(end, weight));
}
const Tensor& Tensor::addcmul_(const Tensor& a, const Tensor& b, Scalar value) const {
  return add_(product_for(*this, a, b), value);
}
const Tensor& Tensor::addcdiv_(const Tensor& a, const Tensor& b, Scalar value) const {
  return add_(a.div(b), value);
}

Tensor lerp(const Tensor& x, const Tensor& end, Scalar weight) { return x.lerp(end, weight); }
Tensor lerp(const Tensor& x, const Tensor& end, const Tensor& weight) {
  return x.lerp(end, weight);
}
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return x.addcmul(a, b, value);
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return x.addcdiv(a, b, value);
}

}  // namespace reel
