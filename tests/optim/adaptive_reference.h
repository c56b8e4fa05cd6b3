#pragma once

// More optimizers in plain loops over doubles, as PyTorch's documentation writes them.

#include <reel/optim/adadelta.h>
#include <reel/optim/adagrad.h>
#include <reel/optim/adamax.h>
#include <reel/optim/lion.h>
#include <reel/optim/nadam.h>
#include <reel/optim/radam.h>
#include <reel/optim/rmsprop.h>

#include <cmath>

#include "tests/optim/reference.h"

namespace reel::tests {

/// What is remembered of each element, under the names of the formulas in docs/optim.md.
struct Memory {
  Memory(size_t n, double first = 0) : a(n, first), b(n), c(n) {}
  Values a, b, c;
  double product = 1;
};

template <class Options>
double decayed_gradient(const Options& o, double g, double x) {
  return (o.maximize() ? -g : g) + o.weight_decay() * x;
}

inline void reference_step(const optim::RMSpropOptions& o, int64_t, const Values& g, Values& x,
                           Memory& s) {
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = decayed_gradient(o, g[i], x[i]);
    s.a[i] = o.alpha() * s.a[i] + (1 - o.alpha()) * d * d;
    s.c[i] = o.alpha() * s.c[i] + (1 - o.alpha()) * d;
    const double second = o.centered() ? s.a[i] - s.c[i] * s.c[i] : s.a[i];
    const double quotient = d / (std::sqrt(second) + o.eps());
    s.b[i] = o.momentum() * s.b[i] + quotient;
    x[i] -= o.lr() * (o.momentum() > 0 ? s.b[i] : quotient);
  }
}

inline void reference_step(const optim::AdagradOptions& o, int64_t step, const Values& g, Values& x,
                           Memory& s) {
  const double lr = o.lr() / (1 + static_cast<double>(step - 1) * o.lr_decay());
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = decayed_gradient(o, g[i], x[i]);
    s.a[i] += d * d;
    x[i] -= lr * d / (std::sqrt(s.a[i]) + o.eps());
  }
}

inline void reference_step(const optim::AdadeltaOptions& o, int64_t, const Values& g, Values& x,
                           Memory& s) {
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = decayed_gradient(o, g[i], x[i]);
    s.a[i] = o.rho() * s.a[i] + (1 - o.rho()) * d * d;
    const double change = std::sqrt((s.b[i] + o.eps()) / (s.a[i] + o.eps())) * d;
    s.b[i] = o.rho() * s.b[i] + (1 - o.rho()) * change * change;
    x[i] -= o.lr() * change;
  }
}

inline void reference_step(const optim::AdamaxOptions& o, int64_t step, const Values& g, Values& x,
                           Memory& s) {
  const auto [beta1, beta2] = o.betas();
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = decayed_gradient(o, g[i], x[i]);
    s.a[i] = beta1 * s.a[i] + (1 - beta1) * d;
    s.b[i] = std::max(beta2 * s.b[i], std::abs(d) + o.eps());
    x[i] -= o.lr() / (1 - std::pow(beta1, static_cast<double>(step))) * s.a[i] / s.b[i];
  }
}

// The gradient and the moments that NAdam and RAdam share; x loses its decoupled decay.
template <class Options>
double moments(const Options& o, double g, double& x, double& m, double& v) {
  const auto [beta1, beta2] = o.betas();
  double d = o.maximize() ? -g : g;
  if (o.decoupled_weight_decay())
    x -= o.lr() * o.weight_decay() * x;
  else
    d += o.weight_decay() * x;
  m = beta1 * m + (1 - beta1) * d;
  v = beta2 * v + (1 - beta2) * d * d;
  return d;
}

inline void reference_step(const optim::NAdamOptions& o, int64_t step, const Values& g, Values& x,
                           Memory& s) {
  const auto [beta1, beta2] = o.betas();
  const double t = static_cast<double>(step), first = beta1;
  const auto mu = [&](double at) {
    return first * (1 - 0.5 * std::pow(0.96, at * o.momentum_decay()));
  };
  s.product *= mu(t);
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = moments(o, g[i], x[i], s.a[i], s.b[i]);
    const double root = std::sqrt(s.b[i] / (1 - std::pow(beta2, t))) + o.eps();
    x[i] -= o.lr() * (1 - mu(t)) / (1 - s.product) * d / root;
    x[i] -= o.lr() * mu(t + 1) / (1 - s.product * mu(t + 1)) * s.a[i] / root;
  }
}

inline void reference_step(const optim::RAdamOptions& o, int64_t step, const Values& g, Values& x,
                           Memory& s) {
  const auto [beta1, beta2] = o.betas();
  const double t = static_cast<double>(step), c1 = 1 - std::pow(beta1, t),
               c2 = 1 - std::pow(beta2, t), most = 2 / (1 - beta2) - 1,
               r = most - 2 * t * std::pow(beta2, t) / c2;
  for (size_t i = 0; i < x.size(); ++i) {
    moments(o, g[i], x[i], s.a[i], s.b[i]);
    double change = o.lr() * s.a[i] / c1;
    if (r > 5)
      change *= std::sqrt((r - 4) * (r - 2) * most / ((most - 4) * (most - 2) * r)) *
                std::sqrt(c2) / (std::sqrt(s.b[i]) + o.eps());
    x[i] -= change;
  }
}

inline void reference_step(const optim::LionOptions& o, int64_t, const Values& g, Values& x,
                           Memory& s) {
  const auto [beta1, beta2] = o.betas();
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = o.maximize() ? -g[i] : g[i], c = beta1 * s.a[i] + (1 - beta1) * d;
    s.a[i] = beta2 * s.a[i] + (1 - beta2) * d;
    x[i] -= o.lr() * (o.weight_decay() * x[i] + (c > 0 ? 1 : c < 0 ? -1 : 0));
  }
}

}  // namespace reel::tests
