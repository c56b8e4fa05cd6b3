#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/random.h>

#include <cmath>

#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

struct Comparison {
  const char* name;
  Tensor (*op)(const Tensor&, const Tensor&);
  Tensor (*with_number)(const Tensor&, Scalar);
  bool (*value)(double, double);
};

const Comparison kComparisons[] = {
    {"eq", eq, [](const Tensor& a, Scalar b) { return a == b; },
     [](double a, double b) { return a == b; }},
    {"ne", ne, [](const Tensor& a, Scalar b) { return a != b; },
     [](double a, double b) { return a != b; }},
    {"lt", lt, [](const Tensor& a, Scalar b) { return a < b; },
     [](double a, double b) { return a < b; }},
    {"le", le, [](const Tensor& a, Scalar b) { return a <= b; },
     [](double a, double b) { return a <= b; }},
    {"gt", gt, [](const Tensor& a, Scalar b) { return a > b; },
     [](double a, double b) { return a > b; }},
    {"ge", ge, [](const Tensor& a, Scalar b) { return a >= b; },
     [](double a, double b) { return a >= b; }},
};

}  // namespace

TEST_CASE("compare: against plain comparisons", "[compare]") {
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64})
    for (const Comparison& c : kComparisons) {
      INFO(c.name << " of " << name_of(dtype));
      const Tensor a = integers({5, 33}, 3, 1).to(dtype), row = integers({33}, 3, 2).to(dtype);
      const Values va = a.to_vector(), vb = row.to_vector();
      const Tensor y = c.op(a, row), z = c.with_number(a, 1);
      REQUIRE(y.dtype() == kBool);
      const Values by_row = y.to_vector(), by_number = z.to_vector();
      for (size_t i = 0; i < va.size(); ++i) {
        CHECK(by_row[i] == c.value(va[i], vb[i % 33]));
        CHECK(by_number[i] == c.value(va[i], 1));
      }
    }
}

TEST_CASE("compare: NaN compares with nothing", "[compare]") {
  const Tensor x = tensor_of({3}, {kNan, 1, kInf});
  CHECK((x == x).to_vector() == Values{0, 1, 1});
  CHECK((x != x).to_vector() == Values{1, 0, 0});
  CHECK((x <= kInf).to_vector() == Values{0, 1, 1});
  CHECK(isnan(x).to_vector() == Values{1, 0, 0});
  CHECK(isfinite(x).to_vector() == Values{0, 1, 0});
  CHECK(isinf(x).to_vector() == Values{0, 0, 1});
  CHECK(isfinite(x.to(kFloat32)).to_vector() == Values{0, 1, 0});
  CHECK(isfinite(integers({3}, 5)).to_vector() == Values{1, 1, 1});
}

TEST_CASE("compare: dtypes meet, history is left out", "[compare]") {
  const Tensor i = integers({4}, 3), x = i.to(kFloat64).requires_grad_();
  CHECK((i == x).to_vector() == Values{1, 1, 1, 1});
  CHECK((i < 0.5).to_vector() == (x < 0.5).to_vector());
  CHECK_FALSE((x > 0).requires_grad());
  CHECK_FALSE((x.to(kFloat32) == x).requires_grad());
  CHECK_THROWS_AS(i == integers({3}, 3), ArgumentError);
}

TEST_CASE("compare: layouts", "[compare]") {
  const Tensor a = uniform({2, 3, 4, 5}), b = uniform({2, 3, 4, 5}, 1);
  const Values wanted = (a < b).to_vector();
  CHECK((to_channels_last(a) < b).to_vector() == wanted);
  CHECK((to_channels_last(a) < to_channels_last(b)).to_vector() == wanted);
  CHECK((a.transpose(1, 3) < b.transpose(1, 3)).transpose(1, 3).to_vector() == wanted);
}

TEST_CASE("compare: logic", "[compare]") {
  const Tensor a = tensor_of({4}, {0, 0, 2, -1}), b = tensor_of({4}, {0, 3, 0, 1}).to(kInt64);
  CHECK(a.logical_not().to_vector() == Values{1, 1, 0, 0});
  CHECK(a.logical_and(b).to_vector() == Values{0, 0, 0, 1});
  CHECK(a.logical_or(b).to_vector() == Values{0, 1, 1, 1});
}

