#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/core/creation.h>
#include <reel/nn/functional/linear.h>
#include <reel/nn/linear.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

TEST_CASE("Linear", "[nn]") {
  manual_seed(1);
  nn::Linear fc(5, 7);
  CHECK(fc->weight.sizes() == IntArrayRef{7, 5});
  CHECK(fc->bias.sizes() == IntArrayRef(7));
  CHECK(fc->named_parameters().size() == 2);
  CHECK(to_string(*fc) == "Linear(in_features=5, out_features=7, bias=True)  # 42 parameters");
  const Tensor x = uniform({2, 3, 5}, 1, -1, 1, kFloat32);
  const Tensor y = fc(x);
  CHECK(y.sizes() == IntArrayRef{2, 3, 7});
  CHECK(y.to_vector() == nn::functional::linear(x, fc->weight, fc->bias).to_vector());
  y.backward(ones_like(y));
  CHECK(fc->bias.grad().to_vector() == std::vector<double>(7, 6.0));
}

TEST_CASE("Linear: starts uniform in +-1 / sqrt(in_features)", "[nn]") {
  manual_seed(2);
  nn::Linear fc(64, 200);
  const double bound = 1 / std::sqrt(64.0);
  for (const Tensor& p : {Tensor(fc->weight), Tensor(fc->bias)}) {
    double largest = 0;
    for (double v : p.to_vector()) largest = std::max(largest, std::fabs(v));
    CHECK(largest <= bound);
    CHECK(largest > 0.9 * bound);
  }
}

TEST_CASE("Linear: without bias, without features", "[nn]") {
  nn::Linear fc(nn::LinearOptions(3, 2).bias(false));
  CHECK_FALSE(fc->bias.defined());
  CHECK(fc->parameters().size() == 1);
  CHECK(fc(ones({3})).sizes() == IntArrayRef(2));
  CHECK(nn::Linear(0, 2)(ones({4, 0})).to_vector() == std::vector<double>(8, 0.0));
  CHECK(message_of<ArgumentError>([] { nn::Linear(-1, 2); }) ==
        "Linear: in_features is -1 and out_features 2; they must not be negative.");
}

TEST_CASE("Identity and Flatten", "[nn]") {
  const Tensor x = uniform({2, 3, 4});
  CHECK(nn::Identity()(x).is_same(x));
  CHECK(nn::Flatten()(x).sizes() == IntArrayRef{2, 12});
  CHECK(nn::Flatten(nn::FlattenOptions().start_dim(0).end_dim(1))(x).sizes() == IntArrayRef{6, 4});
  CHECK(to_string(*nn::Flatten()) == "Flatten(start_dim=1, end_dim=-1)");
  CHECK(to_string(*nn::Identity()) == "Identity()");
  CHECK(nn::Flatten(nn::FlattenOptions().start_dim(0))->clone()->options.start_dim() == 0);
}

TEST_CASE("unflatten makes several dimensions of one", "[nn]") {
  const Tensor x = arange(24).to(kFloat32).reshape({2, 12});
  CHECK(nn::Unflatten(nn::UnflattenOptions(1, {3, 4}))(x).sizes() == Shape{2, 3, 4});
  CHECK(nn::Unflatten(nn::UnflattenOptions(-1, {-1, 2}))(x).sizes() == Shape{2, 6, 2});
  CHECK(nn::Unflatten(nn::UnflattenOptions(0, {2, 1}))(x).to_vector() == x.to_vector());
  CHECK_THROWS_AS(nn::Unflatten(nn::UnflattenOptions(1, {5, -1}))(x), ArgumentError);
  CHECK_THROWS_AS(nn::Unflatten(nn::UnflattenOptions(1, {-1, -1}))(x), ArgumentError);
  CHECK_THROWS_AS(nn::Unflatten(nn::UnflattenOptions(1, {0, -1}))(x), ArgumentError);
  CHECK(to_string(*nn::Unflatten(nn::UnflattenOptions(1, {2, 3}))) ==
        "Unflatten(dim=1, unflattened_size=(2, 3))");
}

TEST_CASE("reset starts a layer's parameters anew", "[nn]") {
  nn::Linear linear(3, 2);
  const std::vector<double> before = linear->weight.to_vector();
  linear->reset();
  CHECK(linear->weight.to_vector() != before);
  CHECK(linear->parameters()[0].is_same(linear->weight));
}
