#pragma once
// Making tensors. `options` takes a dtype, requires_grad, or both; without a dtype it is float32,
// or what is said here. Random numbers come from the thread's default generator, or the one given.

#include <reel/core/random.h>
#include <reel/core/tensor.h>

#include <initializer_list>
#include <memory>

namespace reel {

// --- of a shape ---

Tensor empty(IntArrayRef sizes, TensorOptions options = {});
Tensor zeros(IntArrayRef sizes, TensorOptions options = {});
Tensor ones(IntArrayRef sizes, TensorOptions options = {});
/// The dtype of a bool is bool, of an integer int64, of other numbers float32.
Tensor full(IntArrayRef sizes, Scalar value, TensorOptions options = {});

// --- shaped as another tensor, and of its dtype unless options name one ---

Tensor empty_like(const Tensor& x, TensorOptions options = {});
Tensor zeros_like(const Tensor& x, TensorOptions options = {});
Tensor ones_like(const Tensor& x, TensorOptions options = {});
Tensor full_like(const Tensor& x, Scalar value, TensorOptions options = {});
Tensor rand_like(const Tensor& x, TensorOptions options = {});
Tensor rand_like(const Tensor& x, Generator& generator, TensorOptions options = {});
Tensor randn_like(const Tensor& x, TensorOptions options = {});
Tensor randn_like(const Tensor& x, Generator& generator, TensorOptions options = {});

// --- sequences ---

/// start, start + step, ... before end; int64 when all three are integers.
/// Throws: ArgumentError when the step is 0 or leads away from the end.
Tensor arange(Scalar start, Scalar end, Scalar step, TensorOptions options = {});
Tensor arange(Scalar start, Scalar end, TensorOptions options = {});
Tensor arange(Scalar end, TensorOptions options = {});
/// `steps` evenly spaced values, both ends included.
Tensor linspace(Scalar start, Scalar end, int64_t steps, TensorOptions options = {});
/// base to the powers of `linspace(start, end, steps)`.
Tensor logspace(Scalar start, Scalar end, int64_t steps, double base = 10,
                TensorOptions options = {});
/// Row and column (2, n) of each element of a row x col matrix on or below (on or above) the
/// diagonal, or the one `offset` above it; int64.
Tensor tril_indices(int64_t row, int64_t col, int64_t offset = 0);
Tensor triu_indices(int64_t row, int64_t col, int64_t offset = 0);
/// Ones on the diagonal of an n x m matrix (m: n), zeros elsewhere.
Tensor eye(int64_t n, TensorOptions options = {});
Tensor eye(int64_t n, int64_t m, TensorOptions options = {});

// --- random, from the calling thread's default generator or from a given one; docs/ops/random.md
// ---

/// Uniform in [0, 1).
Tensor rand(IntArrayRef sizes, TensorOptions options = {});
Tensor rand(IntArrayRef sizes, Generator& generator, TensorOptions options = {});
/// Normal with mean 0 and standard deviation 1.
Tensor randn(IntArrayRef sizes, TensorOptions options = {});
Tensor randn(IntArrayRef sizes, Generator& generator, TensorOptions options = {});
/// Uniform integers in [low, high), low 0 when left out; int64 unless options name a dtype.
Tensor randint(int64_t high, IntArrayRef sizes, TensorOptions options = {});
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, TensorOptions options = {});
Tensor randint(int64_t high, IntArrayRef sizes, Generator& generator, TensorOptions options = {});
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, Generator& generator,
               TensorOptions options = {});
Tensor randint_like(const Tensor& x, int64_t high, TensorOptions options = {});
Tensor randint_like(const Tensor& x, int64_t low, int64_t high, TensorOptions options = {});
/// Normal with that mean and standard deviation; with those of each element, broadcasting.
Tensor normal(double mean, double std, IntArrayRef sizes, TensorOptions options = {});
Tensor normal(double mean, double std, IntArrayRef sizes, Generator& generator,
              TensorOptions options = {});
Tensor normal(const Tensor& mean, double std = 1);
Tensor normal(double mean, const Tensor& std);
Tensor normal(const Tensor& mean, const Tensor& std);
Tensor normal(const Tensor& mean, const Tensor& std, Generator& generator);
/// 1 with the probability that each element of x is (or p), else 0.
Tensor bernoulli(const Tensor& x);
Tensor bernoulli(const Tensor& x, Generator& generator);
Tensor bernoulli(const Tensor& x, double p);
Tensor bernoulli(const Tensor& x, double p, Generator& generator);
/// `num_samples` indices for each row of weights (n) or (m, n), drawn with or without replacement.
/// Throws: ArgumentError for weights that are negative, not finite, or too few.
Tensor multinomial(const Tensor& weights, int64_t num_samples, bool replacement = false);
Tensor multinomial(const Tensor& weights, int64_t num_samples, bool replacement,
                   Generator& generator);
/// 0, ..., n - 1 in random order; int64 unless options name a dtype.
Tensor randperm(int64_t n, TensorOptions options = {});
Tensor randperm(int64_t n, Generator& generator, TensorOptions options = {});

// --- from values ---

/// A number, or a list of lists of numbers to any depth: what `tensor` is given.
class NestedValues {
 public:
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  NestedValues(T value) : value_(value) {}
  NestedValues(std::initializer_list<NestedValues> entries) : entries_(entries), is_list_(true) {}
  template <class T>
  NestedValues(const std::vector<T>& entries) : is_list_(true) {
    for (const T& entry : entries) entries_.emplace_back(entry);
  }

  bool is_list() const { return is_list_; }
  Scalar value() const { return value_; }
  const std::vector<NestedValues>& entries() const { return entries_; }

 private:
  Scalar value_;
  std::vector<NestedValues> entries_;
  bool is_list_ = false;
};

/// `tensor({{1.0, 2.0}, {3.0, 4.0}})`. Without a dtype in `options`: float32 when any value is
/// floating, else int64 when any is an integer, else bool. Throws: ArgumentError when lists of one
/// level differ in length or depth.
Tensor tensor(const NestedValues& values, TensorOptions options = {});

/// Memory of the caller, who keeps it alive and sees what is written to it. With a deleter, the
/// last tensor that uses the memory calls it.
Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions options = {});
Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                 TensorOptions options = {});

/// The same memory kept alive by `owner`: what from_vector and readers of files build on.
Tensor from_owner(std::shared_ptr<void> owner, void* data, IntArrayRef sizes, Dtype dtype);

/// Throws ArgumentError unless a vector of `count` fills `sizes`.
void check_from_vector(size_t count, IntArrayRef sizes);

/// Takes over a vector as the tensor's memory, without a copy when it is moved in. Throws:
/// ArgumentError unless it fills `sizes`.
template <class T>
Tensor from_vector(std::vector<T> values, IntArrayRef sizes) {
  static_assert(!std::is_same_v<T, bool>, "a vector of bool is no array; use tensor(values)");
  check_from_vector(values.size(), sizes);
  auto owner = std::make_shared<std::vector<T>>(std::move(values));
  return from_owner(owner, owner->data(), sizes, dtype_of<T>);
}
template <class T>
Tensor from_vector(std::vector<T> values) {
  const auto n = static_cast<int64_t>(values.size());
  return from_vector(std::move(values), n);
}

}  // namespace reel
