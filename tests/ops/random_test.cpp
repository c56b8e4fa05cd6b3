// Random numbers in place and the tape; the numbers themselves: tests/core/random_test.cpp.

#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

#include <limits>

#include <cmath>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <functional>

using namespace reel;
using namespace reel::tests;

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
    const Tensor x = full(1000, -1.0);
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

TEST_CASE("random: exponential, log-normal, any integer") {
  manual_seed(20);
  const Tensor x = zeros({20000}, kFloat64);
  x.exponential_(2);
  // Mean and deviation 1/2; the mean deviates by 0.5 / sqrt(20000) = 0.0035.
  CHECK(x.mean().item<double>() == Catch::Approx(0.5).margin(0.015));
  CHECK(x.std().item<double>() == Catch::Approx(0.5).margin(0.03));
  CHECK(x.ge(0).all().item<bool>());
  x.log_normal_(0.5, 0.3);
  CHECK(x.log().mean().item<double>() == Catch::Approx(0.5).margin(0.01));
  CHECK(x.log().std().item<double>() == Catch::Approx(0.3).margin(0.01));
  CHECK_THROWS_AS(x.exponential_(0), ArgumentError);
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const Tensor y = zeros({100}, dtype);
    y.random_();
    CHECK(y.ge(0).all().item<bool>());
    CHECK(y.ne(y[0]).any().item<bool>());
  }
  CHECK(zeros({100}).random_(2).lt(2).all().item<bool>());
}

TEST_CASE("random: bernoulli and normal of tensors") {
  manual_seed(21);
  const Tensor p = tensor_of({3}, {0, 0.3, 1}).expand({20000, 3});
  const Tensor y = bernoulli(p);
  CHECK(y.dtype() == kFloat64);
  CHECK(y.mean(0).allclose(tensor_of({3}, {0, 0.3, 1}), 0, 0.015));
  CHECK(bernoulli(zeros({4}), 1).equal(ones({4})));
  CHECK_THROWS_AS(bernoulli(full({2}, 1.5)), ArgumentError);
  CHECK_THROWS_AS(bernoulli(ones({2}, kInt64)), ArgumentError);
  const Tensor mean = tensor_of({2}, {-3, 5}), deviation = tensor_of({2}, {0, 2});
  const Tensor x = normal(mean.expand({20000, 2}), deviation);
  CHECK(x.mean(0).allclose(mean, 0, 0.06));
  CHECK(x.std(0).allclose(deviation, 0, 0.06));
  CHECK(normal(mean).sizes() == Shape{2});
  CHECK(normal(0, deviation).sizes() == Shape{2});
  CHECK(normal(1, 0, {3}).equal(ones({3})));
  CHECK_THROWS_AS(normal(mean, -deviation), ArgumentError);
}

TEST_CASE("random: multinomial") {
  manual_seed(22);
  const Tensor w = tensor_of({4}, {1, 0, 2, 5});
  const Tensor drawn = multinomial(w, 20000, true);
  const double shares[] = {1.0 / 8, 0, 2.0 / 8, 5.0 / 8};
  for (int64_t i = 0; i < 4; ++i)
    CHECK(drawn.eq(i).to(kFloat64).mean().item<double>() == Catch::Approx(shares[i]).margin(0.015));
  // Without replacement: all that can be, and first the likely ones.
  const Tensor rows = w.expand({5000, 4}).multinomial(3);
  CHECK(rows.sizes() == Shape{5000, 3});
  CHECK(rows.sum(1).equal(full({5000}, 5, kInt64)));
  CHECK(rows.select(1, 0).eq(3).to(kFloat64).mean().item<double>() ==
        Catch::Approx(5.0 / 8).margin(0.03));
  CHECK_THROWS_AS(multinomial(w, 4), ArgumentError);
  CHECK_THROWS_AS(multinomial(-w, 1), ArgumentError);
  CHECK_THROWS_AS(multinomial(zeros({3}), 1), ArgumentError);
  CHECK_THROWS_AS(multinomial(w, 0), ArgumentError);
  CHECK_THROWS_AS(multinomial(ones({}), 1), ArgumentError);
}

TEST_CASE("random: from a generator of one's own") {
  const Tensor p = full({50}, 0.4), w = tensor_of({4}, {1, 0, 2, 5});
  const std::vector<std::function<Tensor(Generator&)>> own = {
      [&](Generator& g) { return zeros({50}).uniform_(2, 3, g); },
      [&](Generator& g) { return zeros({50}).normal_(1, 2, g); },
      [&](Generator& g) { return normal(1, 2, {50}, g); },
      [&](Generator& g) { return normal(p, p, g); },
      [&](Generator& g) { return rand_like(p, g); },
      [&](Generator& g) { return randn_like(p, g); },
      [&](Generator& g) { return bernoulli(p, g); },
      [&](Generator& g) { return bernoulli(p, 0.3, g); },
      [&](Generator& g) { return multinomial(w, 50, true, g); },
      [&](Generator& g) { return multinomial(p, 20, false, g); }};
  const std::vector<std::function<Tensor()>> common = {[&] { return zeros({50}).uniform_(2, 3); },
                                                       [&] { return zeros({50}).normal_(1, 2); },
                                                       [&] { return normal(1, 2, {50}); },
                                                       [&] { return normal(p, p); },
                                                       [&] { return rand_like(p); },
                                                       [&] { return randn_like(p); },
                                                       [&] { return bernoulli(p); },
                                                       [&] { return bernoulli(p, 0.3); },
                                                       [&] { return multinomial(w, 50, true); },
                                                       [&] { return multinomial(p, 20); }};
  for (size_t i = 0; i < own.size(); ++i) {
    INFO(i);
    Generator generator(31);
    const uint64_t before = default_generator().offset();
    const Tensor first = own[i](generator), second = own[i](generator);
    CHECK(default_generator().offset() == before);
    CHECK_FALSE(first.equal(second));
    manual_seed(31);
    CHECK(first.equal(common[i]()));
  }
}
