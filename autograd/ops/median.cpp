// y = the lower middle one of the elements, of all or along a dimension; a NaN if there is one
// dx = dy at that element

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reel {

namespace {

// Where the median of n elements is: the first of equals, or the first NaN.
template <class T>
int64_t median_of(int64_t n, const T* x, std::vector<int64_t>& order) {
  for (int64_t i = 0; i < n; ++i)
    if (std::isnan(static_cast<double>(x[i]))) return i;
  order.resize(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const auto middle = order.begin() + (n - 1) / 2;
  const auto before = [x](int64_t i, int64_t j) { return x[i] < x[j]; };
  std::nth_element(order.begin(), middle, order.end(), before);
  return std::find(x, x + n, x[*middle]) - x;
}

// Positions along the last dimension of contiguous rows.
Tensor positions(const Tensor& rows) {
  const int64_t n = rows.size(-1);
  Shape sizes = rows.sizes();
  sizes[sizes.size() - 1] = 1;
  Tensor at = empty(sizes, kInt64);
  auto* p = at.data_ptr<int64_t>();
  std::vector<int64_t> order;
  visit_stored(rows.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* x = rows.data_ptr<T>();
    for (int64_t i = 0; i < at.numel(); ++i) p[i] = median_of(n, x + i * n, order);
  });
  return at;
}

}  // namespace

std::tuple<Tensor, Tensor> Tensor::median(int64_t dim, bool keepdim) const {
  if (this->dim() == 0) {
    wrap_dim("median", dim, 0);
    return {*this * 1, zeros({}, kInt64)};
  }
  const int64_t d = wrap_dim("median", dim, this->dim()), n = size(d);
  REEL_CHECK(n > 0, "median: dimension ", dim, " of the input ", *this,
             " has no elements; it must have 1 or more.");
  Tensor at = positions(detach().transpose(d, -1).contiguous()).transpose(d, -1).contiguous();
  Shape along = Shape::filled(sizes().size(), 1);
  along[static_cast<size_t>(d)] = n;
  // One element is left of each row: its sum.
  const Tensor others = arange(n, kInt64).reshape(along).ne(at);
  const Tensor y = masked_fill(others, 0).sum(d, keepdim).to(dtype());
  return {y, keepdim ? at : at.squeeze(d)};
}

Tensor Tensor::median() const {
  REEL_CHECK(numel() > 0, "median: the input ", *this, " has no elements; it must have 1 or more.");
  return std::get<0>(reshape(numel()).median(0));
}

}  // namespace reel
