#include <reel/core/creation.h>
#include <reel/nn/init.h>

#include <algorithm>
#include <cmath>

#include "tests/catch.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::nn;

namespace {

struct Moments {
  double mean = 0, deviation = 0, lowest = 0, highest = 0;
};

Moments moments_of(const Tensor& x) {
  const std::vector<double> v = x.to_vector();
  const double n = static_cast<double>(v.size());
  Moments m;
  for (double value : v) m.mean += value / n;
  for (double value : v) m.deviation += (value - m.mean) * (value - m.mean) / n;
  m.deviation = std::sqrt(m.deviation);
  m.lowest = *std::min_element(v.begin(), v.end());
  m.highest = *std::max_element(v.begin(), v.end());
  return m;
}

Tensor weight(IntArrayRef sizes = {60, 20, 3, 5}) { return empty(sizes).set_requires_grad(true); }

void check_uniform(const Tensor& x, double bound) {
  const Moments m = moments_of(x.detach());
  CHECK(m.highest <= bound);
  CHECK(m.highest > 0.99 * bound);
  CHECK(m.lowest < -0.99 * bound);
  CHECK(std::abs(m.mean) < 0.03 * bound);
}

void check_normal(const Tensor& x, double deviation) {
  const Moments m = moments_of(x.detach());
  CHECK(m.deviation == Catch::Approx(deviation).epsilon(0.02));
  CHECK(std::abs(m.mean) < 0.03 * deviation);
  CHECK(m.highest > 3 * deviation);
}

}  // namespace

TEST_CASE("parameters are filled in place, off the tape", "[nn][init]") {
  manual_seed(1);
  const Tensor w = weight();
  CHECK(init::constant_(w, 2.5).is_same(w));
  CHECK(moments_of(w.detach()).highest == 2.5);
  CHECK(w.is_leaf());
  init::ones_(w);
  CHECK(moments_of(w.detach()).lowest == 1);
  init::zeros_(w);
  CHECK(moments_of(w.detach()).highest == 0);
  check_uniform(init::uniform_(w, -2, 2), 2);
  check_normal(init::normal_(w, 0, 3), 3);
}

TEST_CASE("gains are PyTorch's", "[nn][init]") {
  CHECK(init::calculate_gain(init::kLinear) == 1);
  CHECK(init::calculate_gain(init::kSigmoid) == 1);
  CHECK(init::calculate_gain(init::kTanh) == 5.0 / 3);
  CHECK(init::calculate_gain(init::kReLU) == std::sqrt(2.0));
  CHECK(init::calculate_gain(init::kLeakyReLU, 0.2) == std::sqrt(2 / 1.04));
  CHECK(init::calculate_gain(init::kLeakyReLU) == std::sqrt(2 / 1.0001));
  CHECK(init::calculate_gain(init::kSELU) == 0.75);
}

TEST_CASE("scaled initialization follows fan in and fan out", "[nn][init]") {
  manual_seed(2);
  const Tensor w = weight();  // fan in 20 * 15 = 300, fan out 60 * 15 = 900
  const auto [fan_in, fan_out] = init::calculate_fan_in_and_fan_out(w);
  CHECK(fan_in == 300);
  CHECK(fan_out == 900);
  check_uniform(init::xavier_uniform_(w, 2), 2 * std::sqrt(6.0 / 1200));
  check_normal(init::xavier_normal_(w), std::sqrt(2.0 / 1200));
  check_uniform(init::kaiming_uniform_(w, std::sqrt(5.0)), 1 / std::sqrt(300.0));
  check_uniform(init::kaiming_uniform_(w, 0, init::kFanOut, init::kTanh),
                5.0 / 3 * std::sqrt(3.0 / 900));
  check_normal(init::kaiming_normal_(w), std::sqrt(2.0 / 300));
  check_normal(init::kaiming_normal_(w, 0, init::kFanOut, init::kReLU), std::sqrt(2.0 / 900));
}

TEST_CASE("a truncated normal keeps to its limits and its shape", "[nn][init]") {
  manual_seed(3);
  const Moments wide = moments_of(init::trunc_normal_(weight(), 1, 0.5, -9, 9).detach());
  CHECK(wide.mean == Catch::Approx(1).epsilon(0.02));
  CHECK(wide.deviation == Catch::Approx(0.5).epsilon(0.02));
  const Moments narrow = moments_of(init::trunc_normal_(weight()).detach());
  CHECK(narrow.lowest >= -2);
  CHECK(narrow.highest <= 2);
  CHECK(narrow.highest > 1.99);
  CHECK(narrow.deviation == Catch::Approx(0.8796).epsilon(0.02));  // of the truncated distribution
  const Moments tail = moments_of(init::trunc_normal_(weight(), 0, 1, 3, 4).detach());
  CHECK(tail.lowest >= 3);
  CHECK(tail.mean == Catch::Approx(3.2606).epsilon(0.01));
}

