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

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

const PointwiseRow kRows[] = {
    {"neg", neg, [](double x) { return -x; }},
    {"exp", exp, [](double x) { return std::exp(x); }},
    {"log", log, [](double x) { return std::log(x); }, 0.2, 4},
    {"log1p", log1p, [](double x) { return std::log1p(x); }, -0.8, 4},
    {"expm1", expm1, [](double x) { return std::expm1(x); }},
    {"sqrt", sqrt, [](double x) { return std::sqrt(x); }, 0.2, 4},
    {"rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.2, 4},
    {"square", square, [](double x) { return x * x; }},
    {"reciprocal", reciprocal, [](double x) { return 1 / x; }, 0.3, 3},
    {"abs", abs, [](double x) { return std::fabs(x); }},
    {"sign", sign, sign_of, -3, 3, true},
    {"floor", floor, [](double x) { return std::floor(x); }, -3, 3, true},
    {"sin", sin, [](double x) { return std::sin(x); }},
    {"cos", cos, [](double x) { return std::cos(x); }},
    {"erf", erf, [](double x) { return std::erf(x); }},
    {"pow 3", [](const Tensor& x) { return pow(x, 3); }, [](double x) { return x * x * x; }},
    {"pow 1.7", [](const Tensor& x) { return pow(x, 1.7); },
     [](double x) { return std::pow(x, 1.7); }, 0.2, 3},
    {"pow -1", [](const Tensor& x) { return pow(x, -1); }, [](double x) { return 1 / x; }, 0.3, 3},
};

}  // namespace

TEST_CASE("pointwise: every row", "[pointwise]") {
  for (const PointwiseRow& row : kRows) check_row(row);
}

TEST_CASE("pointwise: kinks", "[pointwise]") {
  const Tensor x = tensor_of({3}, {0, -0.0, 2}).requires_grad_();
  const Tensor g = tensor_of({3}, {1, 1, 1});
  CHECK(autograd::grad({abs(x)}, {x}, {g})[0].to_vector() == Values{0, 0, 1});
  CHECK(autograd::grad({sign(x)}, {x}, {g})[0].to_vector() == Values{0, 0, 0});
  CHECK(autograd::grad({floor(x)}, {x}, {g})[0].to_vector() == Values{0, 0, 0});
  CHECK(autograd::grad({pow(x, 0)}, {x}, {g})[0].to_vector() == Values{0, 0, 0});
  CHECK(autograd::grad({pow(x, 1)}, {x}, {g})[0].to_vector() == Values{1, 1, 1});
  CHECK(sqrt(x).to_vector() == Values{0, 0, std::sqrt(2)});
  CHECK(autograd::grad({sqrt(x)}, {x}, {g})[0].to_vector()[0] == kInf);
}

TEST_CASE("pointwise: NaN stays NaN", "[pointwise]") {
  for (Dtype dtype : {kFloat32, kFloat64})
    for (const PointwiseRow& row : kRows) {
      if (row.name == "sign") continue;
      INFO(row.name);
      const Tensor x = full({19}, kNan, dtype);
      for (double v : row.op(x).to_vector()) CHECK(std::isnan(v));
    }
}

TEST_CASE("pointwise: integers", "[pointwise]") {
  const Tensor i = tensor_of({4}, {-2, 0, 3, 5}).to(kInt64), b = i.to(kBool);
  CHECK((-i).dtype() == kInt64);
  CHECK((-i).to_vector() == Values{2, 0, -3, -5});
  CHECK(abs(i).to_vector() == Values{2, 0, 3, 5});
  CHECK(sign(i).to_vector() == Values{-1, 0, 1, 1});
  CHECK(square(i).dtype() == kInt64);
  CHECK(square(i).to_vector() == Values{4, 0, 9, 25});
  CHECK(floor(i).to_vector() == i.to_vector());
  CHECK(exp(i).dtype() == kFloat32);
  CHECK_THROWS_AS(-b, ArgumentError);
  CHECK_THROWS_AS(i.exp_(), ArgumentError);
}

TEST_CASE("pointwise: in place", "[pointwise]") {
  const Tensor a = uniform({2, 3, 4, 5}).requires_grad_(), g = uniform({2, 3, 4, 5}, 1);
  const Tensor x = a * 1.0, z = a * 1.0;
  x.exp_();
  z.neg_();
  CHECK(x.to_vector() == exp(a).to_vector());
  CHECK(z.to_vector() == (-a).to_vector());
  CHECK(autograd::grad({x}, {a}, {g})[0].to_vector() ==
        autograd::grad({exp(a)}, {a}, {g})[0].to_vector());
  CHECK(autograd::grad({z}, {a}, {g})[0].to_vector() == (-g).to_vector());

  const Tensor changed = exp(a);
  changed.add_(1);
  CHECK_THROWS_AS(changed.backward(g), GraphError);
  CHECK_THROWS_AS(a.exp_(), GraphError);
  const Tensor column = a.detach().select(3, 1);
  const Values before = column.to_vector();
  column.exp_();
  for (size_t i = 0; i < before.size(); ++i)
    CHECK(column.to_vector()[i] == Catch::Approx(std::exp(before[i])));
}

TEST_CASE("pointwise: a gradient that somebody holds is not overwritten", "[pointwise]") {
  const Tensor x = uniform({8}).requires_grad_();
  const Tensor y = exp(x), g = uniform({8}, 1);
  const Values before = g.to_vector();
  y.retain_grad();
  y.backward(g);
  CHECK(g.to_vector() == before);
  CHECK(y.grad().to_vector() == before);
}
