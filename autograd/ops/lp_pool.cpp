// y_o = (sum over the window of o of x^p)^(1/p), composed of recorded operations;
// docs/ops/lp_pool.md.

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/pool.h>
#include <reel/autograd/ops/pools.h>

namespace reel {

namespace {

void check_lp_pool(const char* op, const Tensor& x, double p, int D, IntArrayRef kernel,
                   IntArrayRef stride, bool ceil_mode) {
  REEL_CHECK(p != 0, op, ": norm_type is 0; it must not be.");
  bool unbatched = false;
  const Borrowed batch = with_batch(op, x, D, &unbatched);
  check_pool(op, batch, D, kernel, stride, 0, 1, ceil_mode);
}

int64_t places(IntArrayRef kernel, int D) {
  const int64_t n = numel_of(kernel);
  int64_t all = n;
  for (int d = 1; kernel.size() == 1 && d < D; ++d) all *= n;
  return all;
}

template <class AveragePool>
Tensor lp_pool(const Tensor& x, double p, IntArrayRef kernel, int D, AveragePool average) {
  const Tensor mean = average(x.pow(p));
  const Tensor sum = mean * static_cast<double>(places(kernel, D));
  // At 0 the root has no derivative; the gradient is 0 there.
  const Tensor zero = sum == 0;
  return where(zero, 0, where(zero, 1, sum).pow(1 / p));
}

}  // namespace

Tensor lp_pool1d(const Tensor& x, double norm_type, IntArrayRef kernel, IntArrayRef stride,
                 bool ceil_mode) {
  check_lp_pool("lp_pool1d", x, norm_type, 1, kernel, stride, ceil_mode);
  return lp_pool(x, norm_type, kernel, 1, [&](const Tensor& powers) {
    return avg_pool1d(powers, kernel, stride, 0, ceil_mode);
  });
}
Tensor lp_pool2d(const Tensor& x, double norm_type, IntArrayRef kernel, IntArrayRef stride,
                 bool ceil_mode) {
  check_lp_pool("lp_pool2d", x, norm_type, 2, kernel, stride, ceil_mode);
  return lp_pool(x, norm_type, kernel, 2, [&](const Tensor& powers) {
    return avg_pool2d(powers, kernel, stride, 0, ceil_mode);
  });
}
Tensor lp_pool3d(const Tensor& x, double norm_type, IntArrayRef kernel, IntArrayRef stride,
                 bool ceil_mode) {
  check_lp_pool("lp_pool3d", x, norm_type, 3, kernel, stride, ceil_mode);
  return lp_pool(x, norm_type, kernel, 3, [&](const Tensor& powers) {
    return avg_pool3d(powers, kernel, stride, 0, ceil_mode);
  });
}

}  // namespace reel
