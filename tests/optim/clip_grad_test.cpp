#include <reel/core/parallel.h>
#include <reel/optim/clip_grad.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;

namespace {

TensorList two_parameters() {
  const Tensor a = zeros({2}, kFloat64).set_requires_grad(true);
  const Tensor b = zeros({1}, kFloat64).set_requires_grad(true);
  set_gradient(a, {3, -4});
  set_gradient(b, {12});
  return {a, b, zeros({5}, kFloat64).set_requires_grad(true)};
}

}  // namespace

TEST_CASE("clipping by norm scales all gradients alike and returns the norm", "[optim]") {
  const TensorList p = two_parameters();
  CHECK(nn::utils::clip_grad_norm_(p, 1.3) == 13);
  const double scale = 1.3 / (13 + 1e-6);
  CHECK(largest_difference(p[0].grad(), {3 * scale, -4 * scale}) < 1e-15);
  CHECK(largest_difference(p[1].grad(), {12 * scale}) < 1e-15);
  CHECK_FALSE(p[2].grad().defined());
}

TEST_CASE("gradients below the norm stay as they are", "[optim]") {
  const TensorList p = two_parameters();
  CHECK(optim::clip_grad_norm_(p, 100) == 13);
  CHECK(p[0].grad().to_vector() == Values{3, -4});
  CHECK(optim::clip_grad_norm_(p, 100, 1) == 19);
  CHECK(optim::clip_grad_norm_(p, 100, std::numeric_limits<double>::infinity()) == 12);
  CHECK(optim::clip_grad_norm_(p[0], 100, 3) == Catch::Approx(std::cbrt(27 + 64)));
  CHECK(optim::clip_grad_norm_(TensorList{}, 1) == 0);
}

TEST_CASE("the norm of many elements does not depend on the number of threads", "[optim]") {
  const ExecutionScope scope;
  const int64_t n = 100'003;
  const Tensor x = start(n, kFloat32);
  x.mutable_grad() = start(n, kFloat32).detach();
  double expected = 0;
  for (double v : x.grad().to_vector()) expected += v * v;
  set_num_threads(1);
  const double norm = optim::clip_grad_norm_(x, 1e9);
  CHECK(norm == Catch::Approx(std::sqrt(expected)).epsilon(1e-6));
  set_num_threads(3);
  CHECK(optim::clip_grad_norm_(x, 1e9) == norm);
}

TEST_CASE("a norm that is not finite can be an error", "[optim]") {
  const TensorList p = two_parameters();
  set_gradient(p[1], {std::numeric_limits<double>::quiet_NaN()});
  CHECK(message_of<ArgumentError>([&] {
          optim::clip_grad_norm_(p, 1, 2, true);
        }).find("clip_grad_norm_: the norm of the gradients is") == 0);
  CHECK(p[0].grad().to_vector() == Values{3, -4});
  CHECK(std::isnan(optim::clip_grad_norm_(p, 1, std::numeric_limits<double>::infinity())));
  CHECK(std::isnan(p[0].grad().to_vector()[0]));
  CHECK_THROWS_AS(optim::clip_grad_norm_(p, -1), ArgumentError);
  CHECK_THROWS_AS(optim::clip_grad_norm_(p, 1, 0), ArgumentError);
}

TEST_CASE("clipping by value limits each element", "[optim]") {
  const TensorList p = two_parameters();
  optim::clip_grad_value_(p, 3.5);
  CHECK(p[0].grad().to_vector() == Values{3, -3.5});
  CHECK(p[1].grad().to_vector() == Values{3.5});
  nn::utils::clip_grad_value_(p[1], 1);
  CHECK(p[1].grad().to_vector() == Values{1});
  CHECK_THROWS_AS(optim::clip_grad_value_(p, -1), ArgumentError);
}
