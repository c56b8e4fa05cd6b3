// The elements where a mask is true, in row-major order: rows of one element by the places of the
// mask's true elements. docs/ops/masked_select.md.

#include <reel/autograd/ops/indexing.h>
#include <reel/autograd/ops/row_index.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

namespace reel {

namespace {

void check_mask(const char* op, const Tensor& mask) {
  REEL_CHECK(mask.dtype() == kBool, op, ": the mask ", mask, " is ", mask.dtype(),
             "; it must be bool. [compare, or use to(kBool)]");
}

// The places of the true elements in row-major order.
Tensor places_of(const Tensor& mask) {
  const OperationScope scope("nonzero");
  const NoGradGuard no_grad;
  const Tensor dense = mask.detach().contiguous();
  const bool* values = physical_data<bool>(dense);
  int64_t count = 0;
  for (int64_t i = 0, n = dense.numel(); i < n; ++i) count += values[i];
  // Written whether it counts or not, so that there is no branch to guess; hence one more.
  const Tensor places = empty(count + 1, kInt64);
  int64_t* to = physical_data<int64_t>(places);
  for (int64_t i = 0, n = dense.numel(); i < n; ++i) {
    *to = i;
    to += values[i];
  }
  return places.narrow(0, 0, count);
}

// The single elements of a tensor of `sizes` at those places.
RowIndex elements(IntArrayRef sizes, const Tensor& places) {
  return {{}, {1, numel_of(sizes), 1}, sizes, {places.numel()}, places};
}

}  // namespace

Tensor Tensor::masked_select(const Tensor& mask) const {
  check_mask("masked_select", mask);
  const Shape both = broadcast_shapes("masked_select", sizes(), mask.sizes());
  return read_rows(expand(both), elements(both, places_of(mask.expand(both))));
}

const Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  check_mask("masked_scatter_", mask);
  check_in_place("masked_scatter_", *this, source);
  REEL_CHECK(broadcast_shapes("masked_scatter_", sizes(), mask.sizes()) == sizes(),
             "masked_scatter_: the mask ", mask, " does not broadcast to the shape ", *this,
             " of the tensor written in place.");
  REEL_CHECK(source.dtype() == dtype(), "masked_scatter_: the source is ", source.dtype(),
             ", the tensor ", dtype(), "; the dtypes must be equal.");
  const Tensor places = places_of(mask.expand(sizes()));
  REEL_CHECK(places.numel() <= source.numel(), "masked_scatter_: the mask has ", places.numel(),
             " true elements, the source ", source, " only ", source.numel(),
             "; there must be one for each.");
  write_rows("masked_scatter_", *this, elements(sizes(), places),
             source.reshape(-1).narrow(0, 0, places.numel()), false);
  return *this;
}

Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return expand(broadcast_shapes("masked_scatter", sizes(), mask.sizes()))
      .clone()
      .masked_scatter_(mask, source);
}

Tensor Tensor::nonzero() const {
  const NoGradGuard no_grad;
  const Tensor places = places_of(dtype() == kBool ? *this : detach().ne(0));
  const int64_t n = places.numel(), ndim = dim();
  const Tensor y = empty({n, ndim}, kInt64);
  const int64_t* from = physical_data<int64_t>(places);
  int64_t* to = physical_data<int64_t>(y);
  for (int64_t i = 0; i < n; ++i) {
    int64_t rest = from[i];
    for (auto d = static_cast<size_t>(ndim); d-- > 0; rest /= sizes()[d])
      to[i * ndim + static_cast<int64_t>(d)] = rest % sizes()[d];
  }
  return y;
}

}  // namespace reel
