// y = a sigmoid(b) for the halves a and b of x: operations on the tape

#include <reel/autograd/ops/activations.h>

namespace reel {

Tensor glu(const Tensor& x, int64_t dim) {
  REEL_CHECK(x.dim() > 0, "glu: the input has no dimensions; it must have 1 or more.");
  const int64_t size = x.size(wrap_dim("glu", dim, x.dim()));
  REEL_CHECK(size % 2 == 0, "glu: dimension ", dim, " of the input ", x, " has the size ", size,
             "; it must be even.");
  return x.narrow(dim, 0, size / 2) * x.narrow(dim, size / 2, size / 2).sigmoid();
}

}  // namespace reel
