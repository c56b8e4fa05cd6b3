#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/ops/loss_reference.h"

#include <reel/autograd/engine.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

std::vector<Shape> awkward_shapes() {
  std::vector<Shape> shapes = {{4, 5}, {2, 3, 4, 5}, {}};
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) shapes.push_back({n});
  return shapes;
}

double entropy(double x, double t) { return -(t * std::log(x) + (1 - t) * std::log(1 - x)); }

}  // namespace

TEST_CASE("binary_cross_entropy") {
  for (const Shape& sizes : awkward_shapes())
    check_loss_op(
        as_text("binary_cross_entropy of ", IntArrayRef(sizes)), CaseInputs([=] {
          return TensorList{uniform(sizes, 1, 0.05, 0.95), uniform(sizes, 2, 0.02, 0.98)};
        }),
        [](const TensorList& in, Reduction r) { return binary_cross_entropy(in[0], in[1], {}, r); },
        sizes, each_pair(entropy));
  check_loss_op(
      "binary_cross_entropy, weighted", CaseInputs([] {
        return TensorList{uniform({4, 5}, 1, 0.05, 0.95), uniform({4, 5}, 2, 0.02, 0.98),
                          uniform({4, 1}, 3, 0.5, 2)};
      }),
      [](const TensorList& in, Reduction r) {
        return binary_cross_entropy(in[0], in[1], in[2], r);
      },
      {4, 5},
      [](const std::vector<Values>& in) {
        Values each;
        for (size_t i = 0; i < 20; ++i) each.push_back(in[2][i / 5] * entropy(in[0][i], in[1][i]));
        return each;
      },
      {2});
}

TEST_CASE("kl_div") {
  for (bool log_target : {false, true})
    for (const Shape& sizes : awkward_shapes())
      check_loss_op(
          as_text(log_target ? "log target " : "target ", IntArrayRef(sizes)), CaseInputs([=] {
            return TensorList{uniform(sizes, 1, -2, 0), uniform(sizes, 2, 0.05, 0.95)};
          }),
          [=](const TensorList& in, Reduction r) { return kl_div(in[0], in[1], r, log_target); },
          sizes, each_pair([=](double x, double t) {
            return log_target ? std::exp(t) * (t - x) : t * (std::log(t) - x);
          }));
}

TEST_CASE("kl_div: the batch's mean") {
  const Tensor x = uniform({4, 5}, 1, -2, 0).requires_grad_(), t = uniform({4, 5}, 2, 0, 1);
  const Tensor y = kl_div(x, t, kBatchMean);
  CHECK(y.item<double>() == Catch::Approx(kl_div(x, t, kSum).item<double>() / 4));
  y.backward();
  CHECK(x.grad().allclose(t * -0.25));
  const Tensor one = uniform({}, 1, -2, 0);
  CHECK(kl_div(one, one.exp(), kBatchMean).item<double>() ==
        kl_div(one, one.exp(), kSum).item<double>());
  CHECK(message_of<ArgumentError>([&] { mse_loss(x, t, kBatchMean); }) ==
        "mse_loss: the reduction is kBatchMean; it must be kNone, kMean or kSum.");
}

TEST_CASE("binary_cross_entropy: certain and impossible outcomes") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor_of({5}, {0, 1, 0, 1, 0.5}).to(dtype).requires_grad_();
    const Tensor t = tensor_of({5}, {0, 1, 1, 0, 0.5}).to(dtype);
    const Tensor y = binary_cross_entropy(x, t, {}, kNone);
    const Values values = y.to_vector();
    CHECK(values[0] == 0);
    CHECK(values[1] == 0);
    CHECK(values[2] == 100);
    CHECK(values[3] == 100);
    CHECK(values[4] == Catch::Approx(std::log(2)));
    y.sum().backward();
    const Values grad = x.grad().to_vector();
    CHECK(grad[0] == 0);
    CHECK(grad[1] == 0);
    CHECK(grad[2] == Catch::Approx(-1e12));
    CHECK(grad[3] == Catch::Approx(1e12));
    CHECK(grad[4] == 0);
  }
  // The slope of the target is not bounded.
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor t = tensor_of({2}, {0.5, 0.5}).requires_grad_();
  binary_cross_entropy(tensor_of({2}, {0, 1}), t, {}, kSum).backward();
  CHECK(t.grad().to_vector() == Values{inf, -inf});
}

TEST_CASE("kl_div: nothing is lost where the target is 0") {
  const Tensor x = tensor_of({3}, {-1, 0, -2}).requires_grad_();
  const Tensor y = kl_div(x, tensor_of({3}, {0, 0.5, 1}), kNone);
  CHECK(y.to_vector()[0] == 0);
  CHECK(y.to_vector()[1] == Catch::Approx(0.5 * std::log(0.5)));
  CHECK(y.to_vector()[2] == 2);
  y.sum().backward();
  CHECK(x.grad().to_vector() == Values{0, -0.5, -1});
}

TEST_CASE("probability losses: layouts, and no elements") {
  const Tensor plain = uniform({2, 3, 4, 5}, 1, 0, 1), t = uniform({2, 3, 4, 5}, 2, 0, 1);
  const Tensor x = to_channels_last(plain)->requires_grad_();
  const Tensor y = binary_cross_entropy(x, t, {}, kNone);
  CHECK(is_held(y));
  CHECK(y.to_vector() == binary_cross_entropy(plain, t, {}, kNone).to_vector());
  binary_cross_entropy(x, t).backward();
  CHECK(is_held(x.grad()));
  CHECK(std::isnan(binary_cross_entropy(zeros({0}), zeros({0})).item<float>()));
  CHECK(kl_div(zeros({0, 3}), zeros({0, 3}), kSum).item<float>() == 0);
}

TEST_CASE("binary_cross_entropy: what is no probability") {
  const Tensor good = full({2, 3}, 0.5);
  for (double wrong : {1.5, -0.25, std::numeric_limits<double>::quiet_NaN()}) {
    const Tensor x = good.clone();
    x.data_ptr<float>()[5] = static_cast<float>(wrong);
    CHECK(message_of<ArgumentError>([&] {
            binary_cross_entropy(x, good);
          }).find("binary_cross_entropy: input[1, 2] is ") == 0);
    CHECK(message_of<ArgumentError>([&] {
            binary_cross_entropy(good, x);
          }).find("binary_cross_entropy: target[1, 2] is ") == 0);
  }
}
