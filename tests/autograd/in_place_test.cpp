#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/gradcheck_matchers.h>
#include <reel/core/creation.h>

using namespace reel;

namespace {

using Values = std::vector<double>;

Tensor leaf(std::initializer_list<double> v) {
  return tests::tensor_of(static_cast<int64_t>(v.size()), v).requires_grad_();
}

const Tensor kSeed = tests::tensor_of({2}, {1, 1});

constexpr const char* kStale =
    " was written in place through another view of its memory, on the tape; its own history does "
    "not know "
    "of that write. [use the tensor that was written, or write out of place]";

}  // namespace

TEST_CASE("in place: chains are recorded", "[in-place]") {
  const auto chain = [](const TensorList& x) {
    const Tensor y = x[0] * x[1];
    y.add_(x[1]);
    y.mul_(3.0).sub_(x[0], 2.0);
    y.mul_(x[1]);
    return y;
  };
  CHECK_THAT(chain, GradientsMatch({leaf({1, 2}), leaf({3, 4})}));
  const auto broadcast = [](const TensorList& x) { return (x[0] * 1).mul_(x[1]).add_(x[1]); };
  CHECK_THAT(broadcast, GradientsMatch({tests::uniform({3, 2}).requires_grad_(), leaf({3, 4})}));
}

TEST_CASE("in place: a tensor without history takes that of what is written", "[in-place]") {
  const Tensor x = leaf({1, 2}), buffer = zeros({2}, kFloat64);
  buffer.add_(x);
  buffer.mul_(2);
  CHECK_FALSE(buffer.is_leaf());
  buffer.backward(kSeed);
  CHECK(x.grad().to_vector() == Values{2, 2});
}

TEST_CASE("in place: overwriting cuts off the old history", "[in-place]") {
  const Tensor x = leaf({1, 2}), y = x * 3;
  y.copy_(x * x);
  y.backward(kSeed);
  CHECK(x.grad().to_vector() == Values{2, 4});
  const Tensor z = x * 3;
  z.zero_();
  z.backward(kSeed);
  CHECK(x.grad().to_vector() == Values{2, 4});
}

TEST_CASE("in place: a leaf and its views are refused", "[in-place]") {
  const Tensor x = leaf({1, 2});
  constexpr const char* rule =
      "; it can not be written in place while recording. [use NoGradGuard to update parameters, or "
      "clone it "
      "first]";
  CHECK(message_of<GraphError>([&] { x.add_(1); }) ==
        std::string("add_: [2] is a leaf that requires grad") + rule);
  CHECK(message_of<GraphError>([&] {
          x.view({2, 1}).select(0, 0).add_(1);
        }) == std::string("add_: [1] is a view of a leaf that requires grad") + rule);
  CHECK(x.to_vector() == Values{1, 2});
  const NoGradGuard no_grad;
  x.add_(1);
  x.select(0, 1).add_(1);
  CHECK(x.to_vector() == Values{2, 4});
}

TEST_CASE("in place: several elements in one place are refused", "[in-place]") {
  const Tensor x = zeros({1, 2}, kFloat64).expand({3, 2});
  CHECK(message_of<ArgumentError>([&] { x.add_(1); }) ==
        "add_: [3, 2] is an expanded tensor, several of its elements share one place in memory; "
        "they can not "
        "be written in place. [clone it first]");
}

