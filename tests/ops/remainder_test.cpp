#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

double remainder_of(double a, double b) { return a - b * std::floor(a / b); }

OpCase division_case(const char* name, Tensor (*op)(const Tensor&, const Tensor&),
                     double (*value)(double, double), const Shape& a, const Shape& b, bool flat) {
  OpCase c;
  c.name = name;
  c.op = [op](const TensorList& in) { return op(in[0], in[1]); };
  // Divisors from 0.5, so that few quotients lie at a jump.
  c.inputs = [=] { return TensorList{uniform(a, 1, -2, 2), uniform(b, 2, 0.6, 1.4)}; };
  c.reference = [value](const TensorList& in) {
    const Shape sizes = broadcast_shapes("test", in[0].sizes(), in[1].sizes());
    const Values x = in[0].expand(sizes).to_vector(), z = in[1].expand(sizes).to_vector();
    Values y(x.size());
    for (size_t i = 0; i < y.size(); ++i) y[i] = value(x[i], z[i]);
    return tensor_of(sizes, y);
  };
  c.zero_gradient = flat;
  c.max_kinks = 0.3;
  return c;
}

}  // namespace

TEST_CASE("remainder, fmod, floor_divide") {
  const auto down = [](double a, double b) { return std::floor(a / b); };
  const auto fmod_of = [](double a, double b) { return std::fmod(a, b); };
  const auto divide = [](const Tensor& a, const Tensor& b) { return floor_divide(a, b); };
  const auto fmods = [](const Tensor& a, const Tensor& b) { return fmod(a, b); };
  const auto remainders = [](const Tensor& a, const Tensor& b) { return remainder(a, b); };
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
           {{17}, {17}}, {{3, 5}, {5}}, {{4, 1}, {1, 3}}, {{0}, {1}}, {{2, 3, 2, 2}, {}}}) {
    check_op(division_case("remainder", remainders, remainder_of, a, b, false));
    check_op(division_case("fmod", fmods, fmod_of, a, b, false));
    check_op(division_case("floor_divide", divide, down, a, b, true));
  }
}

TEST_CASE("remainder: signs, numbers and roundings") {
  const Tensor x = tensor_of({5}, {-3, -1, 0, 1, 3});
  CHECK(remainder(x, 2).to_vector() == Values{1, 1, 0, 1, 1});
  CHECK((x % -2).to_vector() == Values{-1, -1, 0, -1, -1});
  CHECK((x % tensor_of({1}, {2})).to_vector() == Values{1, 1, 0, 1, 1});
  CHECK(fmod(x, 2).to_vector() == Values{-1, -1, 0, 1, 1});
  CHECK(x.floor_divide(2).to_vector() == Values{-2, -1, 0, 0, 1});
  CHECK(x.div(2, "floor").to_vector() == Values{-2, -1, 0, 0, 1});
  CHECK(x.div(2, "trunc").to_vector() == Values{-1, 0, 0, 0, 1});
  CHECK(div(x, tensor_of({}, {2}), "trunc").to_vector() == Values{-1, 0, 0, 0, 1});
  // 1 / 0.1 rounds to 10, but ten times the double 0.1 is more than 1.
  CHECK(floor_divide(tensor_of({1}, {1}), 0.1).to_vector() == Values{9});
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(floor_divide(tensor_of({2}, {1, -1}), 0).to_vector() == Values{inf, -inf});
}

TEST_CASE("remainder: integers") {
  const Tensor i = tensor_of({4}, {-7, -2, 2, 7}).to(kInt32);
  CHECK(floor_divide(i, 2).dtype() == kInt32);
  CHECK(floor_divide(i, 2).to_vector() == Values{-4, -1, 1, 3});
  CHECK(i.div(2, "trunc").to_vector() == Values{-3, -1, 1, 3});
  CHECK((i % 3).to_vector() == Values{2, 1, 2, 1});
  CHECK(fmod(i, 3).to_vector() == Values{-1, -2, 2, 1});
  CHECK(fmod(i, 0.5).dtype() == kFloat32);
  const Tensor lowest = full({1}, std::numeric_limits<int64_t>::min(), kInt64);
  CHECK(floor_divide(lowest, -1).equal(lowest));
  CHECK((lowest % -1).to_vector() == Values{0});
  const Tensor u = tensor_of({2}, {200, 5}).to(kUInt8);
  CHECK((u % 7).dtype() == kUInt8);
  CHECK((u % 7).to_vector() == Values{4, 5});
}

TEST_CASE("remainder: in place, and the gradient of the divisor") {
  const Tensor a = uniform({7}, 1, -3, 3).requires_grad_(),
               b = uniform({7}, 2, 1, 2).requires_grad_();
  const Tensor g = uniform({7}, 3);
  const auto check = [&](const Tensor& written, const Tensor& made) {
    CHECK(written.equal(made));
    const TensorList x = autograd::grad({written}, {a, b}, {g}),
                     y = autograd::grad({made}, {a, b}, {g});
    CHECK(x[0].equal(y[0]));
    CHECK(x[1].equal(y[1]));
  };
  check((a * 1.0).remainder_(b), remainder(a, b));
  check((a * 1.0).fmod_(b), fmod(a, b));
  check((a * 1.0).floor_divide_(b), floor_divide(a, b));
  check((a * 1.0).div_(b, "floor"), a.div(b, "floor"));
  CHECK(a.detach().clone().div_(2, "trunc").equal(a.div(2, "trunc")));
  CHECK(a.detach().clone().fmod_(2).equal(fmod(a, 2)));
  const Tensor n = autograd::grad({fmod(a, b)}, {b}, {g})[0];
  CHECK(n.allclose(-g * (a / b).detach().trunc()));
}

TEST_CASE("remainder: what is wrong with a call") {
  const Tensor i = ones({2}, kInt64);
  CHECK(message_of<ArgumentError>([&] { i % 0; }) ==
        "remainder: the divisor [] holds a 0 and the operands are integers; it must not. [use "
        "floating-point tensors]");
  CHECK_THROWS_AS(floor_divide(i, zeros({2}, kInt64)), ArgumentError);
  CHECK_THROWS_AS(fmod(i, 0), ArgumentError);
  CHECK_THROWS_AS(i.div(2, "up"), ArgumentError);
  CHECK_THROWS_AS(i.fmod_(0.5), ArgumentError);
  CHECK_THROWS_AS(floor_divide(zeros({1}, kBool), ones({1}, kBool)), ArgumentError);
}
