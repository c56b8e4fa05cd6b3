// Values in order: positions found off the tape, and the values gathered from there, so that the
// gradient of each goes where it came from. docs/ops/sort.md.

#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/sort.h>

namespace reel {

namespace {

// The first k positions along dimension `dim`, which becomes k long.
Tensor order(const Tensor& x, int64_t dim, int64_t k, bool descending) {
  const OperationScope scope("sort");
  const NoGradGuard no_grad;
  if (x.dim() == 0) return zeros(x.sizes(), kInt64);
  const Tensor lines = x.detach().transpose(dim, -1).contiguous();
  const int64_t n = x.size(dim), rows = n > 0 ? x.numel() / n : 0;
  Shape sizes = lines.sizes();
  sizes[sizes.size() - 1] = k;
  return order_of_rows(lines, rows, n, k, descending)
      .reshape(sizes)
      .transpose(dim, -1)
      .contiguous();
}

std::tuple<Tensor, Tensor> in_order(const Tensor& x, int64_t dim, int64_t k, bool descending) {
  const Tensor positions = order(x, dim, k, descending);
  return {x.gather(dim, positions), positions};
}

int64_t check_k(const char* op, const Tensor& x, int64_t k, int64_t dim, int64_t least) {
  const int64_t d = wrap_dim(op, dim, x.dim()), size = x.dim() == 0 ? 1 : x.size(d);
  REEL_CHECK(k >= least && k <= size, op, ": k is ", k, "; dimension ", d, " of the tensor ", x,
             " has ", size, " entries, so it must be in [", least, ", ", size, "].");
  return d;
}

}  // namespace

std::tuple<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending) const {
  const int64_t d = wrap_dim("sort", dim, this->dim());
  return in_order(*this, d, this->dim() == 0 ? 1 : size(d), descending);
}

Tensor Tensor::argsort(int64_t dim, bool descending) const {
  const int64_t d = wrap_dim("argsort", dim, this->dim());
  return order(*this, d, this->dim() == 0 ? 1 : size(d), descending);
}

std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool) const {
  const int64_t d = check_k("topk", *this, k, dim, 0);
  if (this->dim() == 0 && k == 0) return {empty(0, dtype()), empty(0, kInt64)};
  return in_order(*this, d, k, largest);
}

std::tuple<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  const int64_t d = check_k("kthvalue", *this, k, dim, 1);
  if (this->dim() == 0) return in_order(*this, d, 1, false);
  const Tensor positions = order(*this, d, k, false).narrow(d, k - 1, 1).contiguous();
  const Tensor values = gather(d, positions);
  if (keepdim) return {values, positions};
  return {values.squeeze(d), positions.squeeze(d)};
}

}  // namespace reel
