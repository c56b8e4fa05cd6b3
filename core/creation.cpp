#include <reel/core/creation.h>
#include <reel/core/distributions.h>
#include <reel/core/layout.h>

#include <algorithm>
#include <cmath>

namespace reel {

namespace {

Tensor finish(Tensor x, TensorOptions options) {
  if (options.requires_grad()) x.set_requires_grad(true);
  return x;
}

// A contiguous tensor of `f(i)`, computed as double or as int64.
template <class F>
Tensor sequence(int64_t n, Dtype dtype, F f) {
  Tensor x = empty(n, dtype);
  visit_stored(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* p = physical_data<T>(x);
    for (int64_t i = 0; i < n; ++i) p[i] = static_cast<T>(f(i));
  });
  return x;
}

int64_t check_arange(double start, double end, double step) {
  REEL_CHECK(std::isfinite(start) && std::isfinite(end) && std::isfinite(step), "arange: start ",
             start, ", end ", end, ", step ", step, "; they must be finite.");
  const double n = std::ceil((end - start) / step);
  REEL_CHECK(n < 0x1p60, "arange: ", n, " elements are more than memory can address.");
  return static_cast<int64_t>(n);
}

int64_t check_arange(int64_t start, int64_t end, int64_t step) {
  const auto distance = static_cast<uint64_t>(end) - static_cast<uint64_t>(start);
  if (distance == 0) return 0;
  const uint64_t n = step > 0 ? (distance - 1) / static_cast<uint64_t>(step)
                              : (0 - distance - 1) / (0 - static_cast<uint64_t>(step));
  REEL_CHECK(n < uint64_t{1} << 60, "arange: ", n, " elements are more than memory can address.");
  return static_cast<int64_t>(n) + 1;
}

double step_from(double start, double step, int64_t i) {
  return start + static_cast<double>(i) * step;
}

// Unsigned: i steps may be more than an integer holds, though where they end is not.
int64_t step_from(int64_t start, int64_t step, int64_t i) {
  return static_cast<int64_t>(static_cast<uint64_t>(start) +
                              static_cast<uint64_t>(i) * static_cast<uint64_t>(step));
}

template <class T>
Tensor arange_of(Scalar start, Scalar end, Scalar step, Dtype dtype) {
  const T a = start.to<T>(), b = end.to<T>(), s = step.to<T>();
  REEL_CHECK(s != 0 && (a == b || (a < b) == (s > 0)), "arange: a step of ", step,
             " never leads from ", start, " to ", end, "; it must have the sign of end - start.");
  const int64_t n = check_arange(a, b, s);
  return sequence(n, dtype, [=](int64_t i) { return step_from(a, s, i); });
}

}  // namespace

Tensor empty(IntArrayRef sizes, TensorOptions options) {
  const int64_t numel = numel_of(sizes);
  const size_t bytes = static_cast<size_t>(numel) * size_of(options.dtype());
  return finish(
      Tensor(make_ref<TensorImpl>(make_ref<Storage>(bytes), sizes, numel, options.dtype())),
      options);
}

Tensor full(IntArrayRef sizes, Scalar value, TensorOptions options) {
  Tensor x = empty(sizes, options.dtype_or(value.is_floating_point() ? kFloat32 : value.dtype()));
  x.fill_(value);
  return finish(std::move(x), options);
}

Tensor zeros(IntArrayRef sizes, TensorOptions options) { return full(sizes, 0.0, options); }
Tensor ones(IntArrayRef sizes, TensorOptions options) { return full(sizes, 1.0, options); }

Tensor empty_like(const Tensor& x, TensorOptions options) {
  return finish(empty_like_layout(x, options.dtype_or(x.dtype())), options);
}

Tensor full_like(const Tensor& x, Scalar value, TensorOptions options) {
  Tensor y = empty_like(x, options.dtype_or(x.dtype()));
  y.fill_(value);
  return finish(std::move(y), options);
}

