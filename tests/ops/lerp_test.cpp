#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

// f(x, a, b) element by element, everything of one shape.
OpCase triple_case(const char* name, CaseFunction op, double (*value)(double, double, double),
                   const Shape& sizes) {
  OpCase c;
  c.name = name;
  c.op = std::move(op);
  c.inputs = [sizes] {
    return TensorList{uniform(sizes, 1), uniform(sizes, 2), uniform(sizes, 3, 0.2, 1.2)};
  };
  c.reference = [value](const TensorList& in) {
    std::vector<double> x = in[0].to_vector(), a = in[1].to_vector(), b = in[2].to_vector();
    for (size_t i = 0; i < x.size(); ++i) x[i] = value(x[i], a[i], b[i]);
    return tensor_of(in[0].sizes(), x);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("lerp, addcmul, addcdiv") {
  for (const Shape& sizes : {Shape{15}, Shape{2, 3, 4}, Shape{0}}) {
    check_op(triple_case(
        "lerp", [](const TensorList& in) { return lerp(in[0], in[1], in[2]); },
        [](double x, double end, double w) { return x + w * (end - x); }, sizes));
    check_op(triple_case(
        "addcmul", [](const TensorList& in) { return addcmul(in[0], in[1], in[2], 0.7); },
        [](double x, double a, double b) { return x + 0.7 * a * b; }, sizes));
    check_op(triple_case(
        "addcdiv", [](const TensorList& in) { return addcdiv(in[0], in[1], in[2], 0.7); },
        [](double x, double a, double b) { return x + 0.7 * a / b; }, sizes));
  }
}

TEST_CASE("lerp: by a number, exact at both ends") {
  const Tensor x = uniform({9}, 1), end = uniform({9}, 2);
  CHECK(lerp(x, end, 0).equal(x));
  CHECK(lerp(x, end, 1).equal(end));
  CHECK(lerp(x, end, ones_like(x)).equal(end));
  CHECK(lerp(x, end, 0.3).allclose(x + 0.3 * (end - x)));
  CHECK(lerp(x, end, 0.8).allclose(x + 0.8 * (end - x)));
  const Tensor i = ones({3}, kInt32);
  CHECK(addcmul(i, i, i, 2).to_vector() == std::vector<double>{3, 3, 3});
}

TEST_CASE("lerp, addcmul, addcdiv: in place") {
  const Tensor a = uniform({6}, 1).requires_grad_(), b = uniform({6}, 2, 1, 2).requires_grad_();
  const Tensor g = uniform({6}, 3);
  const auto check = [&](const Tensor& written, const Tensor& made) {
    CHECK(written.equal(made));
    for (const Tensor& x : {a, b})
      CHECK(autograd::grad({written}, {x}, {g}, true)[0].allclose(
          autograd::grad({made}, {x}, {g}, true)[0]));
  };
  check((a * 1.0).lerp_(b, 0.3), lerp(a, b, 0.3));
  check((a * 1.0).lerp_(a, b), lerp(a, a, b));
  check((a * 1.0).addcmul_(a, b, 2), addcmul(a, a, b, 2));
  check((a * 1.0).addcdiv_(a, b, 2), addcdiv(a, a, b, 2));
}

TEST_CASE("lerp: what is wrong with a call") {
  const Tensor i = ones({2}, kInt64);
  CHECK(message_of<ArgumentError>([&] { lerp(i, i, 0.5); }) ==
        "lerp: the tensors are int64 and int64; both must be float32 or float64.");
  CHECK_THROWS_AS(lerp(ones({2}), ones({2}, kFloat64), 0.5), ArgumentError);
  CHECK_THROWS_AS(lerp(ones({2}), ones({2}), i), ArgumentError);
}
