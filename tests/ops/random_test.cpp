// Random numbers in place and the tape; the numbers themselves: tests/core/random_test.cpp.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;

namespace {

using Values = std::vector<double>;

const std::function<const Tensor&(const Tensor&)> kFills[] = {
    [](const Tensor& x) -> const Tensor& { return x.uniform_(); },
    [](const Tensor& x) -> const Tensor& { return x.normal_(); },
    [](const Tensor& x) -> const Tensor& { return x.bernoulli_(); },
    [](const Tensor& x) -> const Tensor& { return x.random_(0, 10); },
};

}  // namespace

TEST_CASE("random fills write in place", "[random]") {
  for (const auto& fill : kFills) {
    const Tensor x = full(1000, -1);
    const Tensor part = x.slice(0, 0, 500);
    const uint32_t version = x.version();
    CHECK(fill(part).is_same(part));
    CHECK(x.version() == version + 1);
    const Values v = x.to_vector();
    CHECK(v[999] == -1);
    CHECK(v[0] != -1);
  }
}

TEST_CASE("random fills cut the history of what they overwrite", "[random]") {
  for (const auto& fill : kFills) {
    const Tensor x = ones(3, requires_grad());
    const Tensor y = x * 2;
    fill(y);
    CHECK(y.requires_grad());
    y.backward(ones(3));
    CHECK(x.grad().to_vector() == Values{0, 0, 0});
  }
}

TEST_CASE("random fills of leaves need NoGradGuard", "[random]") {
  for (const auto& fill : kFills) {
    const Tensor x = zeros(3, requires_grad());
    CHECK_THROWS_AS(fill(x), GraphError);
    CHECK(x.to_vector() == Values{0, 0, 0});
    const NoGradGuard no_grad;
    fill(x);
    CHECK(x.is_leaf());
  }
  CHECK_THROWS_AS(zeros(1).expand(3).uniform_(), ArgumentError);
}
