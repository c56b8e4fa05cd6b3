// tensordot: the products of a and b summed over pairs of dimensions, as one product of matrices
// inner, outer, kron, trace: what is left of it in special cases; in operations on the tape

#include <reel/autograd/ops/products.h>

namespace reel {

namespace {

void check_vector(const char* op, const char* which, const Tensor& x) {
  REEL_CHECK(x.dim() == 1, op, ": the ", which, " input ", x, " has ", x.dim(),
             " dimensions; it must have 1.");
}

// The dimensions of x that are summed, and those that stay, in order.
struct Split {
  Shape summed, kept;
  Shape kept_sizes;
  int64_t summed_numel = 1;
};

Split split_of(const Tensor& x, IntArrayRef dims) {
  Split split;
  bool taken[kMaxDims] = {};
  for (int64_t d : dims) {
    const auto at = static_cast<size_t>(wrap_dim("tensordot", d, x.dim()));
    REEL_CHECK(!taken[at], "tensordot: dimension ", d, " is named twice in ", dims,
               "; each may be summed once.");
    taken[at] = true;
    split.summed.push_back(static_cast<int64_t>(at));
    split.summed_numel *= x.sizes()[at];
  }
  for (size_t d = 0; d < x.sizes().size(); ++d)
    if (!taken[d]) {
      split.kept.push_back(static_cast<int64_t>(d));
      split.kept_sizes.push_back(x.sizes()[d]);
    }
  return split;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape all = a;
  for (int64_t v : b) all.push_back(v);
  return all;
}

}  // namespace

Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a, IntArrayRef dims_b) {
  REEL_CHECK(dims_a.size() == dims_b.size(), "tensordot: ", dims_a, " and ", dims_b,
             " name different numbers of dimensions; they must be equal.");
  const Split first = split_of(a, dims_a), second = split_of(b, dims_b);
  for (size_t i = 0; i < dims_a.size(); ++i)
    REEL_CHECK(a.size(dims_a[i]) == b.size(dims_b[i]), "tensordot: dimension ", dims_a[i], " of ",
               a, " and dimension ", dims_b[i], " of ", b,
               " are summed together; their sizes must be equal.");
  const Tensor rows = a.permute(joined(first.kept, first.summed))
                          .reshape({numel_of(first.kept_sizes), first.summed_numel});
  const Tensor columns = b.permute(joined(second.summed, second.kept))
                             .reshape({second.summed_numel, numel_of(second.kept_sizes)});
  return rows.matmul(columns).reshape(joined(first.kept_sizes, second.kept_sizes));
}

Tensor inner(const Tensor& a, const Tensor& b) {
  return a.dim() == 0 || b.dim() == 0 ? a * b : tensordot(a, b, {-1}, {-1});
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check_vector("outer", "first", a);
  check_vector("outer", "second", b);
  return a.unsqueeze(1) * b.unsqueeze(0);
}

Tensor mv(const Tensor& a, const Tensor& b) {
  REEL_CHECK(a.dim() == 2, "mv: the first input ", a, " has ", a.dim(),
             " dimensions; it must have 2.");
  check_vector("mv", "second", b);
  return a.matmul(b);
}

Tensor kron(const Tensor& a, const Tensor& b) {
  // Sizes to equal numbers of dimensions, then (a0, 1, a1, 1, ...) times (1, b0, 1, b1, ...).
  const size_t n = a.sizes().size() > b.sizes().size() ? a.sizes().size() : b.sizes().size();
  Shape of_a, of_b, result;
  const auto size_at = [n](const Tensor& x, size_t d) {
    const size_t lead = n - x.sizes().size();
    return d < lead ? 1 : x.sizes()[d - lead];
  };
  for (size_t d = 0; d < n; ++d) {
    const int64_t p = size_at(a, d), q = size_at(b, d);
    of_a.push_back(p);
    of_a.push_back(1);
    of_b.push_back(1);
    of_b.push_back(q);
    result.push_back(p * q);
  }
  return (a.reshape(of_a) * b.reshape(of_b)).reshape(result);
}

Tensor trace(const Tensor& x) {
  REEL_CHECK(x.dim() == 2, "trace: the input ", x, " has ", x.dim(),
             " dimensions; it must have 2.");
  const int64_t n = x.size(0) < x.size(1) ? x.size(0) : x.size(1);
  return x.contiguous().as_strided({n}, {x.size(1) + 1}).sum();
}

Tensor Tensor::bmm(const Tensor& other) const { return reel::bmm(*this, other); }
Tensor Tensor::mv(const Tensor& other) const { return reel::mv(*this, other); }
Tensor Tensor::dot(const Tensor& other) const { return reel::dot(*this, other); }
Tensor Tensor::inner(const Tensor& other) const { return reel::inner(*this, other); }
Tensor Tensor::outer(const Tensor& other) const { return reel::outer(*this, other); }
Tensor Tensor::trace() const { return reel::trace(*this); }

}  // namespace reel