TEST_CASE("in place: a saved tensor that changed is noticed", "[in-place]") {
  const Tensor x = leaf({1, 2}), y = x * 1, z = y * y;
  const auto expected = [](int now, int then) {
    return "mul: saved input 'other' [2] was modified in place; it is at version " +
           std::to_string(now) + ", but backward needs version " + std::to_string(then) +
           ". [replace the in-place operation, or clone the tensor before it]";
  };
  y.add_(1);
  CHECK(message_of<GraphError>([&] { z.backward(kSeed); }) == expected(1, 0));
  {
    const NoGradGuard no_grad;
    y.add_(1);
  }
  CHECK(message_of<GraphError>([&] { z.backward(kSeed); }) == expected(2, 0));
  // Through another handle to the same memory.
  const Tensor v = x * 1, w = v * v;
  v.detach().select(0, 1).fill_(7);
  CHECK(message_of<GraphError>([&] { w.backward(kSeed); }) == expected(1, 0));
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("in place: a tensor that was given other data is noticed", "[in-place]") {
  const Tensor x = leaf({1, 2}), y = x * x;
  x.set_data(tests::tensor_of({2}, {5, 6}));
  CHECK(message_of<GraphError>([&] { y.backward(kSeed); }) ==
        "mul: saved input 'other' [2] was given other data; backward needs what it had. [call "
        "set_data "
        "after "
        "backward]");
}

TEST_CASE("in place: a write through another handle is never lost", "[in-place]") {
  const Tensor x = leaf({1, 2}), w = leaf({3});
  const Tensor base = x * 1, detached = base.detach();
  detached.mul_(w);
  CHECK(message_of<GraphError>([&] { base * 2; }) == std::string("mul: an input [2]") + kStale);
  CHECK(message_of<GraphError>([&] { base.narrow(0, 0, 1) * 2; }).ends_with(kStale));
  CHECK(message_of<GraphError>([&] { base.backward(kSeed); }) ==
        std::string("backward: an input [2]") + kStale);
  CHECK(message_of<GraphError>([&] { base[0].mul_(2); }).ends_with(kStale));
  detached.backward(kSeed);
  CHECK(w.grad().to_vector() == Values{3});
  const NoGradGuard no_grad;
  CHECK((base * 2).to_vector() == Values{6, 12});
}

TEST_CASE("in place: writes off the tape are constants", "[in-place]") {
  const Tensor x = leaf({1, 2}), y = x * 1;
  y.detach().mul_(5);
  (y * 2).backward(kSeed);
  CHECK(x.grad().to_vector() == Values{2, 2});
}

TEST_CASE("in place: a retained gradient is that of the new values", "[in-place]") {
  const Tensor x = leaf({1, 2}), y = x * 3;
  y.retain_grad();
  y.mul_(5);
  CHECK(y.retains_grad());
  (y * 7).backward(kSeed);
  CHECK(y.grad().to_vector() == Values{7, 7});
  CHECK(x.grad().to_vector() == Values{105, 105});
}

TEST_CASE("in place: versions count writes, for all views", "[in-place]") {
  const Tensor x = zeros({4}, kFloat64), view = x.narrow(0, 1, 2);
  const uint32_t before = x.version();
  view.add_(1);
  x.mul_(2);
  x.fill_(3);
  CHECK(x.version() == before + 3);
  CHECK(view.version() == before + 3);
  CHECK(x.clone().version() == 0);
}

TEST_CASE("in place: an undefined tensor is an error", "[in_place]") {
  const Tensor x = ones({2}).requires_grad_(), nothing;
  CHECK_THROWS_AS(x.grad().zero_(), ArgumentError);
  CHECK_THROWS_AS(nothing.add_(1), ArgumentError);
  CHECK_THROWS_AS(nothing.copy_(x), ArgumentError);
  CHECK_THROWS_AS(nothing.uniform_(), ArgumentError);
  CHECK_THROWS_AS(x.set_data(nothing), ArgumentError);
}

TEST_CASE("in place: integers take no history", "[in_place]") {
  const Tensor x = tensor({1.5, 2.5}, kFloat32).requires_grad_();
  const Tensor y = zeros({2}, kInt64), z = zeros({2}, kBool);
  y.copy_(x);
  z[0] = x[1];
  CHECK_FALSE(y.requires_grad());
  CHECK_FALSE(z.requires_grad());
  (x * y).sum().backward();
  CHECK(x.grad().to_vector() == std::vector<double>{1, 2});
}

TEST_CASE("in place: gradients of nothing add up", "[in_place]") {
  const Tensor x = zeros({2, 0}).requires_grad_();
  x.sum().backward();
  x.sum().backward();
  CHECK(x.grad().sizes() == Shape{2, 0});
  const Tensor y = zeros({0, 3}).requires_grad_(), z = y * 2;
  (z.sum() + z.mean()).backward();
  CHECK(y.grad().sizes() == Shape{0, 3});
  ones({1, 0}).expand({3, 0}).add_(1);
}

TEST_CASE("in place: a saved tensor that was detached is noticed where its history is needed",
          "[in-place]") {
  const Tensor x = leaf({2, 4}), h = x * 2, y = (h * h * x).sum();
  h.detach_();
  CHECK(autograd::grad({y}, {x}, {}, /*retain_graph=*/true)[0].to_vector() == Values{48, 192});
  const auto twice = [&] { autograd::grad({y}, {x}, {}, {}, /*create_graph=*/true); };
  CHECK(message_of<GraphError>(twice) ==
        "mul: saved input 'other' [2] was detached in place; a gradient of the gradient needs the "
        "history that it had. [use detach() in place of detach_()]");
  h.requires_grad_();
  CHECK_THROWS_AS(twice(), GraphError);
  // Leaves have none to lose.
  const Tensor a = leaf({3}), b = leaf({5}), c = a * a * b;
  b.detach_();
  const Tensor g = autograd::grad({c}, {a}, {}, {}, /*create_graph=*/true)[0];
  CHECK(autograd::grad({g}, {a})[0].to_vector() == Values{10});
}