Tensor zeros_like(const Tensor& x, TensorOptions options) { return full_like(x, 0, options); }
Tensor ones_like(const Tensor& x, TensorOptions options) { return full_like(x, 1, options); }

Tensor arange(Scalar start, Scalar end, Scalar step, TensorOptions options) {
  const bool floating =
      start.is_floating_point() || end.is_floating_point() || step.is_floating_point();
  const Dtype dtype = options.dtype_or(floating ? kFloat32 : kInt64);
  return finish(floating ? arange_of<double>(start, end, step, dtype)
                         : arange_of<int64_t>(start, end, step, dtype),
                options);
}

Tensor arange(Scalar start, Scalar end, TensorOptions options) {
  return arange(start, end, 1, options);
}
Tensor arange(Scalar end, TensorOptions options) { return arange(0, end, 1, options); }

Tensor linspace(Scalar start, Scalar end, int64_t steps, TensorOptions options) {
  REEL_CHECK(steps >= 0, "linspace: ", steps, " steps; there must be 0 or more.");
  const auto a = start.to<double>(), b = end.to<double>();
  const double step = steps > 1 ? (b - a) / static_cast<double>(steps - 1) : 0;
  // From both ends, so that each is met exactly.
  const auto value = [=](int64_t i) {
    return 2 * i < steps ? a + step * static_cast<double>(i)
                         : b - step * static_cast<double>(steps - 1 - i);
  };
  return finish(sequence(steps, options.dtype(), value), options);
}

Tensor logspace(Scalar start, Scalar end, int64_t steps, double base, TensorOptions options) {
  const Tensor powers = linspace(start, end, steps, kFloat64);
  const double* p = physical_data<double>(powers);
  const auto value = [=](int64_t i) { return std::pow(base, p[i]); };
  return finish(sequence(steps, options.dtype(), value), options);
}

namespace {

// Positions with column - row <= offset, or >= offset.
Tensor triangle(const char* op, int64_t row, int64_t col, int64_t offset, bool lower) {
  REEL_CHECK(row >= 0 && col >= 0, op, ": a matrix of ", row, " rows and ", col,
             " columns; neither may be negative.");
  numel_of({row, col});  // throws on overflow
  const int64_t near = std::clamp(offset, -row, col);
  const auto begin = [=](int64_t r) { return lower ? 0 : std::clamp<int64_t>(r + near, 0, col); };
  const auto end = [=](int64_t r) {
    return lower ? std::clamp<int64_t>(r + near + 1, 0, col) : col;
  };
  int64_t n = 0;
  for (int64_t r = 0; r < row; ++r) n += end(r) - begin(r);
  Tensor x = empty({2, n}, kInt64);
  auto* p = physical_data<int64_t>(x);
  for (int64_t r = 0; r < row; ++r)
    for (int64_t c = begin(r); c < end(r); ++c, ++p) {
      p[0] = r;
      p[n] = c;
    }
  return x;
}

}  // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset) {
  return triangle("tril_indices", row, col, offset, true);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset) {
  return triangle("triu_indices", row, col, offset, false);
}

Tensor eye(int64_t n, TensorOptions options) { return eye(n, n, options); }

Tensor eye(int64_t n, int64_t m, TensorOptions options) {
  Tensor x = zeros({n, m}, options.dtype());
  alias(x, n < m ? n : m, m + 1, 0).fill_(1);
  return finish(std::move(x), options);
}

Tensor rand(IntArrayRef sizes, TensorOptions options) {
  return rand(sizes, default_generator(), options);
}
Tensor rand(IntArrayRef sizes, Generator& generator, TensorOptions options) {
  Tensor x = empty(sizes, options.dtype());
  fill_uniform("rand", x, generator, 0, 1);
  return finish(std::move(x), options);
}

Tensor randn(IntArrayRef sizes, TensorOptions options) {
  return randn(sizes, default_generator(), options);
}
Tensor randn(IntArrayRef sizes, Generator& generator, TensorOptions options) {
  Tensor x = empty(sizes, options.dtype());
  fill_normal("randn", x, generator, 0, 1);
  return finish(std::move(x), options);
}

