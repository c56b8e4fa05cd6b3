#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/losses.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

using Function = std::function<double(double x, double t)>;
using Loss = std::function<Tensor(const Tensor& x, const Tensor& t, Reduction r)>;

Tensor reference(const TensorList& in, const Function& f, Reduction r) {
  const std::vector<double> x = in[0].to_vector(), t = in[1].to_vector();
  std::vector<double> each;
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    each.push_back(f(x[i], t[i]));
    sum += each.back();
  }
  if (r == kNone) return tensor_of(in[0].sizes(), each);
  return tensor_of({}, {r == kSum ? sum : sum / static_cast<double>(x.size())});
}

void check_loss(const std::string& name, const Loss& loss, const Function& f) {
  std::vector<Shape> shapes = {{4, 5}, {2, 3, 4, 5}, {}};
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) shapes.push_back({n});
  for (Reduction r : {kNone, kMean, kSum})
    for (const Shape& sizes : shapes) {
      OpCase c;
      c.name = as_text(name, " of ", IntArrayRef(sizes), ", reduction ", static_cast<int>(r));
      c.inputs = CaseInputs([=] {
        return TensorList{uniform(sizes, 1, -2, 2), uniform(sizes, 2, -1, 1)};
      });
      c.op = [=](const TensorList& in) { return loss(in[0], in[1], r); };
      c.reference = [=](const TensorList& in) { return reference(in, f, r); };
      c.second_order = true;
      check_op(c);
    }
}

}  // namespace

TEST_CASE("mse_loss") {
  check_loss(
      "mse_loss", [](auto& x, auto& t, Reduction r) { return mse_loss(x, t, r); },
      [](double x, double t) { return (x - t) * (x - t); });
}

TEST_CASE("l1_loss") {
  check_loss(
      "l1_loss", [](auto& x, auto& t, Reduction r) { return l1_loss(x, t, r); },
      [](double x, double t) { return std::fabs(x - t); });
}

TEST_CASE("smooth_l1_loss") {
  check_loss(
      "smooth_l1_loss", [](auto& x, auto& t, Reduction r) { return smooth_l1_loss(x, t, r, 0.7); },
      [](double x, double t) {
        const double a = std::fabs(x - t);
        return a < 0.7 ? a * a / 1.4 : a - 0.35;
      });
}

TEST_CASE("huber_loss") {
  check_loss(
      "huber_loss", [](auto& x, auto& t, Reduction r) { return huber_loss(x, t, r, 0.8); },
      [](double x, double t) {
        const double a = std::fabs(x - t);
        return a <= 0.8 ? a * a / 2 : 0.8 * (a - 0.4);
      });
}

TEST_CASE("binary_cross_entropy_with_logits") {
  const auto f = [](double x, double t, double w, double p) {
    const double s = 1 / (1 + std::exp(-x));
    return -w * (p * t * std::log(s) + (1 - t) * std::log(1 - s));
  };
  check_loss(
      "binary_cross_entropy_with_logits",
      [](auto& x, auto& t, Reduction r) {
        return binary_cross_entropy_with_logits(x, t, {}, {}, r);
      },
      [=](double x, double t) { return f(x, t, 1, 1); });
  for (Reduction r : {kNone, kMean, kSum}) {
    OpCase c;
    c.name = "weighted";
    c.inputs = CaseInputs([] {
      return TensorList{uniform({4, 5}, 1, -3, 3), uniform({4, 5}, 2, 0, 1),
                        uniform({4, 1}, 3, 0.5, 2), uniform({5}, 4, 0.5, 3)};
    });
    c.constant = {2, 3};
    c.op = [=](const TensorList& in) {
      return binary_cross_entropy_with_logits(in[0], in[1], in[2], in[3], r);
    };
    c.reference = [=](const TensorList& in) {
      size_t i = 0;
      const std::vector<double> w = in[2].to_vector(), p = in[3].to_vector();
      return reference(
          in,
          [&](double x, double t) {
            const size_t at = i++;
            return f(x, t, w[at / 5], p[at % 5]);
          },
          r);
    };
    c.second_order = true;
    check_op(c);
  }
}

