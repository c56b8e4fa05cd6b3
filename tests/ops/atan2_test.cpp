#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

OpCase pair_case(const char* name, Tensor (*op)(const Tensor&, const Tensor&),
                 double (*value)(double, double), const Shape& a, const Shape& b) {
  OpCase c;
  c.name = name;
  c.op = [op](const TensorList& in) { return op(in[0], in[1]); };
  c.inputs = CaseInputs{a, b};
  c.reference = [value](const TensorList& in) {
    const Shape sizes = broadcast_shapes("test", in[0].sizes(), in[1].sizes());
    const Values x = in[0].expand(sizes).to_vector(), z = in[1].expand(sizes).to_vector();
    Values y(x.size());
    for (size_t i = 0; i < y.size(); ++i) y[i] = value(x[i], z[i]);
    return tensor_of(sizes, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("atan2, hypot") {
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{
           {{9}, {9}}, {{3, 5}, {5}}, {{4, 1}, {1, 3}}, {{0, 2}, {2}}, {{2, 3, 2, 2}, {}}}) {
    check_op(pair_case(
        "atan2", atan2, [](double x, double z) { return std::atan2(x, z); }, a, b));
    check_op(pair_case(
        "hypot", hypot, [](double x, double z) { return std::hypot(x, z); }, a, b));
  }
}

TEST_CASE("atan2: quadrants and the origin") {
  const Tensor a = tensor_of({5}, {0, 1, -1, 0, 0}).requires_grad_();
  const Tensor b = tensor_of({5}, {1, 0, 0, -1, 0}).requires_grad_();
  CHECK(atan2(a, b).to_vector() == Values{0, M_PI / 2, -M_PI / 2, M_PI, 0});
  const TensorList g = autograd::grad({atan2(a, b)}, {a, b}, {ones_like(a)});
  CHECK(g[0].to_vector() == Values{1, 0, 0, -1, 0});
  CHECK(g[1].to_vector() == Values{0, -1, 1, 0, 0});
  CHECK(atan2(ones({2}, kInt32), ones({2}, kInt64)).dtype() == kFloat32);
  CHECK(hypot(tensor_of({1}, {3e200}), tensor_of({1}, {4e200})).item<double>() ==
        Catch::Approx(5e200));
}

TEST_CASE("atan2, hypot: in place") {
  const Tensor a = uniform({6}, 1).requires_grad_(), b = uniform({6}, 2).requires_grad_();
  const Tensor g = uniform({6}, 3);
  const Tensor angle = a * 1.0, length = a * 1.0;
  angle.atan2_(b);
  length.hypot_(b);
  CHECK(angle.equal(atan2(a, b)));
  CHECK(length.equal(hypot(a, b)));
  for (size_t i : {0, 1}) {
    const Tensor& x = i == 0 ? a : b;
    CHECK(autograd::grad({angle}, {x}, {g}, true)[0].equal(
        autograd::grad({atan2(a, b)}, {x}, {g})[0]));
    CHECK(autograd::grad({length}, {x}, {g}, true)[0].equal(
        autograd::grad({hypot(a, b)}, {x}, {g})[0]));
  }
}
