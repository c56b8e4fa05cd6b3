#include <reel/autograd/engine.h>
#include <reel/autograd/ops/activations.h>
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

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double within(double x, double low, double high) { return std::fmin(std::fmax(x, low), high); }
double normal(double x) { return 0.5 * std::erfc(-x / std::sqrt(2)); }

const PointwiseRow kRows[] = {
    {"tanh", tanh, [](double x) { return std::tanh(x); }},
    {"sigmoid", sigmoid, logistic},
    {"relu", relu, [](double x) { return std::fmax(x, 0); }},
    {"clamp", [](const Tensor& x) { return clamp(x, -0.5, 1.5); },
     [](double x) { return within(x, -0.5, 1.5); }},
    {"clamp_min", [](const Tensor& x) { return x.clamp_min(0.3); },
     [](double x) { return std::fmax(x, 0.3); }},
    {"clamp_max", [](const Tensor& x) { return x.clamp_max(0.3); },
     [](double x) { return std::fmin(x, 0.3); }},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); },
     [](double x) { return x > 0 ? x : 0.2 * x; }},
    {"elu", [](const Tensor& x) { return elu(x, 1.3); },
     [](double x) { return x > 0 ? x : 1.3 * std::expm1(x); }},
    {"selu", selu,
     [](double x) {
       return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
     }},
    {"celu", [](const Tensor& x) { return celu(x, 0.7); },
     [](double x) { return x > 0 ? x : 0.7 * std::expm1(x / 0.7); }},
    {"gelu", [](const Tensor& x) { return gelu(x); }, [](double x) { return x * normal(x); }},
    {"gelu tanh", [](const Tensor& x) { return gelu(x, "tanh"); },
     [](double x) {
       return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
     }},
    {"silu", silu, [](double x) { return x * logistic(x); }},
    {"mish", mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }},
    {"softplus", [](const Tensor& x) { return softplus(x, 2, 4); },
     [](double x) { return 2 * x > 4 ? x : std::log1p(std::exp(2 * x)) / 2; }},
    {"logsigmoid", logsigmoid, [](double x) { return -std::log1p(std::exp(-x)); }},
    {"softsign", softsign, [](double x) { return x / (1 + std::fabs(x)); }},
    {"tanhshrink", tanhshrink, [](double x) { return x - std::tanh(x); }},
    {"hardtanh", [](const Tensor& x) { return hardtanh(x, -0.5, 0.7); },
     [](double x) { return within(x, -0.5, 0.7); }},
    {"relu6", relu6, [](double x) { return within(x, 0, 6); }, -3, 9},
    {"hardsigmoid", hardsigmoid, [](double x) { return within(x + 3, 0, 6) / 6; }, -5, 5},
    {"hardswish", hardswish, [](double x) { return x * within(x + 3, 0, 6) / 6; }, -5, 5},
    {"hardshrink", [](const Tensor& x) { return hardshrink(x); },
     [](double x) { return std::fabs(x) > 0.5 ? x : 0; }},
    {"softshrink", [](const Tensor& x) { return softshrink(x); },
     [](double x) { return x > 0.5    ? x - 0.5
                           : x < -0.5 ? x + 0.5
                                      : 0; }},
    {"threshold", [](const Tensor& x) { return threshold(x, 0.1, 20); },
     [](double x) { return x > 0.1 ? x : 20; }},
};

Values slopes(Tensor (*f)(const Tensor&), const Values& at) {
  const Tensor x = tensor_of({static_cast<int64_t>(at.size())}, at).requires_grad_();
  return autograd::grad({f(x)}, {x}, {ones_like(x)})[0].to_vector();
}

}  // namespace

TEST_CASE("activation: every row", "[activation]") {
  for (const PointwiseRow& row : kRows) check_row(row);
}

