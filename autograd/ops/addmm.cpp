// y = beta c + alpha (a b) for the products of matrices, vectors and stacks of matrices; in
// operations on the tape

#include <reel/autograd/ops/in_place.h>
#include <reel/autograd/ops/products.h>

namespace reel {

namespace {

// With beta = 0 c is not read: it may hold NaN.
Tensor combined(const Tensor& c, const Tensor& product, Scalar beta, Scalar alpha) {
  const Tensor scaled = alpha.to<double>() == 1 ? product : product * alpha;
  if (beta.to<double>() == 0) return scaled;
  return (beta.to<double>() == 1 ? c : c * beta) + scaled;
}

// Over c; with beta = 1 as an addition, which needs no copy of c.
const Tensor& combined_over(const char* op, const Tensor& c, const Tensor& product, Scalar beta,
                            Scalar alpha) {
  REEL_CHECK(c.sizes() == product.sizes(), op, ": the tensor written in place is ", c,
             ", the product ", product, "; the shapes must be equal.");
  if (beta.to<double>() == 1) return c.add_(product, alpha);
  return write_over(op, c, combined(values_before(c), product, beta, alpha));
}

}  // namespace

#define REEL_ADD_PRODUCT(name, product)                                                       \
  Tensor Tensor::name(const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) const {    \
    return combined(*this, product(a, b), beta, alpha);                                       \
  }                                                                                           \
  const Tensor& Tensor::name##_(const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha)  \
      const {                                                                                 \
    return combined_over(#name "_", *this, product(a, b), beta, alpha);                       \
  }                                                                                           \
  Tensor name(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) { \
    return combined(c, product(a, b), beta, alpha);                                           \
  }
REEL_ADD_PRODUCT(addmm, reel::mm)
REEL_ADD_PRODUCT(addmv, reel::mv)
REEL_ADD_PRODUCT(addr, reel::outer)
REEL_ADD_PRODUCT(baddbmm, reel::bmm)

Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return combined(c, bmm(a, b).sum(0), beta, alpha);
}

}  // namespace reel
