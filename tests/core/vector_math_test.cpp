// Errors of the float functions of core/kernels/vector_math.h, in units of the last place, against
// double.

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;

namespace {

struct Function {
  const char* name;
  Tensor (*op)(const Tensor&);
  double (*exact)(double);
  double low, high;
  double max_ulps;
};

const Function kFunctions[] = {
    {"exp", exp, std::exp, -87, 88.7, 1.5},
    {"exp near 0", exp, std::exp, -1, 1, 1.5},
    {"log", log, std::log, 1e-30, 1e30, 1.5},
    {"log near 1", log, std::log, 0.5, 2, 1.5},
    {"log1p", log1p, std::log1p, -0.99, 50, 2},
    {"log1p near 0", log1p, std::log1p, -0.01, 0.01, 2},
    {"expm1", expm1, std::expm1, -20, 88.7, 2},
    {"expm1 near 0", expm1, std::expm1, -0.5, 0.5, 2},
    {"tanh", tanh, std::tanh, -10, 10, 2.5},
    {"tanh near 0", tanh, std::tanh, -0.1, 0.1, 2.5},
    {"sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 20, 2.5},
    {"erf", erf, [](double x) { return std::erf(x); }, -5, 5, 2},
    {"log2", log2, std::log2, 1e-30, 1e30, 2},
    {"log2 near 1", log2, std::log2, 0.5, 2, 2.5},
    {"log10", log10, std::log10, 1e-30, 1e30, 2},
    {"log10 near 1", log10, std::log10, 0.5, 2, 2.5},
    {"sin", sin, std::sin, -10, 10, 1.5},
    {"sin far", sin, std::sin, -4e6, 4e6, 1.5},
    {"sin farther", sin, std::sin, -1e9, 1e9, 1.5},
    {"cos", cos, std::cos, -10, 10, 1.5},
    {"cos far", cos, std::cos, -4e6, 4e6, 1.5},
    {"cos farther", cos, std::cos, -1e9, 1e9, 1.5},
    {"tan", tan, std::tan, -10, 10, 2.5},
    {"tan far", tan, std::tan, -1e7, 1e7, 2.5},
    {"asin", asin, std::asin, -1, 1, 2.5},
    {"asin near 0", asin, std::asin, -0.01, 0.01, 2},
    {"acos", acos, std::acos, -1, 1, 2},
    {"acos near 1", acos, std::acos, 0.999, 1, 2},
    {"atan", atan, std::atan, -10, 10, 2},
    {"atan near 0", atan, std::atan, -0.01, 0.01, 2},
    {"atan far", atan, std::atan, -1e6, 1e6, 2},
    {"erf near 0", erf, [](double x) { return std::erf(x); }, -0.01, 0.01, 2},
};

double error_in_ulps(double value, double exact) {
  const float rounded = static_cast<float>(exact);
  const float next = std::nextafter(std::fabs(rounded), std::numeric_limits<float>::infinity());
  const double ulp = std::fmax(static_cast<double>(next - std::fabs(rounded)), 0x1p-149);
  return std::fabs(value - exact) / ulp;
}

}  // namespace

TEST_CASE("vector math: float functions are right to two units in the last place",
          "[vector_math]") {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Function& f : kFunctions) {
      const Tensor x = uniform({40000}, 7, f.low, f.high, kFloat32);
      const std::vector<double> at = x.to_vector(), values = f.op(x).to_vector();
      double worst = 0, where = 0;
      for (size_t i = 0; i < at.size(); ++i) {
        const double e = error_in_ulps(values[i], f.exact(at[i]));
        if (!(e <= worst)) {
          worst = e;
          where = at[i];
        }
      }
      INFO(f.name << " at " << where << " on " << name_of(isa));
      CHECK(worst <= f.max_ulps);
    }
  }
}

TEST_CASE("vector math: gelu and its slope are right to their largest value's last place",
          "[vector_math]") {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    const Tensor x = uniform({40000}, 7, -12, 12, kFloat32).requires_grad_();
    const Tensor y = gelu(x);
    y.backward(ones({40000}));
    const std::vector<double> at = x.to_vector(), values = y.to_vector(),
                              slopes = x.grad().to_vector();
    double worst = 0, worst_slope = 0;
    for (size_t i = 0; i < at.size(); ++i) {
      const double cdf = 0.5 * std::erfc(-at[i] * std::sqrt(0.5));
      const double pdf = std::exp(-0.5 * at[i] * at[i]) * 0.39894228040143268;
      worst = std::fmax(worst, std::fabs(values[i] / at[i] - cdf));
      worst_slope = std::fmax(worst_slope, std::fabs(slopes[i] - (cdf + at[i] * pdf)));
    }
    INFO(name_of(isa));
    CHECK(worst <= 2e-7);
    CHECK(worst_slope <= 8e-7);
  }
}

TEST_CASE("vector math: angles near and far side by side, with their gradients and in place",
          "[vector_math]") {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    std::vector<float> angles;
    for (int i = 0; i < 200; ++i)
      angles.push_back(static_cast<float>(i % 7 == 3 ? i * 1e9 : i * 0.37 - 30));
    const Tensor x = tensor(angles).requires_grad_();
    x.sin().backward(ones({200}));
    const Tensor written = x.detach().clone();
    written.cos_();
    for (size_t i = 0; i < angles.size(); ++i) {
      const double exact = std::cos(static_cast<double>(angles[i]));
      CHECK(error_in_ulps(x.grad().to_vector()[i], exact) <= 1.5);
      CHECK(error_in_ulps(written.to_vector()[i], exact) <= 1.5);
    }
  }
}

