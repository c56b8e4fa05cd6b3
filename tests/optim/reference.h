#pragma once

// Optimizers in plain loops over doubles, as PyTorch's documentation writes them.

#include <reel/core/creation.h>
#include <reel/optim/adam.h>
#include <reel/optim/sgd.h>

#include <cmath>
#include <vector>

namespace reel::tests {

using Values = std::vector<double>;

inline void sgd_reference(const optim::SGDOptions& o, int64_t step, const Values& g, Values& x,
                          Values& v) {
  for (size_t i = 0; i < x.size(); ++i) {
    double d = o.maximize() ? -g[i] : g[i];
    if (o.weight_decay() != 0) d = d + o.weight_decay() * x[i];
    if (o.momentum() != 0) {
      v[i] = step == 1 ? d : o.momentum() * v[i] + (1 - o.dampening()) * d;
      d = o.nesterov() ? d + o.momentum() * v[i] : v[i];
    }
    x[i] = x[i] - o.lr() * d;
  }
}

/// What Adam remembers.
struct Moments {
  explicit Moments(size_t n) : m(n), v(n), v_max(n) {}
  Values m, v, v_max;
};

template <bool kDecoupled>
void adam_reference(const optim::AdamOptionsOf<kDecoupled>& o, int64_t step, const Values& g,
                    Values& x, Moments& state) {
  const auto [beta1, beta2] = o.betas();
  for (size_t i = 0; i < x.size(); ++i) {
    double d = o.maximize() ? -g[i] : g[i];
    if (kDecoupled)
      x[i] = x[i] - o.lr() * o.weight_decay() * x[i];
    else
      d = d + o.weight_decay() * x[i];
    state.m[i] = beta1 * state.m[i] + (1 - beta1) * d;
    state.v[i] = beta2 * state.v[i] + (1 - beta2) * d * d;
    state.v_max[i] = std::max(state.v_max[i], state.v[i]);
    const double mean = state.m[i] / (1 - std::pow(beta1, static_cast<double>(step)));
    const double square = (o.amsgrad() ? state.v_max[i] : state.v[i]) /
                          (1 - std::pow(beta2, static_cast<double>(step)));
    x[i] = x[i] - o.lr() * mean / (std::sqrt(square) + o.eps());
  }
}

/// A parameter of n values, and the gradient of each step.
inline Tensor start(int64_t n, Dtype dtype) {
  Tensor x = empty({n}, dtype);
  visit_floating(dtype, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < n; ++i)
      x.data_ptr<T>()[i] = static_cast<T>(std::sin(0.7 * static_cast<double>(i) + 1));
  });
  return x.set_requires_grad(true);
}

inline Values gradient(int64_t n, int64_t step) {
  Values g(static_cast<size_t>(n));
  for (size_t i = 0; i < g.size(); ++i)
    g[i] = std::cos(1.3 * static_cast<double>(i) + 2.1 * static_cast<double>(step));
  return g;
}

inline void set_gradient(const Tensor& x, const Values& g) {
  x.mutable_grad() = from_vector(g, x.sizes()).to(x.dtype());
}

inline double largest_difference(const Tensor& x, const Values& expected) {
  const Values actual = x.detach().to_vector();
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    largest = std::max(largest, std::abs(actual[i] - expected[i]));
  return largest;
}

}  // namespace reel::tests