TEST_CASE("activation: kinks", "[activation]") {
  CHECK(slopes(relu, {-1, 0, 1}) == Values{0, 0, 1});
  CHECK(slopes([](const Tensor& x) { return leaky_relu(x, 0.2); }, {-1, 0, 1}) ==
        Values{0.2, 0.2, 1});
  CHECK(slopes([](const Tensor& x) { return clamp(x, -1, 1); }, {-2, -1, 0, 1, 2}) ==
        Values{0, 0, 1, 0, 0});
  CHECK(slopes([](const Tensor& x) { return hardtanh(x); }, {-2, -1, 0, 1, 2}) ==
        Values{0, 0, 1, 0, 0});
  CHECK(slopes(relu6, {-1, 0, 3, 6, 7}) == Values{0, 0, 1, 0, 0});
  CHECK(slopes(hardsigmoid, {-3, 0, 3}) == Values{0, 1.0f / 6, 0});
  CHECK(slopes([](const Tensor& x) { return elu(x, 0.5); }, {0, 1}) == Values{0.5, 1});
  CHECK(slopes([](const Tensor& x) { return celu(x, 0.5); }, {0, 1}) == Values{1, 1});
  CHECK(slopes([](const Tensor& x) { return hardshrink(x); }, {-1, -0.5, 0.5, 1}) ==
        Values{1, 0, 0, 1});
  CHECK(slopes([](const Tensor& x) { return softshrink(x); }, {-1, -0.5, 0.5, 1}) ==
        Values{1, 0, 0, 1});
  CHECK(slopes([](const Tensor& x) { return threshold(x, 0, 1); }, {-1, 0, 1}) == Values{0, 0, 1});
}

TEST_CASE("activation: second derivatives at kinks and far out", "[activation]") {
  const auto second = [](Tensor (*f)(const Tensor&), const Values& at) {
    const Tensor x = tensor_of({static_cast<int64_t>(at.size())}, at).requires_grad_();
    const Tensor one = ones_like(x);
    const Tensor slope = autograd::grad({f(x)}, {x}, {one}, {}, true)[0];
    return autograd::grad({slope}, {x}, {one})[0].to_vector();
  };
  const double e = std::exp(-1);
  CHECK(second([](const Tensor& x) { return elu(x); }, {-1, 0, 1, 800}) == Values{e, 0, 0, 0});
  CHECK(second([](const Tensor& x) { return celu(x); }, {-1, 0, 1, 800}) == Values{e, 0, 0, 0});
  CHECK(second(selu, {0, 800}) == Values{0, 0});
  CHECK(second(mish, {-800, 800}) == Values{0, 0});
}

TEST_CASE("activation: a dead unit stops even an infinite gradient", "[activation]") {
  const Tensor x = tensor_of({2}, {-1, 1}).requires_grad_();
  CHECK(autograd::grad({relu(x)}, {x}, {full({2}, kInf, kFloat64)})[0].to_vector() ==
        Values{0, kInf});
}

TEST_CASE("activation: NaN and infinity", "[activation]") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    for (const PointwiseRow& row : kRows) {
      INFO(row.name);
      for (double v : row.op(full({19}, kNan, dtype)).to_vector()) CHECK(std::isnan(v));
    }
    const Tensor x = tensor_of({2}, {-kInf, kInf}).to(dtype);
    CHECK(sigmoid(x).to_vector() == Values{0, 1});
    CHECK(tanh(x).to_vector() == Values{-1, 1});
    CHECK(relu(x).to_vector() == Values{0, kInf});
    CHECK(exp(x).to_vector() == Values{0, kInf});
    CHECK(elu(x).to_vector() == Values{-1, kInf});
    CHECK(softplus(x).to_vector() == Values{0, kInf});
    CHECK(logsigmoid(x).to_vector() == Values{-kInf, 0});
    CHECK(clamp(x, -1, 2).to_vector() == Values{-1, 2});
  }
}

TEST_CASE("activation: clamp", "[activation]") {
  const Tensor i = tensor_of({4}, {-2, 0, 3, 5}).to(kInt64);
  CHECK(clamp(i, -1, 3).dtype() == kInt64);
  CHECK(clamp(i, -1, 3).to_vector() == Values{-1, 0, 3, 3});
  CHECK(relu(i).to_vector() == Values{0, 0, 3, 5});
  CHECK(clamp(i, 0.5).dtype() == kFloat32);
  i.clamp_({}, 2);
  CHECK(i.to_vector() == Values{-2, 0, 2, 2});
  CHECK(clamp(i, 5, 1).to_vector() == Values(4, 1));
  CHECK(clamp(i.to(kFloat64), 5, 1).to_vector() == Values(4, 1));
  CHECK_THROWS_AS(clamp(i, {}), ArgumentError);
}