Tensor rand_like(const Tensor& x, TensorOptions options) {
  return rand_like(x, default_generator(), options);
}
Tensor rand_like(const Tensor& x, Generator& generator, TensorOptions options) {
  Tensor y = empty_like(x, options.dtype_or(x.dtype()));
  fill_uniform("rand_like", y, generator, 0, 1);
  return finish(std::move(y), options);
}

Tensor randn_like(const Tensor& x, TensorOptions options) {
  return randn_like(x, default_generator(), options);
}
Tensor randn_like(const Tensor& x, Generator& generator, TensorOptions options) {
  Tensor y = empty_like(x, options.dtype_or(x.dtype()));
  fill_normal("randn_like", y, generator, 0, 1);
  return finish(std::move(y), options);
}

Tensor randint(int64_t high, IntArrayRef sizes, TensorOptions options) {
  return randint(0, high, sizes, default_generator(), options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, TensorOptions options) {
  return randint(low, high, sizes, default_generator(), options);
}
Tensor randint(int64_t high, IntArrayRef sizes, Generator& generator, TensorOptions options) {
  return randint(0, high, sizes, generator, options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, Generator& generator,
               TensorOptions options) {
  Tensor x = empty(sizes, options.dtype_or(kInt64));
  fill_integers("randint", x, generator, low, high);
  return finish(std::move(x), options);
}

Tensor randint_like(const Tensor& x, int64_t high, TensorOptions options) {
  return randint_like(x, 0, high, options);
}
Tensor randint_like(const Tensor& x, int64_t low, int64_t high, TensorOptions options) {
  Tensor y = empty_like(x, options.dtype_or(x.dtype()));
  fill_integers("randint_like", y, default_generator(), low, high);
  return finish(std::move(y), options);
}

Tensor normal(double mean, double std, IntArrayRef sizes, TensorOptions options) {
  return normal(mean, std, sizes, default_generator(), options);
}
Tensor normal(double mean, double std, IntArrayRef sizes, Generator& generator,
              TensorOptions options) {
  Tensor x = empty(sizes, options.dtype());
  fill_normal("normal", x, generator, mean, std);
  return finish(std::move(x), options);
}

Tensor Tensor::new_empty(IntArrayRef sizes, TensorOptions options) const {
  return finish(empty(sizes, options.dtype_or(dtype())), options);
}
Tensor Tensor::new_full(IntArrayRef sizes, Scalar value, TensorOptions options) const {
  return finish(full(sizes, value, options.dtype_or(dtype())), options);
}
Tensor Tensor::new_zeros(IntArrayRef sizes, TensorOptions options) const {
  return new_full(sizes, 0, options);
}
Tensor Tensor::new_ones(IntArrayRef sizes, TensorOptions options) const {
  return new_full(sizes, 1, options);
}

Tensor randperm(int64_t n, TensorOptions options) {
  return randperm(n, default_generator(), options);
}
Tensor randperm(int64_t n, Generator& generator, TensorOptions options) {
  REEL_CHECK(n >= 0, "randperm: ", n, " elements; there must be 0 or more.");
  Tensor order = arange(n, kInt64);
  const Tensor draws = empty(n, kInt64);
  fill_integers("randperm", draws, generator, 0, INT64_MAX);
  auto *p = physical_data<int64_t>(order), *r = physical_data<int64_t>(draws);
  // Fisher-Yates: place i takes what lies at a random place up to i.
  for (int64_t i = n - 1; i > 0; --i) {
    __extension__ using Wide = __int128;
    std::swap(p[i], p[static_cast<int64_t>((Wide{r[i]} * (i + 1)) >> 63)]);
  }
  if (options.dtype_or(kInt64) == kInt64) return finish(std::move(order), options);
  Tensor x = empty(n, options.dtype());
  copy_values(order, x);
  return finish(std::move(x), options);
}

}  // namespace reel