TEST_CASE("vector math: powers are right to a unit in the last place", "[vector_math]") {
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (double reach : {0.5, 3.0, 20.0}) {
      const Tensor x = exp(uniform({40000}, 7, -20, 20, kFloat32));
      const Tensor p = uniform({40000}, 8, -reach, reach, kFloat32);
      const std::vector<double> base = x.to_vector(), power = p.to_vector(),
                                values = x.pow(p).to_vector();
      double worst = 0;
      for (size_t i = 0; i < base.size(); ++i) {
        const double exact = std::pow(base[i], power[i]);
        if (exact > 3e38 || exact < 1.2e-38) continue;  // no number of float's normal range
        worst = std::fmax(worst, error_in_ulps(values[i], exact));
      }
      INFO("powers to " << reach << " on " << name_of(isa));
      CHECK(worst <= 0.6);
    }
  }
}

// All pairs of them, as tensors, as numbers and apart from each other, against the C library.
TEST_CASE("vector math: powers of special values", "[vector_math]") {
  ExecutionScope scope;
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float numbers[] = {0,      -0.0f, 1,          -1,          2,           -2,   3,
                           -3,     0.5f,  -0.5f,      1.5f,        -1.5f,       2.5f, inf,
                           -inf,   nan,   1e30f,      -1e30f,      1e-30f,      -7,   3e38f,
                           -3e38f, 1e10f, 8388607.0f, 16777218.0f, -16777215.0f};
  std::vector<float> bases, powers;
  for (float x : numbers)
    for (float p : numbers) {
      bases.push_back(x);
      powers.push_back(p);
    }
  const auto same = [](float y, float exact) {
    if (std::isnan(exact)) return std::isnan(y);
    if (std::fabs(exact) < std::numeric_limits<float>::min()) exact = std::copysign(0.0f, exact);
    if (std::signbit(y) != std::signbit(exact)) return false;
    return y == exact || (std::isfinite(exact) && error_in_ulps(y, exact) <= 1);
  };
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    const Tensor x = tensor(bases), p = tensor(powers);
    const Tensor y = x.pow(p),
                 apart = stack({x, x}, 1).select(1, 0).pow(stack({p, p}, 1).select(1, 1));
    for (int64_t i = 0; i < x.numel(); ++i) {
      const float base = bases[static_cast<size_t>(i)], power = powers[static_cast<size_t>(i)];
      INFO(base << " to the power of " << power << " on " << name_of(isa));
      const float exact = std::pow(base, power);
      CHECK(same(y.index({i}).item<float>(), exact));
      CHECK(same(apart.index({i}).item<float>(), exact));
      if (std::fabs(power) != 0.5f)  // a square root, which keeps the sign of 0
        CHECK(same(full({3}, base, kFloat32).pow(power).index({2}).item<float>(), exact));
      CHECK(same(pow(base, full({3}, power, kFloat32)).index({2}).item<float>(), exact));
    }
  }
}

TEST_CASE("vector math: special values", "[vector_math]") {
  ExecutionScope scope;
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  struct Case {
    const char* name;
    Tensor (*op)(const Tensor&);
    double x, y;
  };
  const Case cases[] = {
      {"exp", exp, 0, 1},         {"exp", exp, 89, inf},        {"exp", exp, -120, 0},
      {"exp", exp, inf, inf},     {"exp", exp, -inf, 0},        {"exp", exp, 1e30, inf},
      {"exp", exp, -1e30, 0},     {"exp", exp, nan, nan},       {"log", log, 0, -inf},
      {"log", log, 1, 0},         {"log", log, inf, inf},       {"log", log, -1, nan},
      {"log", log, nan, nan},     {"log1p", log1p, 0, 0},       {"log1p", log1p, -1, -inf},
      {"log1p", log1p, inf, inf}, {"log1p", log1p, -2, nan},    {"expm1", expm1, 0, 0},
      {"expm1", expm1, inf, inf}, {"expm1", expm1, -inf, -1},   {"expm1", expm1, 90, inf},
      {"tanh", tanh, inf, 1},     {"tanh", tanh, -inf, -1},     {"tanh", tanh, 0, 0},
      {"tanh", tanh, 30, 1},      {"sigmoid", sigmoid, inf, 1}, {"sigmoid", sigmoid, -inf, 0},
      {"erf", erf, inf, 1},       {"erf", erf, -inf, -1},       {"erf", erf, nan, nan},
      {"erf", erf, 0, 0},         {"log2", log2, 0, -inf},      {"log2", log2, 8, 3},
      {"log2", log2, 1, 0},       {"log2", log2, inf, inf},     {"log2", log2, -1, nan},
      {"log10", log10, 0, -inf},  {"log10", log10, 1, 0},       {"log10", log10, nan, nan},
      {"sin", sin, 0, 0},         {"sin", sin, inf, nan},       {"sin", sin, nan, nan},
      {"cos", cos, 0, 1},         {"cos", cos, -inf, nan},      {"tan", tan, 0, 0},
      {"tan", tan, inf, nan},     {"asin", asin, 0, 0},         {"asin", asin, 1.5, nan},
      {"acos", acos, 1, 0},       {"acos", acos, -1.5, nan},    {"acos", acos, nan, nan},
      {"atan", atan, 0, 0},       {"atan", atan, nan, nan},     {"atan", atan, inf, 0x1.921fb6p0},
  };
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Case& c : cases)
      for (int64_t n : {1, 19}) {  // the vector loop and the one for the rest
        INFO(c.name << " of " << c.x << " on " << name_of(isa));
        for (double v : c.op(full({n}, c.x, kFloat32)).to_vector())
          CHECK((std::isnan(c.y) ? std::isnan(v) : v == c.y));
      }
  }
}
