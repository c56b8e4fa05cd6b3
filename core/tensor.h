#pragma once
// Tensor: an n-dimensional array, and the handle by which everything else names one.

#include <reel/core/accessor.h>
#include <reel/core/device.h>
#include <reel/core/dtype.h>
#include <reel/core/operators.h>
#include <reel/core/scalar.h>
#include <reel/core/shape.h>
#include <reel/core/tensor_impl.h>
#include <reel/core/tensor_options.h>

#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace reel {

class Tensor;
class Node;
class Generator;

using TensorList = std::vector<Tensor>;

namespace indexing {
class TensorIndex;
}
using IndexList = std::initializer_list<indexing::TensorIndex>;
using IndexVector = std::vector<indexing::TensorIndex>;

// Declares a function and its form in place; with a tensor or a number for the other operand.
#define REEL_BOTH(name, ...)     \
  Tensor name __VA_ARGS__ const; \
  const Tensor& name##_ __VA_ARGS__ const
#define REEL_UNARY(name) REEL_BOTH(name, ())
#define REEL_BINARY(name)                           \
  Tensor name(const Tensor& other) const;           \
  Tensor name(Scalar other) const;                  \
  const Tensor& name##_(const Tensor& other) const; \
  const Tensor& name##_(Scalar other) const

