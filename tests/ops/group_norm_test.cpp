#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/channel_norm_reference.h"

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor input_or_none(const TensorList& in, size_t i) { return in.size() > i ? in[i] : Tensor(); }

OpCase group_case(std::string name, int64_t groups, std::initializer_list<Shape> shapes,
                  double eps = 1e-5) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    return group_norm(in[0], groups, input_or_none(in, 1), input_or_none(in, 2), eps);
  };
  c.inputs = CaseInputs(shapes);
  c.reference = [=](const TensorList& in) {
    const auto G = static_cast<size_t>(groups), width = static_cast<size_t>(in[0].size(1)) / G;
    return tensor_of(
        in[0].sizes(),
        normalize_sets(
            in[0], eps, [=](size_t n, size_t channel) { return n * G + channel / width; },
            static_cast<size_t>(in[0].size(0)) * G, input_or_none(in, 1), input_or_none(in, 2)));
  };
  c.second_order = true;
  return c;
}

// The same, and the ReLU behind it in the same pass.
OpCase relu_case(std::string name, int64_t groups, std::initializer_list<Shape> shapes) {
  OpCase c = group_case(std::move(name), groups, shapes);
  const CaseFunction plain = c.reference;
  c.op = [=](const TensorList& in) {
    return group_norm_relu(in[0], groups, input_or_none(in, 1), input_or_none(in, 2), 1e-5);
  };
  c.reference = [plain](const TensorList& in) { return relu(plain(in)[0]); };
  return c;
}

}  // namespace

TEST_CASE("group_norm_relu") {
  check_op(relu_case("two groups", 2, {{2, 4, 3}, {4}, {4}}));
  check_op(relu_case("without weight and bias", 2, {{2, 6, 2}}));
  check_op(relu_case("without bias", 3, {{2, 6, 2}, {6}}));
  check_op(relu_case("2 spatial dimensions", 2, {{2, 4, 3, 3}, {4}, {4}}));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(relu_case("channels " + std::to_string(C), C % 3 == 0 ? 3 : 1, {{2, C, 3}, {C}, {C}}));
}

TEST_CASE("group_norm: a large mean does not cancel the variance") {
  const Tensor x = uniform({2, 4, 50}, 0, -1, 1, kFloat32);
  const Tensor y = group_norm(x + 1000, 2), wanted = group_norm(x.to(kFloat64), 2);
  CHECK((y.to(kFloat64) - wanted).abs().max().item<double>() < 1e-3);
}

TEST_CASE("group_norm") {
  check_op(group_case("one group", 1, {{2, 4, 3}, {4}, {4}}));
  check_op(group_case("two groups", 2, {{2, 4, 3}, {4}, {4}}));
  check_op(group_case("a group a channel", 4, {{2, 4, 3}, {4}, {4}}));
  check_op(group_case("without weight and bias", 2, {{2, 6, 2}}));
  check_op(group_case("without bias", 3, {{2, 6, 2}, {6}}));
  check_op(group_case("2-d", 2, {{3, 6}, {6}, {6}}));
  check_op(group_case("2 spatial dimensions", 2, {{2, 4, 3, 3}, {4}, {4}}, 1e-3));
  check_op(group_case("3 spatial dimensions", 3, {{1, 3, 2, 2, 3}, {3}, {3}}));
  check_op(group_case("more pixels than a float chain", 1, {{1, 2, 150}, {2}, {2}}));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(
        group_case("channels " + std::to_string(C), C % 3 == 0 ? 3 : 1, {{2, C, 3}, {C}, {C}}));
}

// Rows are taken together until they fill vectors, with some left over; 1, 2, 3, 4 or more vectors.
TEST_CASE("group_norm: few and many channels") {
  for (int64_t C : {2, 3, 4, 6, 10, 12, 20, 24, 32, 40, 48, 64, 66, 80, 128, 140}) {
    OpCase c =
        group_case("channels " + std::to_string(C), C % 2 == 0 ? 2 : 3, {{2, C, 37}, {C}, {C}});
    c.second_order = false;
    check_op(c);
    c = relu_case("ReLU, channels " + std::to_string(C), 1, {{2, C, 37}, {C}, {C}});
    c.second_order = false;
    check_op(c);
  }
  // Wider than one table of factors, with a group on both sides of its edge.
  OpCase wide = group_case("1100 channels", 5, {{1, 1100, 3}, {1100}, {1100}});
  wide.second_order = false;
  check_op(wide);
}

TEST_CASE("group_norm: few large samples are cut") {
  for (int64_t C : {3, 16, 33, 64}) {
    OpCase c = group_case("channels " + std::to_string(C), C % 2 == 0 ? 2 : 3,
                          {{2, C, 40000 / C}, {C}, {C}});
    c.second_order = false;
    check_op(c);
    c = relu_case("ReLU, channels " + std::to_string(C), 1, {{1, C, 40000 / C}, {C}, {C}});
    c.second_order = false;
    check_op(c);
  }
}

TEST_CASE("group_norm: no samples") {
  OpCase c = group_case("no samples", 2, {{0, 4, 3}, {4}, {4}});
  c.zero_gradient = true;
  check_op(c);
}

TEST_CASE("group_norm: what is wrong with a call") {
  const Tensor x = uniform({2, 6, 4});
  CHECK(
      message_of<ArgumentError>([&] { group_norm(x, 4); }) ==
      "group_norm: input [2, 6, 4] has 6 channels, which num_groups = 4 does not divide; it must.");
  CHECK(
      message_of<ArgumentError>([&] { group_norm(x, 0); }) ==
      "group_norm: input [2, 6, 4] has 6 channels, which num_groups = 0 does not divide; it must.");
  CHECK(message_of<ArgumentError>([&] { group_norm(uniform({6}), 1); }) ==
        "group_norm: input [6] has 1 dimensions; it must be (N, C) or (N, C, spatial...).");
  CHECK(message_of<ArgumentError>([&] { group_norm(x, 2, ones({6})); }) ==
        "group_norm: weight is float32, the input float64; the dtypes must be equal.");
}
