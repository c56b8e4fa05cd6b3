#include "tests/catch.h"

#include <reel/autograd/gradcheck.h>
#include <reel/autograd/gradcheck_matchers.h>
#include <reel/autograd/ops.h>
#include <reel/autograd/variable.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>

namespace {

using namespace reel;

// y = f(x) elementwise, with a derivative that may be wrong.
template <class Case>
struct ElementwiseBackward final : NodeOf<ElementwiseBackward<Case>> {
  static constexpr const char* kName = Case::kName;
  SavedTensor x;
  void backward(BackwardCall& call) override {
    const Tensor input = call.unpack(x, "input"), dx = empty(input.sizes(), kFloat64);
    for (int64_t i = 0; i < input.numel(); ++i)
      dx.data_ptr<double>()[i] = call.grad_output().data_ptr<double>()[i] *
                                 Case::derivative(input.data_ptr<double>()[i], i);
    call.set_grad_input(0, dx);
  }
  void release_saved() override { x.reset(); }
};

template <class Case>
Tensor elementwise(const TensorList& inputs) {
  const Tensor x = inputs[0].contiguous(), y = empty(x.sizes(), kFloat64);
  for (int64_t i = 0; i < x.numel(); ++i)
    y.data_ptr<double>()[i] = Case::value(x.data_ptr<double>()[i]);
  if (auto* node = record<ElementwiseBackward<Case>>(y, inputs[0])) node->x.save(x);
  return y;
}

struct Cube {
  static constexpr const char* kName = "cube";
  static double value(double x) { return x * x * x; }
  static double derivative(double x, int64_t) { return 3 * x * x; }
};

struct WrongCube : Cube {
  static double derivative(double x, int64_t i) { return i == 2 ? 3.001 * x * x : 3 * x * x; }
};

struct Relu {
  static constexpr const char* kName = "relu";
  static double value(double x) { return x > 0 ? x : 0; }
  static double derivative(double x, int64_t) { return x > 0; }
};

struct WrongAtKink : Relu {
  static double derivative(double x, int64_t) { return x > 0 ? 1 : x == 0 ? 2 : 0; }
};

struct Constant {
  static constexpr const char* kName = "constant";
  static double value(double) { return 1; }
  static double derivative(double, int64_t) { return 0; }
};

Tensor values(std::initializer_list<double> v) {
  const Tensor x = empty({static_cast<int64_t>(v.size())}, kFloat64);
  std::copy(v.begin(), v.end(), x.data_ptr<double>());
  return x.set_requires_grad(true);
}

std::string text_of(const GradcheckReport& report) { return to_string(report); }

}  // namespace

TEST_CASE("a right gradient passes in every mode", "[gradcheck]") {
  const Tensor x = values({-2, 0.3, 1, 5});
  for (GradcheckMode mode :
       {GradcheckMode::kCotangent, GradcheckMode::kJacobian, GradcheckMode::kDirectional}) {
    const GradcheckReport report = gradcheck(elementwise<Cube>, {x}, {.mode = mode});
    CHECK_THAT(report, GradientsMatch());
    CHECK(report.op == "cube");
    CHECK(report.kinks == 0);
  }
  CHECK_THAT(elementwise<Cube>, GradientsMatch({x}));
}

TEST_CASE("a wrong gradient is found and named", "[gradcheck]") {
  const Tensor x = values({-2, 0.3, 1, 5});
  for (GradcheckMode mode :
       {GradcheckMode::kCotangent, GradcheckMode::kJacobian, GradcheckMode::kDirectional})
    CHECK_FALSE(gradcheck(elementwise<WrongCube>, {x}, {.mode = mode}));
  const GradcheckReport report =
      gradcheck(elementwise<WrongCube>, {x}, {.mode = GradcheckMode::kJacobian});
  CHECK(report.wrong == 1);
  CHECK(report.worst[0].input == 0);
  CHECK(report.worst[0].index == Shape{2});
  CHECK(report.worst[0].output == 2);
  CHECK(report.worst[0].analytic == 3.001);
  CHECK(report.worst[0].relative_error() == Catch::Approx(1.0 / 3001).epsilon(1e-3));
  CHECK_THAT(text_of(report),
             Catch::Matchers::ContainsSubstring("gradcheck: cube: 1 of 16 gradients are wrong.\n"
                                                "  worst: input 0 [4] at [2], output element 2: "
                                                "analytic 3.001, numeric "));
}