TEST_CASE("compare: equal and allclose", "[compare]") {
  const Tensor a = tensor_of({3}, {1, 2, 3});
  CHECK(equal(a, a.clone()));
  CHECK_FALSE(equal(a, a + 1e-12));
  CHECK_FALSE(equal(a, a.reshape({1, 3})));
  CHECK(equal(zeros({0}), zeros({0})));
  CHECK(allclose(a, a + 1e-9));
  CHECK_FALSE(allclose(a, a + 1e-4));
  CHECK(allclose(a, a + 1e-4, 0, 1e-3));
  CHECK(allclose(a, tensor_of({1}, {2}), 0, 1));
  CHECK(allclose(a.to(kFloat32), a));
  const Tensor odd = tensor_of({3}, {kInf, -kInf, kNan});
  CHECK_FALSE(allclose(odd, odd));
  CHECK(allclose(odd, odd, 1e-5, 1e-8, true));
  CHECK_FALSE(allclose(odd, -odd, 1e-5, 1e-8, true));
  CHECK_FALSE(allclose(zeros({1}), full({1}, kInf)));
}

TEST_CASE("compare: exclusive or, closeness, numbers on the left") {
  const Tensor a = tensor_of({4}, {0, 2, 0, -1}), b = tensor_of({4}, {0, 0, 3, 1});
  CHECK(logical_xor(a, b).to_vector() == std::vector<double>{0, 1, 1, 0});
  CHECK(logical_and(a, b).to_vector() == std::vector<double>{0, 0, 0, 1});
  CHECK(logical_or(a, b).to_vector() == std::vector<double>{0, 1, 1, 1});
  CHECK(logical_not(a).to_vector() == std::vector<double>{1, 0, 1, 0});
  CHECK((1 < a).equal(a > 1));
  CHECK((1 <= a).equal(a >= 1));
  CHECK((1 > a).equal(a < 1));
  CHECK((1 >= a).equal(a <= 1));
  CHECK((2 == a).equal(a == 2));
  CHECK((2 != a).equal(a != 2));
  CHECK(eq(a, 2).equal(a.eq(2)));
  CHECK(lt(a, 2).equal(a.lt(2)));
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const Tensor x = tensor_of({5}, {1, 1, inf, nan, -inf}),
               y = tensor_of({5}, {1.001, 1, inf, nan, inf});
  CHECK(isclose(x, y).to_vector() == std::vector<double>{0, 1, 1, 0, 0});
  CHECK(isclose(x, y, 0.01, 0, true).to_vector() == std::vector<double>{1, 1, 1, 1, 0});
  CHECK(x.isinf().to_vector() == std::vector<double>{0, 0, 1, 0, 1});
}

TEST_CASE("compare: in place, true is 1 of the tensor's dtype") {
  const Tensor a = tensor_of({3}, {-1, 0, 2}), b = tensor_of({3}, {0, 0, 0});
  const auto over = [&](const Tensor& (Tensor::*write)(const Tensor&) const) {
    const Tensor x = a.clone();
    (x.*write)(b);
    return x;
  };
  CHECK(over(&Tensor::eq_).equal(a.eq(b).to(kFloat64)));
  CHECK(over(&Tensor::ne_).equal(a.ne(b).to(kFloat64)));
  CHECK(over(&Tensor::lt_).equal(a.lt(b).to(kFloat64)));
  CHECK(over(&Tensor::le_).equal(a.le(b).to(kFloat64)));
  CHECK(over(&Tensor::gt_).equal(a.gt(b).to(kFloat64)));
  CHECK(over(&Tensor::ge_).equal(a.ge(b).to(kFloat64)));
  CHECK(over(&Tensor::logical_and_).equal(a.logical_and(b).to(kFloat64)));
  CHECK(over(&Tensor::logical_or_).equal(a.logical_or(b).to(kFloat64)));
  CHECK(over(&Tensor::logical_xor_).equal(a.logical_xor(b).to(kFloat64)));
  CHECK(a.clone().logical_not_().equal(a.logical_not().to(kFloat64)));
  CHECK(a.clone().lt_(1).equal(a.lt(1).to(kFloat64)));
  CHECK_THROWS_AS(a.clone().lt_(ones({2, 3})), ArgumentError);
}