TEST_CASE("activation: in place", "[activation]") {
  const Tensor a = uniform({2, 3, 4, 5}).requires_grad_(), g = uniform({2, 3, 4, 5}, 1);
  struct Case {
    const char* name;
    void (*write)(const Tensor&);
    Tensor (*make)(const Tensor&);
  };
  const Case cases[] = {
      {"relu_", [](const Tensor& x) { relu_(x); }, relu},
      {"sigmoid_", [](const Tensor& x) { sigmoid_(x); }, sigmoid},
      {"tanh_", [](const Tensor& x) { tanh_(x); }, tanh},
      {"clamp_", [](const Tensor& x) { x.clamp_(-0.5, 0.5); },
       [](const Tensor& x) { return clamp(x, -0.5, 0.5); }},
      {"leaky_relu_", [](const Tensor& x) { leaky_relu_(x, 0.2); },
       [](const Tensor& x) { return leaky_relu(x, 0.2); }},
      {"elu_", [](const Tensor& x) { elu_(x, 0.7); }, [](const Tensor& x) { return elu(x, 0.7); }},
      {"selu_", [](const Tensor& x) { selu_(x); }, selu},
      {"celu_", [](const Tensor& x) { celu_(x, 0.7); },
       [](const Tensor& x) { return celu(x, 0.7); }},
      {"gelu_", [](const Tensor& x) { gelu_(x); }, [](const Tensor& x) { return gelu(x); }},
      {"gelu_ tanh", [](const Tensor& x) { gelu_(x, "tanh"); },
       [](const Tensor& x) { return gelu(x, "tanh"); }},
      {"silu_", [](const Tensor& x) { silu_(x); }, silu},
      {"mish_", [](const Tensor& x) { mish_(x); }, mish},
      {"hardtanh_", [](const Tensor& x) { hardtanh_(x, -0.5, 0.5); },
       [](const Tensor& x) { return hardtanh(x, -0.5, 0.5); }},
      {"relu6_", [](const Tensor& x) { relu6_(x); }, relu6},
      {"hardsigmoid_", [](const Tensor& x) { hardsigmoid_(x); }, hardsigmoid},
      {"hardswish_", [](const Tensor& x) { hardswish_(x); }, hardswish},
      {"threshold_", [](const Tensor& x) { threshold_(x, 0.1, 3); },
       [](const Tensor& x) { return threshold(x, 0.1, 3); }},
      {"rrelu_", [](const Tensor& x) { rrelu_(x); }, [](const Tensor& x) { return rrelu(x); }},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const Tensor x = a * 1.0, memory = x.detach();
    c.write(x);
    const Tensor y = c.make(a);
    CHECK(memory.to_vector() == y.to_vector());
    CHECK(autograd::grad({x}, {a}, {g})[0].to_vector() ==
          autograd::grad({y}, {a}, {g})[0].to_vector());
    CHECK_THROWS_AS(c.write(a), GraphError);
    const Tensor part = a.clone().detach().select(1, 1);
    const Tensor wanted = c.make(part);
    c.write(part);
    CHECK(part.to_vector() == wanted.to_vector());
  }
  const Tensor x = a * 1.0, y = x * x;
  x.relu_();
  CHECK_THROWS_AS(y.backward(g), GraphError);
}

TEST_CASE("activation: numbers that make no sense", "[activation]") {
  const Tensor x = uniform({3});
  CHECK_THROWS_AS(gelu(x, "erf"), ArgumentError);
  CHECK_THROWS_AS(celu(x, 0), ArgumentError);
  CHECK_THROWS_AS(celu_(x, 0), ArgumentError);
  CHECK_THROWS_AS(gelu_(x, "erf"), ArgumentError);
  CHECK_THROWS_AS(hardtanh_(x, 1, -1), ArgumentError);
  CHECK_THROWS_AS(softplus(x, 0), ArgumentError);
  CHECK_THROWS_AS(hardtanh(x, 1, -1), ArgumentError);
  CHECK_THROWS_AS(hardshrink(x, -1), ArgumentError);
  CHECK_THROWS_AS(softshrink(x, -1), ArgumentError);
}
