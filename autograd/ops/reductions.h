#pragma once
// Reductions: of all elements, or over dimensions.

#include <reel/core/tensor.h>

#include <type_traits>

namespace reel {

// --- autograd/ops/sum.cpp: methods of Tensor ---

inline Tensor sum(const Tensor& x) { return x.sum(); }
inline Tensor sum(const Tensor& x, IntArrayRef dims, bool keepdim = false) {
  return x.sum(dims, keepdim);
}
inline Tensor mean(const Tensor& x) { return x.mean(); }
inline Tensor mean(const Tensor& x, IntArrayRef dims, bool keepdim = false) {
  return x.mean(dims, keepdim);
}
inline Tensor sum(const Tensor& x, Dtype dtype) { return x.sum(dtype); }
inline Tensor mean(const Tensor& x, Dtype dtype) { return x.mean(dtype); }
/// Without the elements that are NaN.
inline Tensor nansum(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false) {
  return x.nansum(dims, keepdim);
}
inline Tensor nanmean(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false) {
  return x.nanmean(dims, keepdim);
}
/// How many elements are not 0.
inline Tensor count_nonzero(const Tensor& x) { return x.count_nonzero(); }
inline Tensor count_nonzero(const Tensor& x, IntArrayRef dims) { return x.count_nonzero(dims); }

// --- autograd/ops/prod.cpp, median.cpp: methods of Tensor ---

inline Tensor prod(const Tensor& x) { return x.prod(); }
inline Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.prod(dim, keepdim);
}
inline Tensor median(const Tensor& x) { return x.median(); }
inline std::tuple<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.median(dim, keepdim);
}

// --- autograd/ops/var.cpp: methods of Tensor ---

inline Tensor var(const Tensor& x) { return x.var(); }
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
Tensor var(const Tensor& x, B unbiased) {
  return x.var(unbiased);
}
inline Tensor var(const Tensor& x, IntArrayRef dims, bool unbiased = true, bool keepdim = false) {
  return x.var(dims, unbiased, keepdim);
}
inline Tensor std(const Tensor& x) { return x.std(); }
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
Tensor std(const Tensor& x, B unbiased) {
  return x.std(unbiased);
}
inline Tensor std(const Tensor& x, IntArrayRef dims, bool unbiased = true, bool keepdim = false) {
  return x.std(dims, unbiased, keepdim);
}
/// Both of them.
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, IntArrayRef dims = {}, bool unbiased = true,
                                    bool keepdim = false);
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, IntArrayRef dims = {}, bool unbiased = true,
                                    bool keepdim = false);
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, B unbiased) {
  return var_mean(x, IntArrayRef(), unbiased);
}
template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, B unbiased) {
  return std_mean(x, IntArrayRef(), unbiased);
}

// --- autograd/ops/max.cpp: more methods of Tensor ---

/// The largest and the smallest element over `dims` (none: all); equals share the gradient. NaN
/// wins. Throws: ArgumentError when there is no element to choose from. docs/ops/max.md.
Tensor amax(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
inline Tensor max(const Tensor& x) { return x.max(); }
inline Tensor min(const Tensor& x) { return x.min(); }
inline Tensor max(const Tensor& a, const Tensor& b) { return a.maximum(b); }
inline Tensor min(const Tensor& a, const Tensor& b) { return a.minimum(b); }
inline std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.max(dim, keepdim);
}
inline std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.min(dim, keepdim);
}
inline Tensor argmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmax(dim, keepdim);
}
inline Tensor argmin(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false) {
  return x.argmin(dim, keepdim);
}
inline Tensor all(const Tensor& x) { return x.all(); }
inline Tensor any(const Tensor& x) { return x.any(); }
inline Tensor all(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.all(dim, keepdim);
}
inline Tensor any(const Tensor& x, int64_t dim, bool keepdim = false) {
  return x.any(dim, keepdim);
}

// --- autograd/ops/logsumexp.cpp ---

/// log(sum(exp(x))) over `dims` (none: all), without overflow.
Tensor logsumexp(const Tensor& x, IntArrayRef dims, bool keepdim = false);

// --- autograd/ops/vector_norm.cpp ---

/// sqrt(sum(x^2)) over `dims` (none: all); the gradient where it is 0 is 0.
Tensor vector_norm(const Tensor& x, IntArrayRef dims = {}, bool keepdim = false);
inline Tensor norm(const Tensor& x) { return x.norm(); }
/// (sum |x|^p)^(1/p) over `dims` (none: all); p may be 0 and +-inf. docs/ops/vector_norm.md.
inline Tensor norm(const Tensor& x, Scalar p, IntArrayRef dims = {}, bool keepdim = false) {
  return x.norm(p, dims, keepdim);
}
/// x / max(norm, eps), the norm being that over dimension dim.
Tensor normalize(const Tensor& x, double p = 2, int64_t dim = 1, double eps = 1e-12);

// --- autograd/ops/sum_to_size.cpp ---

/// The adjoint of broadcasting: x summed over the dimensions that stretch `sizes` to the shape of
/// x. Throws: ArgumentError when `sizes` does not broadcast to it.
Tensor sum_to_size(const Tensor& x, IntArrayRef sizes);

}  // namespace reel
