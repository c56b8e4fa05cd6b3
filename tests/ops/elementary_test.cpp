#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/pointwise_rows.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

const PointwiseRow kRows[] = {
    {"ceil", ceil, [](double x) { return std::ceil(x); }, -3, 3, true},
    {"round", round, [](double x) { return std::nearbyint(x); }, -3, 3, true},
    {"trunc", trunc, [](double x) { return std::trunc(x); }, -3, 3, true},
    {"frac", frac, [](double x) { return x - std::trunc(x); }},
    {"tan", tan, [](double x) { return std::tan(x); }, -1.3, 1.3},
    {"asin", asin, [](double x) { return std::asin(x); }, -0.9, 0.9},
    {"acos", acos, [](double x) { return std::acos(x); }, -0.9, 0.9},
    {"atan", atan, [](double x) { return std::atan(x); }},
    {"sinh", sinh, [](double x) { return std::sinh(x); }},
    {"cosh", cosh, [](double x) { return std::cosh(x); }},
    {"asinh", asinh, [](double x) { return std::asinh(x); }},
    {"acosh", acosh, [](double x) { return std::acosh(x); }, 1.2, 4},
    {"atanh", atanh, [](double x) { return std::atanh(x); }, -0.9, 0.9},
    {"exp2", exp2, [](double x) { return std::exp2(x); }},
    {"log2", log2, [](double x) { return std::log2(x); }, 0.3, 4},
    {"log10", log10, [](double x) { return std::log10(x); }, 0.3, 4},
    {"erfc", erfc, [](double x) { return std::erfc(x); }},
};

struct InPlace {
  const char* name;
  const Tensor& (Tensor::*write)() const;
  Tensor (*make)(const Tensor&);
};

}  // namespace

TEST_CASE("elementary: every function") {
  for (const PointwiseRow& row : kRows) check_row(row);
}

TEST_CASE("elementary: exact values and kinks") {
  const Tensor x = tensor_of({5}, {0.5, 1.5, 2.5, -0.5, -1.5});
  CHECK(round(x).to_vector() == Values{0, 2, 2, 0, -2});
  CHECK(ceil(x).to_vector() == Values{1, 2, 3, 0, -1});
  CHECK(trunc(x).to_vector() == Values{0, 1, 2, 0, -1});
  CHECK(frac(x).to_vector() == Values{0.5, 0.5, 0.5, -0.5, -0.5});
  CHECK(log2(tensor_of({3}, {1, 8, 0.5})).to_vector() == Values{0, 3, -1});
  CHECK(log10(tensor_of({2}, {1000, 1})).to_vector() == Values{3, 0});
  const Tensor one = tensor_of({1}, {1}).requires_grad_();
  CHECK(autograd::grad({acosh(one)}, {one}, {ones_like(one)})[0].item<double>() ==
        std::numeric_limits<double>::infinity());
}

TEST_CASE("elementary: integers") {
  const Tensor i = tensor_of({3}, {-2, 0, 3}).to(kInt32);
  using Function = Tensor (*)(const Tensor&);
  for (const Function f : {Function(ceil), Function(round), Function(trunc)}) {
    CHECK(f(i).dtype() == kInt32);
    CHECK(f(i).equal(i));
  }
  CHECK(atan(i).dtype() == kFloat32);
  CHECK_THROWS_AS(i.atan_(), ArgumentError);
  i.ceil_();
  CHECK(i.to_vector() == Values{-2, 0, 3});
}

TEST_CASE("elementary: NaN stays NaN") {
  for (Dtype dtype : {kFloat32, kFloat64})
    for (const PointwiseRow& row : kRows) {
      INFO(row.name);
      for (double v : row.op(full({5}, std::nan(""), dtype)).to_vector()) CHECK(std::isnan(v));
    }
}

TEST_CASE("elementary: in place") {
  const InPlace cases[] = {
      {"ceil_", &Tensor::ceil_, ceil},    {"round_", &Tensor::round_, round},
      {"trunc_", &Tensor::trunc_, trunc}, {"frac_", &Tensor::frac_, frac},
      {"tan_", &Tensor::tan_, tan},       {"asin_", &Tensor::asin_, asin},
      {"acos_", &Tensor::acos_, acos},    {"atan_", &Tensor::atan_, atan},
      {"sinh_", &Tensor::sinh_, sinh},    {"cosh_", &Tensor::cosh_, cosh},
      {"asinh_", &Tensor::asinh_, asinh}, {"atanh_", &Tensor::atanh_, atanh},
      {"exp2_", &Tensor::exp2_, exp2},    {"log2_", &Tensor::log2_, log2},
      {"log10_", &Tensor::log10_, log10}, {"erfc_", &Tensor::erfc_, erfc},
      {"log_", &Tensor::log_, log},       {"log1p_", &Tensor::log1p_, log1p},
      {"expm1_", &Tensor::expm1_, expm1}, {"sqrt_", &Tensor::sqrt_, sqrt},
      {"rsqrt_", &Tensor::rsqrt_, rsqrt}, {"square_", &Tensor::square_, square},
      {"abs_", &Tensor::abs_, abs},       {"reciprocal_", &Tensor::reciprocal_, reciprocal},
      {"sign_", &Tensor::sign_, sign},    {"floor_", &Tensor::floor_, floor},
      {"sin_", &Tensor::sin_, sin},       {"cos_", &Tensor::cos_, cos},
      {"erf_", &Tensor::erf_, erf},
  };
  const Tensor a = uniform({2, 3, 4}, 0, 0.1, 0.9).requires_grad_(), g = uniform({2, 3, 4}, 1);
  for (const InPlace& c : cases) {
    INFO(c.name);
    const Tensor x = a * 1.0, y = c.make(a);
    CHECK((x.*c.write)().is_same(x));
    CHECK(x.equal(y));
    CHECK(autograd::grad({x}, {a}, {g})[0].equal(autograd::grad({y}, {a}, {g})[0]));
    CHECK_THROWS_AS((a.*c.write)(), GraphError);
    const Tensor part = a.detach().clone().select(1, 1), wanted = c.make(part);
    (part.*c.write)();
    CHECK(part.equal(wanted));
  }
}
