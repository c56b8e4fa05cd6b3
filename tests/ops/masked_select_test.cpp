#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

}  // namespace

TEST_CASE("masked_select and masked_scatter pass check_op", "[masked_select]") {
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    const Tensor mask = integers({2, n}, 2, 5).to(kBool);
    const auto count = mask.to(kInt64).sum().item<int64_t>();
    check_op({.name = as_text("select of ", n),
              .op = [=](const TensorList& xs) { return xs[0].masked_select(mask); },
              .inputs = {{2, n}},
              .reference =
                  [=](const TensorList& xs) {
                    Values y;
                    const Values x = xs[0].to_vector(), m = mask.to_vector();
                    for (size_t i = 0; i < x.size(); ++i)
                      if (m[i] != 0) y.push_back(x[i]);
                    return tensor_of({count}, y);
                  },
              .second_order = true,
              .zero_gradient = true});
    check_op({.name = as_text("scatter of ", n),
              .op = [=](const TensorList& xs) { return xs[0].masked_scatter(mask, xs[1]); },
              .inputs = {{2, n}, {count + 1}},
              .reference =
                  [=](const TensorList& xs) {
                    Values y = xs[0].to_vector();
                    const Values b = xs[1].to_vector(), m = mask.to_vector();
                    for (size_t i = 0, k = 0; i < y.size(); ++i)
                      if (m[i] != 0) y[i] = b[k++];
                    return tensor_of({2, n}, y);
                  },
              .second_order = true,
              .zero_gradient = true});
  }
  // Broadcast both ways.
  const Tensor mask = tensor({{true}, {false}, {true}});
  check_op({.name = "broadcast",
            .op = [=](const TensorList& xs) { return xs[0].masked_select(mask); },
            .inputs = {{2}},
            .reference =
                [](const TensorList& xs) {
                  const Values x = xs[0].to_vector();
                  return tensor_of({4}, {x[0], x[1], x[0], x[1]});
                },
            .second_order = true,
            .zero_gradient = true});
}

TEST_CASE("nonzero", "[masked_select]") {
  const Tensor x = tensor({{0.0, 2.0, 0.0}, {-1.0, 0.0, 3.0}});
  CHECK(x.nonzero().sizes() == Shape{3, 2});
  CHECK(x.nonzero().to_vector() == Values{0, 1, 1, 0, 1, 2});
  CHECK(x.t().nonzero().to_vector() == Values{0, 1, 1, 0, 2, 1});
  CHECK(tensor(3).nonzero().sizes() == Shape{1, 0});
  CHECK(tensor(0).nonzero().sizes() == Shape{0, 0});
  CHECK(zeros({0, 3}).nonzero().sizes() == Shape{0, 2});
  CHECK(tensor({false, true}).nonzero().dtype() == kInt64);
}

TEST_CASE("masked_select: wrong arguments", "[masked_select]") {
  const Tensor x = zeros({2, 2});
  CHECK(message_of<ArgumentError>([&] { x.masked_select(x); }) ==
        "masked_select: the mask [2, 2] is float32; it must be bool. [compare, or use to(kBool)]");
  CHECK_THROWS_AS(x.masked_select(zeros(3, kBool)), ArgumentError);
  CHECK_THROWS_AS(x.masked_scatter_(ones({2, 2}, kBool), ones(3)), ArgumentError);
  CHECK_THROWS_AS(x.masked_scatter_(ones({3, 1, 1}, kBool), ones(30)), ArgumentError);
  CHECK_THROWS_AS(x.masked_scatter_(ones({2, 2}, kBool), ones(4, kFloat64)), ArgumentError);
  CHECK(x.to_vector() == Values(4, 0));
}