TEST_CASE("eye_ and dirac_ pass signals on", "[nn][init]") {
  CHECK(init::eye_(empty({2, 3}, kFloat64)).to_vector() == std::vector<double>{1, 0, 0, 0, 1, 0});
  const Tensor w = init::dirac_(empty({4, 2, 3}), 2);
  CHECK(w.to_vector() == std::vector<double>{0, 1, 0, 0, 0, 0,  //
                                             0, 0, 0, 0, 1, 0,  //
                                             0, 1, 0, 0, 0, 0,  //
                                             0, 0, 0, 0, 1, 0});
  const Tensor more_outputs = init::dirac_(empty({3, 1, 1, 2}));
  CHECK(more_outputs.to_vector() == std::vector<double>{0, 1, 0, 0, 0, 0});
}

TEST_CASE("orthogonal_ makes orthonormal rows or columns", "[nn][init]") {
  manual_seed(4);
  for (const Shape& shape : {Shape{3, 7}, Shape{7, 3}, Shape{4, 4}, Shape{6, 2, 2}, Shape{1, 5}}) {
    CAPTURE(shape[0], shape[1]);
    const Tensor w = init::orthogonal_(empty(shape, kFloat64), 2);
    const int64_t rows = shape[0], columns = w.numel() / rows;
    const std::vector<double> v = w.to_vector();
    const bool by_rows = rows <= columns;
    const int64_t n = by_rows ? rows : columns, m = by_rows ? columns : rows;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double product = 0;
        for (int64_t k = 0; k < m; ++k)
          product += by_rows ? v[static_cast<size_t>(i * columns + k)] *
                                   v[static_cast<size_t>(j * columns + k)]
                             : v[static_cast<size_t>(k * columns + i)] *
                                   v[static_cast<size_t>(k * columns + j)];
        CHECK(product == Catch::Approx(i == j ? 4 : 0).margin(1e-12));
      }
  }
}

TEST_CASE("sparse_ leaves as many zeros in each column", "[nn][init]") {
  const Tensor x = init::sparse_(weight({50, 30}), 0.31, 0.1);
  CHECK(x.requires_grad());
  const std::vector<double> zeros = (x.detach() == 0).to(kFloat64).sum(0).to_vector();
  CHECK(zeros == std::vector<double>(30, 16));  // of 15.5
  CHECK(moments_of(x.detach()).deviation == Catch::Approx(0.1 * std::sqrt(0.68)).epsilon(0.1));
  // Not all columns the same ones.
  CHECK_FALSE(((x.detach() == 0).to(kFloat64).mean(1) == 0).any().item<bool>());
  CHECK(init::sparse_(weight({4, 2}), 1).detach().equal(zeros_like(weight({4, 2}))));
}

TEST_CASE("what can not be initialized so is refused", "[nn][init]") {
  CHECK(message_of<ArgumentError>([] { init::xavier_uniform_(empty({3})); }) ==
        "init: the tensor [3] has 1 dimensions; fan in and fan out are those of 2 or more. [fill a "
        "bias otherwise]");
  CHECK_THROWS_AS(init::kaiming_normal_(empty({3})), ArgumentError);
  CHECK_THROWS_AS(init::eye_(empty({3})), ArgumentError);
  CHECK_THROWS_AS(init::orthogonal_(empty({3})), ArgumentError);
  CHECK_THROWS_AS(init::sparse_(empty({3}), 0.5), ArgumentError);
  CHECK_THROWS_AS(init::sparse_(empty({3, 3}), 1.5), ArgumentError);
  CHECK_THROWS_AS(init::dirac_(empty({3, 3})), ArgumentError);
  CHECK(message_of<ArgumentError>([] {
          init::dirac_(empty({3, 1, 1}), 2);
        }) ==
        "dirac_: 2 groups do not divide the 3 outputs of [3, 1, 1]; they must be positive and "
        "divide them.");
  CHECK_THROWS_AS(init::trunc_normal_(empty({3}), 0, 1, 2, 1), ArgumentError);
  CHECK(init::kaiming_uniform_(empty({0, 3})).numel() == 0);
}