/// A handle to an n-dimensional array; copies share the data. A default-made tensor is undefined:
/// it stands for "no tensor" (no bias, no gradient). Methods that compute are recorded on the tape
/// when an input requires grad; those ending in `_` change the tensor in place.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// To a temporary, `x[i] = y`: writes the values through the view, as copy_ and fill_ do.
  const Tensor& operator=(const Tensor& values) && { return copy_(values); }
  const Tensor& operator=(Tensor&& values) && { return copy_(values); }
  const Tensor& operator=(Scalar value) && { return fill_(value); }

  // --- what it is ---
  bool defined() const { return static_cast<bool>(impl_); }
  explicit operator bool() const { return defined(); }
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  TensorImpl* impl() const { return impl_.get(); }
  int64_t dim() const { return static_cast<int64_t>(checked().sizes.size()); }
  int64_t ndimension() const { return dim(); }
  const Shape& sizes() const { return checked().sizes; }
  int64_t size(int64_t d) const;
  int64_t numel() const { return checked().numel; }
  Dtype dtype() const { return checked().dtype; }
  Dtype scalar_type() const { return dtype(); }
  size_t itemsize() const { return size_of(dtype()); }
  int64_t element_size() const { return static_cast<int64_t>(itemsize()); }
  size_t nbytes() const { return itemsize() * static_cast<size_t>(numel()); }
  bool is_floating_point() const { return reel::is_floating_point(dtype()); }
  TensorOptions options() const { return TensorOptions(dtype()); }
  Device device() const { return {}; }

  // --- its memory; looking at it turns a held layout into the plain one ---
  const Shape& strides() const { return presented().strides; }
  int64_t stride(int64_t d) const;
  int64_t storage_offset() const { return checked().offset; }
  bool is_contiguous(MemoryFormat format = MemoryFormat::kContiguous) const;
  /// The first element. Throws: ArgumentError unless T is the dtype and the memory is dense.
  template <class T>
  T* data_ptr() const {
    const TensorImpl& impl = presented();
    if (impl.dtype == dtype_of<T> && impl.row_major) [[likely]]
      return static_cast<T*>(impl.storage->data()) + impl.offset;
    return static_cast<T*>(checked_data(dtype_of<T>));
  }
  void* data_ptr() const { return checked_data(dtype()); }
  /// Throws: ArgumentError unless T is the dtype and N the number of dimensions.
  template <class T, int N>
  TensorAccessor<T, N> accessor() const {
    check_accessor(dtype_of<T>, N);
    return {static_cast<T*>(first()), impl_->sizes.data(), impl_->strides.data()};
  }
  /// The only element. Throws: ArgumentError unless there is exactly one, and T can hold it.
  Scalar item() const;
  template <class T>
  T item() const {
    return checked_number<T>("item", item());
  }
  /// All elements in logical order, as double.
  std::vector<double> to_vector() const;

  // --- the tape ---
  bool requires_grad() const {
    return defined() && (impl_->requires_grad || (impl_->base && view_requires_grad()));
  }
  /// Makes a leaf collect a gradient. Throws: GraphError on a non-leaf, ArgumentError unless
  /// floating.
  const Tensor& set_requires_grad(bool value) const;
  const Tensor& requires_grad_(bool value = true) const { return set_requires_grad(value); }
  bool is_leaf() const;
  /// The accumulated gradient; undefined when there is none.
  const Tensor& grad() const;
  /// The gradient itself, to assign or reset it.
  Tensor& mutable_grad() const;
  void retain_grad() const;
  bool retains_grad() const;
  Ref<Node> grad_fn() const;
  uint32_t output_nr() const;
  /// Accumulates d(this)/d(leaf), weighted by `gradient` (one, for a single element), into every
  /// leaf, as autograd::backward. Throws: GraphError without a graph, backward twice without
  /// retain_graph, or a changed saved tensor.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = {},
                bool create_graph = false, const TensorList& inputs = {}) const;
  /// Calls `hook` with the gradient of this tensor during backward; a defined result, if it returns
  /// any, replaces it. Returns a handle for remove_hook.
  uint32_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  template <class F,
            class = std::enable_if_t<std::is_void_v<std::invoke_result_t<F&, const Tensor&>>>>
  uint32_t register_hook(F hook) const {
    return register_hook([hook](const Tensor& g) mutable { return hook(g), Tensor(); });
  }
  void remove_hook(uint32_t handle) const;
  REEL_BOTH(detach, ());
  /// The same data without history, as detach, for code that updates parameters.
  Tensor data() const { return detach(); }
  /// Takes over the data of `other`, and its dtype, keeping this tensor's identity, history and
  /// gradient.
  void set_data(const Tensor& other) const;
  uint32_t version() const { return checked().storage->version; }

  // --- copies ---
  Tensor clone() const;
  Tensor contiguous(MemoryFormat format = MemoryFormat::kContiguous) const;
  Tensor to(Dtype dtype) const;
  Tensor to(Device) const { return *this; }
  Tensor to(Device, Dtype d) const { return to(d); }
  Tensor to(TensorOptions o) const { return o.has_dtype() ? to(o.dtype()) : *this; }
  Tensor cpu() const { return *this; }
  Tensor toType(Dtype d) const { return to(d); }
  Tensor to(const Tensor& other) const { return to(other.dtype()); }
  Tensor type_as(const Tensor& other) const { return to(other.dtype()); }
  const Tensor& copy_(const Tensor& source) const;
  const Tensor& fill_(Scalar value) const;
  const Tensor& zero_() const { return fill_(0); }
  /// Grows or shrinks a tensor without history in place; new elements are uninitialised.
  const Tensor& resize_(IntArrayRef sizes) const;

  // --- views: no copy, the result shares memory (reshape, flatten copy when they must) ---
  Tensor view(IntArrayRef sizes) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef sizes) const;
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor t() const;
  Tensor permute(IntArrayRef dims) const;
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor expand(IntArrayRef sizes) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor broadcast_to(IntArrayRef sizes) const { return expand(sizes); }
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor ravel() const { return reshape(-1); }
  /// Dimension `dim` becomes several; one of the sizes may be -1.
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor movedim(int64_t source, int64_t destination) const;
  Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  Tensor swapaxes(int64_t dim0, int64_t dim1) const { return transpose(dim0, dim1); }
  Tensor swapdims(int64_t dim0, int64_t dim1) const { return transpose(dim0, dim1); }
  /// All dimensions in reverse; mT: the last two exchanged.
  Tensor T() const;
  Tensor mT() const;
  /// The elements with i2 = i1 + offset of dimensions dim1 and dim2, as a new last dimension.
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  /// Windows of `size` entries, `step` apart, of a dimension; their entries are a new last one.
  Tensor unfold(int64_t dim, int64_t size, int64_t step) const;
  TensorList chunk(int64_t chunks, int64_t dim = 0) const;
  TensorList split(int64_t split_size, int64_t dim = 0) const;
  TensorList split(IntArrayRef split_sizes, int64_t dim = 0) const;
  TensorList split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  TensorList unbind(int64_t dim = 0) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor slice(int64_t dim, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
               int64_t step = 1) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  /// Any window onto the storage; `offset` counts from its start (default: this tensor's own).
  Tensor as_strided(IntArrayRef sizes, IntArrayRef strides,
                    std::optional<int64_t> offset = {}) const;
  /// The i-th slice along dimension 0.
  Tensor operator[](int64_t index) const { return select(0, index); }

  // --- the same elements elsewhere, copied ---
  Tensor flip(IntArrayRef dims) const;
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  Tensor repeat(IntArrayRef repeats) const;
  Tensor tile(IntArrayRef dims) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = {}) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = {}) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor cumsum(int64_t dim) const;
  Tensor cumprod(int64_t dim) const;

  // --- indexing: autograd/ops/indexing.h, docs/ops/index.md ---
  /// x.index({Slice(1, None, 2), "...", mask, 3}): a view as long as no tensor is among them.
  Tensor index(IndexList indices) const;
  Tensor index(const IndexVector& indices) const;
  Tensor operator[](const Tensor& index) const;
  /// Writes what broadcasts to x.index(indices) there; `accumulate` adds instead.
  const Tensor& index_put_(IndexList indices, Scalar value) const;
  const Tensor& index_put_(const IndexVector& indices, Scalar value) const;
  REEL_BOTH(index_put, (IndexList indices, const Tensor& values, bool accumulate = false));
  REEL_BOTH(index_put, (const IndexVector& indices, const Tensor& values, bool accumulate = false));
  Tensor index_select(int64_t dim, const Tensor& index) const;
  REEL_BOTH(index_add, (int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha = 1));
  REEL_BOTH(index_copy, (int64_t dim, const Tensor& index, const Tensor& source));
  REEL_BOTH(index_fill, (int64_t dim, const Tensor& index, Scalar value));
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = {}) const;
  REEL_BOTH(scatter, (int64_t dim, const Tensor& index, const Tensor& src));
  REEL_BOTH(scatter, (int64_t dim, const Tensor& index, Scalar value));
  REEL_BOTH(scatter_add, (int64_t dim, const Tensor& index, const Tensor& src));
  Tensor take(const Tensor& index) const;
  Tensor masked_select(const Tensor& mask) const;
  REEL_BOTH(masked_scatter, (const Tensor& mask, const Tensor& source));
  /// Indices of the elements that are not zero, one a row: (n, dimensions), int64.
  Tensor nonzero() const;

  // --- order: values and their int64 positions; equals keep their order, NaN is the largest ---
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                  bool sorted = true) const;
  /// The k-th smallest, counted from 1.
  std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;

  // --- elementwise; broadcasting ---
  REEL_BOTH(add, (const Tensor& other, Scalar alpha = 1));
  REEL_BOTH(sub, (const Tensor& other, Scalar alpha = 1));
  REEL_BOTH(mul, (const Tensor& other));
  REEL_BOTH(div, (const Tensor& other));
  REEL_BOTH(add, (Scalar other));
  REEL_BOTH(sub, (Scalar other));
  REEL_BOTH(mul, (Scalar other));
  REEL_BOTH(div, (Scalar other));
  /// The quotient rounded: "floor" down, "trunc" towards 0.
  REEL_BOTH(div, (const Tensor& other, const std::string& rounding_mode));
  REEL_BOTH(div, (Scalar other, const std::string& rounding_mode));
  /// The quotient rounded down, and what is left of the dividend.
  REEL_BINARY(floor_divide);
  REEL_BINARY(remainder);
  /// The remainder of the quotient rounded towards 0.
  REEL_BINARY(fmod);
  REEL_BOTH(atan2, (const Tensor& other));
  REEL_BOTH(hypot, (const Tensor& other));
  REEL_BOTH(lerp, (const Tensor& end, Scalar weight));
  REEL_BOTH(lerp, (const Tensor& end, const Tensor& weight));
  REEL_BOTH(addcmul, (const Tensor& a, const Tensor& b, Scalar value = 1));
  REEL_BOTH(addcdiv, (const Tensor& a, const Tensor& b, Scalar value = 1));
  REEL_BOTH(pow, (Scalar exponent));
  REEL_BOTH(pow, (const Tensor& exponent));
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor max(const Tensor& other) const { return maximum(other); }
  Tensor min(const Tensor& other) const { return minimum(other); }
  REEL_UNARY(neg);
  REEL_UNARY(exp);
  REEL_UNARY(log);
  REEL_UNARY(log1p);
  REEL_UNARY(expm1);
  REEL_UNARY(sqrt);
  REEL_UNARY(rsqrt);
  REEL_UNARY(square);
  REEL_UNARY(reciprocal);
  REEL_UNARY(abs);
  REEL_UNARY(sign);
  REEL_UNARY(floor);
  REEL_UNARY(ceil);
  REEL_UNARY(round);
  REEL_UNARY(trunc);
  REEL_UNARY(frac);
  REEL_UNARY(sin);
  REEL_UNARY(cos);
  REEL_UNARY(tan);
  REEL_UNARY(asin);
  REEL_UNARY(acos);
  REEL_UNARY(atan);
  REEL_UNARY(sinh);
  REEL_UNARY(cosh);
  REEL_UNARY(asinh);
  REEL_UNARY(acosh);
  REEL_UNARY(atanh);
  REEL_UNARY(exp2);
  REEL_UNARY(log2);
  REEL_UNARY(log10);
  REEL_UNARY(erf);
  REEL_UNARY(erfc);
  REEL_UNARY(tanh);
  REEL_UNARY(sigmoid);
  REEL_UNARY(relu);
  REEL_BOTH(clamp, (std::optional<Scalar> min, std::optional<Scalar> max = {}));
  REEL_BOTH(clamp, (const Tensor& min, const Tensor& max));
  Tensor clamp_min(Scalar min) const { return clamp(min); }
  Tensor clamp_max(Scalar max) const { return clamp({}, max); }
  Tensor clamp_min(const Tensor& min) const { return maximum(min); }
  Tensor clamp_max(const Tensor& max) const { return minimum(max); }
  REEL_BOTH(nan_to_num,
            (double nan = 0, std::optional<double> posinf = {}, std::optional<double> neginf = {}));
  Tensor prelu(const Tensor& weight) const;
  REEL_BOTH(masked_fill, (const Tensor& mask, Scalar value));

  // --- elementwise, in place ---
  const Tensor& clamp_min_(Scalar min) const { return clamp_(min); }
  const Tensor& clamp_max_(Scalar max) const { return clamp_({}, max); }
  const Tensor& clamp_min_(const Tensor& min) const;
  const Tensor& clamp_max_(const Tensor& max) const;
  const Tensor& operator+=(const Tensor& other) const { return add_(other); }
  const Tensor& operator-=(const Tensor& other) const { return sub_(other); }
  const Tensor& operator*=(const Tensor& other) const { return mul_(other); }
  const Tensor& operator/=(const Tensor& other) const { return div_(other); }
  const Tensor& operator+=(Scalar other) const { return add_(other); }
  const Tensor& operator-=(Scalar other) const { return sub_(other); }
  const Tensor& operator*=(Scalar other) const { return mul_(other); }
  const Tensor& operator/=(Scalar other) const { return div_(other); }

  // --- random, in place; from the thread's default generator, or the one given ---
  const Tensor& uniform_(double from = 0, double to = 1) const;
  const Tensor& uniform_(double from, double to, Generator& generator) const;
  const Tensor& normal_(double mean = 0, double std = 1) const;
  const Tensor& normal_(double mean, double std, Generator& generator) const;
  const Tensor& bernoulli_(double p = 0.5) const;
  const Tensor& exponential_(double lambda = 1) const;
  const Tensor& log_normal_(double mean = 1, double std = 2) const;
  /// Uniform integers in [from, to); from 0; up to the largest that the dtype holds exactly.
  const Tensor& random_(int64_t from, int64_t to) const;
  const Tensor& random_(int64_t to) const { return random_(0, to); }
  const Tensor& random_() const;
  /// 1 with the probability that each element is, else 0; with p for all.
  Tensor bernoulli() const;
  Tensor bernoulli(double p) const;
  /// Indices drawn by the weights in each row of a vector or matrix.
  Tensor multinomial(int64_t num_samples, bool replacement = false) const;

  // --- new tensors of this one's dtype, unless options name another ---
  Tensor new_empty(IntArrayRef sizes, TensorOptions options = {}) const;
  Tensor new_full(IntArrayRef sizes, Scalar value, TensorOptions options = {}) const;
  Tensor new_zeros(IntArrayRef sizes, TensorOptions options = {}) const;
  Tensor new_ones(IntArrayRef sizes, TensorOptions options = {}) const;

  // --- comparisons: bool, in place of the tensor's dtype; never on the tape ---
  REEL_BINARY(eq);
  REEL_BINARY(ne);
  REEL_BINARY(lt);
  REEL_BINARY(le);
  REEL_BINARY(gt);
  REEL_BINARY(ge);
  REEL_BOTH(logical_not, ());
  REEL_BOTH(logical_and, (const Tensor& other));
  REEL_BOTH(logical_or, (const Tensor& other));
  REEL_BOTH(logical_xor, (const Tensor& other));
  Tensor isfinite() const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                 bool equal_nan = false) const;
  bool equal(const Tensor& other) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                bool equal_nan = false) const;

  // --- bits of bool and integers, never on the tape ---
  REEL_BOTH(bitwise_not, ());
  REEL_BINARY(bitwise_and);
  REEL_BINARY(bitwise_or);
  REEL_BINARY(bitwise_xor);
  const Tensor& operator&=(const Tensor& other) const { return bitwise_and_(other); }
  const Tensor& operator|=(const Tensor& other) const { return bitwise_or_(other); }
  const Tensor& operator^=(const Tensor& other) const { return bitwise_xor_(other); }

  // --- reductions; a dtype is what the elements are converted to first ---
  Tensor sum() const;
  Tensor sum(Dtype dtype) const { return to(dtype).sum(); }
  Tensor sum(IntArrayRef dims, bool keepdim = false) const;
  Tensor sum(IntArrayRef dims, bool keepdim, Dtype dtype) const;
  Tensor mean() const;
  Tensor mean(Dtype dtype) const { return to(dtype).mean(); }
  Tensor mean(IntArrayRef dims, bool keepdim = false) const;
  Tensor mean(IntArrayRef dims, bool keepdim, Dtype dtype) const;
  Tensor nansum(IntArrayRef dims = {}, bool keepdim = false) const;
  Tensor nanmean(IntArrayRef dims = {}, bool keepdim = false) const;
  Tensor prod() const;
  Tensor prod(Dtype dtype) const { return to(dtype).prod(); }
  Tensor prod(int64_t dim, bool keepdim = false) const;
  Tensor prod(int64_t dim, bool keepdim, Dtype dtype) const { return to(dtype).prod(dim, keepdim); }
  Tensor count_nonzero(IntArrayRef dims = {}) const;
  /// Divides by (count - 1) when unbiased. Only a bool is `unbiased`: var(1) is along dimension 1.
  Tensor var() const { return var(IntArrayRef()); }
  template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
  Tensor var(B unbiased) const {
    return var(IntArrayRef(), unbiased);
  }
  Tensor var(IntArrayRef dims, bool unbiased = true, bool keepdim = false) const;
  Tensor std() const { return std(IntArrayRef()); }
  template <class B, class = std::enable_if_t<std::is_same_v<B, bool>>>
  Tensor std(B unbiased) const {
    return std(IntArrayRef(), unbiased);
  }
  Tensor std(IntArrayRef dims, bool unbiased = true, bool keepdim = false) const;
  Tensor max() const;
  Tensor min() const;
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor amax(IntArrayRef dims = {}, bool keepdim = false) const;
  Tensor amin(IntArrayRef dims = {}, bool keepdim = false) const;
  Tensor logsumexp(IntArrayRef dims, bool keepdim = false) const;
  /// The lower one of the middle values; along a dimension also where it is.
  Tensor median() const;
  std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  Tensor norm() const;
  /// (sum |x|^p)^(1/p); p may be 0, the number of elements that are not, and +-inf.
  Tensor norm(Scalar p, IntArrayRef dims = {}, bool keepdim = false) const;
  Tensor all() const;
  Tensor any() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor any(int64_t dim, bool keepdim = false) const;

  // --- products; autograd/ops/products.h has the rules ---
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const { return matmul(other); }
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& other) const;
  Tensor dot(const Tensor& other) const;
  Tensor inner(const Tensor& other) const;
  Tensor outer(const Tensor& other) const;
  REEL_BOTH(addmm, (const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1));
  REEL_BOTH(addmv, (const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1));
  REEL_BOTH(addr, (const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1));
  REEL_BOTH(baddbmm, (const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1));
  Tensor trace() const;
  Tensor softmax(int64_t dim) const;
  Tensor softmax(int64_t dim, Dtype dtype) const { return to(dtype).softmax(dim); }
  Tensor log_softmax(int64_t dim) const;
  Tensor log_softmax(int64_t dim, Dtype dtype) const { return to(dtype).log_softmax(dim); }

 private:
  TensorImpl& checked() const {
    if (!impl_) [[unlikely]]
      throw_undefined();
    return *impl_;
  }
  TensorImpl& presented() const {
    checked().present();
    return *impl_;
  }
  [[noreturn]] static void throw_undefined();
  bool view_requires_grad() const;
  void* first() const {
    TensorImpl& impl = presented();
    return static_cast<char*>(impl.storage->data()) +
           impl.offset * static_cast<int64_t>(size_of(impl.dtype));
  }
  void* checked_data(Dtype wanted) const;
  void check_accessor(Dtype wanted, int64_t ndim) const;

  Ref<TensorImpl> impl_;
};

#undef REEL_BOTH
#undef REEL_UNARY
#undef REEL_BINARY

/// Values in nested brackets, summarised from 1,000 elements on, then what they do not show: the
/// size and dtype where they are not evident, and whether the tensor is on the tape.
std::string to_string(const Tensor& x);
std::ostream& operator<<(std::ostream& out, const Tensor& x);
/// Inside messages a tensor is its shape.
void append_text(std::string& out, const Tensor& x);

}  // namespace reel