TEST_CASE("kinks are left out and counted, unless they are many", "[gradcheck]") {
  const Tensor x = values({0, -1, 2, -3, 4, -5, 6, -7, 8, -9});
  const GradcheckReport report = gradcheck(elementwise<Relu>, {x});
  CHECK_THAT(report, GradientsMatch());
  CHECK(report.kinks == 1);
  CHECK(report.checked == 9);
  CHECK_THAT(text_of(report), Catch::Matchers::ContainsSubstring(
                                  "9 gradients are right. At kinks, and left out: 1."));
  // Within the first step of a kink, but outside a smaller one.
  CHECK(gradcheck(elementwise<Relu>, {values({3e-7, -3e-7})}).kinks == 0);
  // What no slope at the kink explains is wrong.
  CHECK_FALSE(gradcheck(elementwise<WrongAtKink>, {x}));

  const GradcheckReport many = gradcheck(elementwise<Relu>, {values({0, 0, 3, 4})});
  CHECK_FALSE(many);
  CHECK(text_of(many) ==
        "gradcheck: relu: 2 of 4 elements sit at a kink, more than the 10 % that may be "
        "left out.");
  CHECK(gradcheck(elementwise<Relu>, {values({0, 0, 3, 4})}, {.max_kinks = 0.5}));
}

TEST_CASE("a check that shows nothing fails", "[gradcheck]") {
  const Tensor x = values({1, 2});
  CHECK(text_of(gradcheck(elementwise<Constant>, {x})) ==
        "gradcheck: constant: every gradient is zero both ways: the check would show nothing.");
  CHECK(gradcheck(elementwise<Constant>, {x}, {.allow_zero = true}));
  CHECK(text_of(gradcheck(elementwise<Cube>, {empty({0}, kFloat64).set_requires_grad(true)})) ==
        "gradcheck: cube: inputs or outputs are empty: nothing was compared.");
  CHECK(text_of(gradcheck([](const TensorList& xs) { return xs[0].detach(); }, {x},
                          {.name = "mine"})) ==
        "gradcheck: mine: no output requires grad: the function recorded nothing.");
  CHECK_THROWS_WITH(
      gradcheck(elementwise<Cube>, {x.detach()}),
      "gradcheck: none of the 1 inputs requires grad; nothing would be checked. [call "
      "requires_grad_() on them]");
}

TEST_CASE("a function that is not repeatable is noticed", "[gradcheck]") {
  double calls = 0;
  const auto drifting = [&](const TensorList& xs) {
    const Tensor y = elementwise<Cube>(xs);
    y.data_ptr<double>()[1] += ++calls;
    return y;
  };
  CHECK(text_of(gradcheck(drifting, {values({1, 2})})) ==
        "gradcheck: cube: the function is not repeatable: output element 1 is 9, then 10 for the "
        "same inputs.");
}

TEST_CASE("gradcheck refuses inputs that differences can not vary", "[gradcheck]") {
  CHECK_THROWS_WITH(
      gradcheck(elementwise<Cube>, {empty({2}).set_requires_grad(true)}),
      "gradcheck: input 0 [2] is float32; differences need float64. [use to(kFloat64)]");
  const Tensor x = values({1, 2, 3});
  CHECK_THROWS_WITH(
      gradcheck(elementwise<Cube>, {x, x}),
      "gradcheck: inputs 0 [3] and 1 [3] share memory; each must have its own. [clone one first]");
  const Tensor expanded = alias(values({1}), {3}, {0}, 0).set_requires_grad(true);
  CHECK_THROWS_WITH(
      gradcheck(elementwise<Cube>, {expanded}),
      "gradcheck: several elements of input 0 [3] share one place in memory; each must have "
      "its own. [clone it first]");
}

TEST_CASE("inputs that a function captures are varied too", "[gradcheck]") {
  const Tensor x = values({1, 2}), unused = values({7});
  const auto captured = [&](const TensorList&) { return elementwise<Cube>({x}); };
  CHECK_THAT(captured, GradientsMatch({x, unused}));
  CHECK(x.to_vector() == std::vector<double>{1, 2});
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a strided input is varied where it lies", "[gradcheck]") {
  const Tensor memory = values({1, 9, 2, 9, 3, 9}).detach();
  const Tensor x = alias(memory, {3}, {2}, 0).set_requires_grad(true);
  CHECK_THAT(gradcheck(elementwise<Cube>, {x}), GradientsMatch());
  CHECK(memory.to_vector() == std::vector<double>{1, 9, 2, 9, 3, 9});
}

TEST_CASE("an output without elements may be the last", "[gradcheck]") {
  const auto fn = [](const TensorList& xs) {
    return TensorList{xs[0] * xs[0], xs[0].slice(0, 0, 0) * 2};
  };
  CHECK(gradcheck(fn, {values({1, 2})}));
}

TEST_CASE("a check that leaves everything out has no element to show", "[gradcheck]") {
  const GradcheckReport report =
      gradcheck(elementwise<Relu>, {values({0, 0})}, {.max_kinks = 1, .allow_zero = true});
  if (report) CHECK(report.worst.empty() == (report.checked == 0));
  CHECK_FALSE(text_of(report).empty());
}