TEST_CASE("elementwise losses: kinks") {
  const Tensor t = zeros({3}, kFloat64);
  const auto gradient = [&](const Loss& loss, std::vector<double> values) {
    const Tensor x = tensor_of({3}, values).requires_grad_();
    loss(x, t, kSum).backward();
    return x.grad().to_vector();
  };
  using Values = std::vector<double>;
  CHECK(gradient([](auto& x, auto& y, Reduction r) { return l1_loss(x, y, r); }, {-2, 0, 2}) ==
        Values{-1, 0, 1});
  CHECK(gradient([](auto& x, auto& y, Reduction r) { return smooth_l1_loss(x, y, r, 0); },
                 {-2, 0, 2}) == Values{-1, 0, 1});
  CHECK(gradient([](auto& x, auto& y, Reduction r) { return huber_loss(x, y, r, 2); },
                 {-2, 2, 3}) == Values{-2, 2, 2});
  CHECK(gradient([](auto& x, auto& y,
                    Reduction r) { return binary_cross_entropy_with_logits(x, y, {}, {}, r); },
                 {0, 0, 0}) == Values{0.5, 0.5, 0.5});
}

TEST_CASE("binary_cross_entropy_with_logits: large logits do not overflow") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor_of({4}, {1000, -1000, 1000, -1000}).to(dtype);
    const Tensor t = tensor_of({4}, {1, 0, 0, 1}).to(dtype);
    CHECK(binary_cross_entropy_with_logits(x, t, {}, {}, kNone).to_vector() ==
          std::vector<double>{0, 0, 1000, 1000});
  }
}

TEST_CASE("elementwise losses: the input's layout is kept, the target's does not matter") {
  const Tensor plain = uniform({2, 3, 4, 5}, 1), t = uniform({2, 3, 4, 5}, 2);
  const Tensor x = to_channels_last(plain)->requires_grad_();
  const Tensor y = mse_loss(x, t, kNone);
  CHECK(is_held(y));
  CHECK(is_held(x));
  CHECK(y.to_vector() == mse_loss(plain, t, kNone).to_vector());
  mse_loss(x, t).backward();
  CHECK(is_held(x.grad()));
}

TEST_CASE("elementwise losses: no elements") {
  CHECK(std::isnan(mse_loss(zeros({0}), zeros({0})).item<float>()));
  CHECK(l1_loss(zeros({0}), zeros({0}), kSum).item<float>() == 0);
}

TEST_CASE("elementwise losses: what is wrong with a call") {
  const Tensor x = uniform({8, 1}), t = uniform({8});
  CHECK(message_of<ArgumentError>([&] { mse_loss(x, t); }) ==
        "mse_loss: input [8, 1] and target [8] differ in shape; the shapes must be equal. [reshape "
        "or expand one of them]");
  CHECK(message_of<ArgumentError>([&] { l1_loss(t, t.to(kFloat32)); }) ==
        "l1_loss: the target is float32, the input float64; the dtypes must be equal.");
  CHECK(message_of<ArgumentError>([&] { mse_loss(t.to(kInt64), t); }) ==
        "mse_loss: the input is int64; it must be float32 or float64.");
  CHECK(message_of<ArgumentError>([&] { huber_loss(t, t, kMean, 0); }) ==
        "huber_loss: delta is 0; it must be positive.");
  CHECK(message_of<ArgumentError>([&] { smooth_l1_loss(t, t, kMean, -1); }) ==
        "smooth_l1_loss: beta is -1; it must be 0 or more.");
  CHECK(message_of<ArgumentError>([&] {
          binary_cross_entropy_with_logits(t, t, {}, uniform({3}));
        }).find("binary_cross_entropy_with_logits: shapes [3] and [8] do not broadcast") == 0);
  CHECK(message_of<GraphError>(
            [&] { binary_cross_entropy_with_logits(t, t, uniform({8}).requires_grad_()); }) ==
        "binary_cross_entropy_with_logits: weight requires grad, but the loss has no derivative by "
        "it. [detach it]");
}
