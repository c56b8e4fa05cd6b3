#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/products.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor reference(const TensorList& in) {
  const std::vector<double> x = in[0].to_vector(), w = in[1].to_vector();
  const std::vector<double> b = in.size() > 2 ? in[2].to_vector() : std::vector<double>();
  const auto out = static_cast<size_t>(in[1].size(0)), n = static_cast<size_t>(in[1].size(1));
  Shape sizes = in[0].sizes();
  sizes[sizes.size() - 1] = in[1].size(0);
  std::vector<double> y(static_cast<size_t>(numel_of(sizes)));
  for (size_t i = 0; i < y.size(); ++i) {
    y[i] = b.empty() ? 0 : b[i % out];
    for (size_t k = 0; k < n; ++k) y[i] += x[i / out * n + k] * w[i % out * n + k];
  }
  return tensor_of(sizes, y);
}

OpCase linear_case(Shape x, int64_t out, bool bias = true) {
  OpCase c;
  c.name = as_text(IntArrayRef(x), " to ", out, bias ? "" : " without bias");
  const int64_t in = x.back();
  if (bias)
    c.inputs = CaseInputs({x, {out, in}, {out}});
  else
    c.inputs = CaseInputs({x, {out, in}});
  c.op = [=](const TensorList& list) {
    return linear(list[0], list[1], bias ? list[2] : Tensor());
  };
  c.reference = reference;
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("linear") {
  for (bool bias : {true, false}) {
    check_op(linear_case({5}, 7, bias));
    check_op(linear_case({3, 5}, 7, bias));
    check_op(linear_case({2, 3, 5}, 7, bias));
    check_op(linear_case({2, 2, 3, 5}, 7, bias));
    check_op(linear_case({1, 5}, 7, bias));
    check_op(linear_case({3, 1}, 1, bias));
  }
  for (int64_t n : {7, 8, 9, 15, 16, 17, 31, 33}) {
    check_op(linear_case({3, n}, 2));
    check_op(linear_case({3, 2}, n));
    check_op(linear_case({n, 2}, 3));
  }
  OpCase large = linear_case({40, 50}, 60);  // beyond the small kernel
  large.second_order = false;
  check_op(large);
}

TEST_CASE("linear: no rows, no features") {
  for (OpCase c : {linear_case({0, 5}, 7), linear_case({3, 0}, 2), linear_case({3, 2}, 0)}) {
    c.zero_gradient = true;
    check_op(c);
  }
  CHECK(linear(ones({3, 0}), ones({2, 0}), ones({2})).to_vector() == std::vector<double>(6, 1.0));
}

TEST_CASE("linear: what is wrong with a call") {
  const Tensor x = uniform({3, 4}), w = uniform({2, 4}), b = uniform({2});
  CHECK(message_of<ArgumentError>([&] {
          linear(uniform({3, 5}), w, b);
        }) == "linear: input [3, 5] has 5 features, but weight [2, 4] needs 4.");
  CHECK(message_of<ArgumentError>([&] { linear(x, uniform({4}), b); }) ==
        "linear: weight [4] has 1 dimensions; it must have 2, (out_features, in_features).");
  CHECK(message_of<ArgumentError>([&] { linear(x, w, uniform({4})); }) ==
        "linear: bias [4] does not match weight [2, 4]; its shape must be [2].");
  CHECK(message_of<ArgumentError>([&] { linear(x, w.to(kFloat32), b); }) ==
        "linear: weight is float32, the input float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { linear(x, w, b.to(kFloat32)); }) ==
        "linear: bias is float32, the input float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { linear(x.to(kInt64), w, b); }) ==
        "linear: the input is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([&] { linear(uniform({}), w, b); }) ==
        "linear: the input is a single number; it must have 1 or more dimensions, the last of "
        "in_features = 4.");
}
