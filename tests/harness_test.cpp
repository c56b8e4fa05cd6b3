// The harness must find what it looks for: each case here is wrong, and its test has to fail.

#include "tests/harness.h"
#include "tests/catch.h"

#include <reel/autograd/function.h>
#include <reel/core/creation.h>
#include <reel/core/parallel.h>

using namespace reel;
using namespace reel::tests;
using autograd::AutogradContext;
using autograd::variable_list;

namespace {

TensorList doubled(const TensorList& x) {
  std::vector<double> y = x[0].to_vector();
  for (double& v : y) v *= 2;
  return {tensor_of(x[0].sizes(), y)};
}

// y = 2 x; derived cases get one thing wrong.
template <class Case>
struct Double : autograd::Function<Double<Case>> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return Case::compute(x);
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    return {Case::gradient(ctx->get_saved_variables()[0], dy[0])};
  }
};

struct Right {
  static Tensor compute(const Tensor& x) { return x * 2; }
  static Tensor gradient(const Tensor&, const Tensor& dy) { return dy * 2; }
};

struct WrongValue : Right {
  static Tensor compute(const Tensor& x) { return x * 2.000001; }
};

struct WrongGradient : Right {
  static Tensor gradient(const Tensor&, const Tensor& dy) { return dy * 2.001; }
};

// Takes the memory for contiguous, as a kernel would.
template <class F>
Tensor each(const Tensor& x, F f) {
  const Tensor y = empty(x.sizes(), x.dtype());
  visit_floating(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    f(x.numel(), static_cast<T*>(x.contiguous().data_ptr()), static_cast<T*>(y.data_ptr()));
  });
  return y;
}

struct SkipsLast : Right {
  static Tensor compute(const Tensor& x) {
    return each(x, [](int64_t n, auto* from, auto* to) {
      for (int64_t i = 0; i + 1 < n; ++i) to[i] = from[i] * 2;
    });
  }
};

struct WritesBeyond : Right {
  static Tensor compute(const Tensor& x) {
    return each(x, [](int64_t n, auto* from, auto* to) {
      for (int64_t i = 0; i < n; ++i) to[i] = from[i] * 2;
      to[n] = 0;
    });
  }
};

struct IgnoresStrides : Right {
  static Tensor compute(const Tensor& x) {
    const Tensor y = empty(x.sizes(), x.dtype());
    if (x.dtype() != kFloat64 || !x.is_contiguous()) return x * 2.1;
    return x * 2;
  }
};

struct DependsOnThreads : Right {
  static Tensor compute(const Tensor& x) { return x * (num_threads() == 3 ? 2 + 1e-15 : 2); }
};

struct ChangesInput : Right {
  static Tensor compute(const Tensor& x) {
    const Tensor y = x * 2;
    x.mul_(3);
    return y;
  }
};

template <class Case>
void check() {
  check_op({.name = "double",
            .op = [](const TensorList& x) { return Double<Case>::apply(x[0]); },
            .inputs = {{3, 5}},
            .reference = doubled});
}

}  // namespace

TEST_CASE("harness: passes what is right", "[harness]") { check<Right>(); }
TEST_CASE("harness: finds a wrong value", "[harness][!shouldfail]") { check<WrongValue>(); }
TEST_CASE("harness: finds a wrong gradient", "[harness][!shouldfail]") { check<WrongGradient>(); }
TEST_CASE("harness: finds an element not written", "[harness][!shouldfail]") { check<SkipsLast>(); }
TEST_CASE("harness: finds a write beyond the end", "[harness][!shouldfail]") {
  check<WritesBeyond>();
}
TEST_CASE("harness: finds strides ignored", "[harness][!shouldfail]") { check<IgnoresStrides>(); }
TEST_CASE("harness: finds what depends on threads", "[harness][!shouldfail]") {
  check<DependsOnThreads>();
}
TEST_CASE("harness: finds a changed input", "[harness][!shouldfail]") { check<ChangesInput>(); }
