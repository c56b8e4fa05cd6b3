#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

// inputs: x, and where given weight and bias
TensorList reference(const TensorList& in, size_t normalized_dims, double eps) {
  const std::vector<double> x = in[0].to_vector();
  std::vector<double> y(x.size());
  int64_t D = 1;
  for (size_t i = in[0].sizes().size() - normalized_dims; i < in[0].sizes().size(); ++i)
    D *= in[0].sizes()[i];
  const std::vector<double> w =
      in.size() > 1 && in[1].defined() ? in[1].to_vector() : std::vector<double>();
  const std::vector<double> b =
      in.size() > 2 && in[2].defined() ? in[2].to_vector() : std::vector<double>();
  for (size_t row = 0; D > 0 && row < x.size(); row += static_cast<size_t>(D)) {
    double mean = 0, var = 0;
    for (int64_t i = 0; i < D; ++i)
      mean += x[row + static_cast<size_t>(i)] / static_cast<double>(D);
    for (int64_t i = 0; i < D; ++i)
      var += std::pow(x[row + static_cast<size_t>(i)] - mean, 2) / static_cast<double>(D);
    for (size_t i = 0; i < static_cast<size_t>(D); ++i)
      y[row + i] = (x[row + i] - mean) / std::sqrt(var + eps) * (w.empty() ? 1 : w[i]) +
                   (b.empty() ? 0 : b[i]);
  }
  return {tensor_of(in[0].sizes(), y)};
}

// A case over the last `dims` dimensions of the first shape; a weight and a bias follow it where
// given.
OpCase over_last(std::string name, size_t dims, std::initializer_list<Shape> shapes,
                 double eps = 1e-5) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    const Shape& sizes = in[0].sizes();
    const IntArrayRef normalized(sizes.data() + sizes.size() - dims, dims);
    return layer_norm(in[0], normalized, in.size() > 1 ? in[1] : Tensor(),
                      in.size() > 2 ? in[2] : Tensor(), eps);
  };
  c.inputs = CaseInputs(shapes);
  c.reference = [=](const TensorList& in) { return reference(in, dims, eps); };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("layer_norm") {
  check_op(over_last("weight and bias", 1, {{3, 5}, {5}, {5}}));
  check_op(over_last("weight alone", 1, {{3, 5}, {5}}));
  check_op(over_last("plain", 1, {{3, 5}}));
  check_op(over_last("one dimension", 1, {{9}, {9}, {9}}));
  check_op(over_last("two dimensions", 2, {{3, 4, 5}, {4, 5}, {4, 5}}));
  check_op(over_last("three dimensions", 3, {{2, 2, 3, 3}, {2, 3, 3}, {2, 3, 3}}, 1e-3));
  for (int64_t D : {2, 7, 8, 9, 15, 16, 17, 31, 33})
    check_op(over_last("rows of " + std::to_string(D), 1, {{D % 2 + 2, D}, {D}, {D}}));
}

// Short rows advance four at a time, long ones alone; the last vector overlaps or is padded.
TEST_CASE("layer_norm: short and long rows") {
  for (int64_t D : {3, 5, 10, 20, 48, 64, 90, 96, 127, 128, 129, 130, 200, 257})
    for (int64_t N : {1, 3, 4, 5, 9}) {
      OpCase c =
          over_last(std::to_string(N) + " rows of " + std::to_string(D), 1, {{N, D}, {D}, {D}});
      c.second_order = false;
      check_op(c);
    }
  for (int64_t D : {10, 64, 200}) {
    check_op(over_last("weight alone, " + std::to_string(D), 1, {{5, D}, {D}}));
    check_op(over_last("plain, " + std::to_string(D), 1, {{5, D}}));
  }
}

TEST_CASE("layer_norm: bias alone") {
  for (int64_t D : {10, 64, 200}) {
    OpCase c = over_last("rows of " + std::to_string(D), 1, {{5, D}, {D}});
    c.op = [=](const TensorList& in) { return layer_norm(in[0], {D}, {}, in[1]); };
    c.reference = [=](const TensorList& in) { return reference({in[0], {}, in[1]}, 1, 1e-5); };
    check_op(c);
  }
}

TEST_CASE("layer_norm: several chunks, and more rows than one float chain") {
  for (int64_t D : {7, 33, 64, 300}) {
    OpCase c = over_last("rows of " + std::to_string(D), 1, {{45001 / D, D}, {D}, {D}});
    c.second_order = false;
    check_op(c);
  }
}

TEST_CASE("layer_norm: edges") {
  OpCase empty_batch = over_last("no rows", 1, {{0, 5}, {5}, {5}});
  empty_batch.zero_gradient = true;
  check_op(empty_batch);

  OpCase single = over_last("rows of one element are all bias", 1, {{4, 1}, {1}, {1}});
  single.float_tolerance = 1e-3;  // without variance, rstd = 1 / sqrt(eps) = 316 amplifies rounding
  check_op(single);
}

TEST_CASE("layer_norm: a large mean does not cancel the variance") {
  const Tensor x = uniform({4, 64}).to(kFloat32), shifted = x + 1000.0;
  // The shift itself rounds x to about 6e-5.
  CHECK(layer_norm(x, {64}).allclose(layer_norm(shifted, {64}), 1e-3, 1e-3));
}

TEST_CASE("layer_norm: what is wrong with a call") {
  const Tensor x = uniform({2, 3, 4});
  CHECK(message_of<ArgumentError>([&] { layer_norm(x, {5}); }) ==
        "layer_norm: input [2, 3, 4] does not end in normalized_shape [5]; its last 1 dimensions "
        "must be equal "
        "to it.");
  CHECK(message_of<ArgumentError>([&] { layer_norm(x, {}); }) ==
        "layer_norm: normalized_shape is empty; it must name 1 or more dimensions.");
  CHECK(message_of<ArgumentError>([&] { layer_norm(x, {4}, ones({3}, kFloat64)); }) ==
        "layer_norm: weight [3] does not match normalized_shape [4]; the shapes must be equal.");
  CHECK(message_of<ArgumentError>([&] { layer_norm(x, {4}, {}, ones({4})); }) ==
        "layer_norm: bias is float32, the input float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { layer_norm(ones({4}, kInt64), {4}); }) ==
        "layer_norm: the input is int64; it must be float32 or float64.");
}
