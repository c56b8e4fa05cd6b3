#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/picks.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

}  // namespace

TEST_CASE("repeat and repeat_interleave pass check_op", "[repeat]") {
  std::vector<OpCase> cases;
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    cases.push_back({.name = as_text("repeat ", n),
                     .op =
                         [](const TensorList& xs) {
                           return xs[0].repeat({2, 3, 2});
                         },
                     .inputs = {{2, n}},
                     .reference = picks({2, 6, 2 * n}, [n](const Shape& i) {
                       return Shape{i[1] % 2, i[2] % n};
                     })});
  cases.push_back({.name = "a dimension of 1",
                   .op =
                       [](const TensorList& xs) {
                         return xs[0].repeat({1, 4});
                       },
                   .inputs = {{3, 1}},
                   .reference = picks({3, 4}, [](const Shape& i) {
                     return Shape{i[0], 0};
                   })});
  cases.push_back({.name = "not at all",
                   .op =
                       [](const TensorList& xs) {
                         return xs[0].repeat({0, 1});
                       },
                   .inputs = {{3, 2}},
                   .reference = picks({0, 2}, [](const Shape& i) { return i; })});
  cases.push_back({.name = "eight dimensions",
                   .op =
                       [](const TensorList& xs) {
                         return xs[0].repeat({1, 2, 1, 1, 1, 1, 1, 2});
                       },
                   .inputs = {{1, 2, 1, 1, 1, 1, 2, 2}},
                   .reference = picks({1, 4, 1, 1, 1, 1, 2, 4}, [](const Shape& i) {
                     return Shape{0, i[1] % 2, 0, 0, 0, 0, i[6], i[7] % 2};
                   })});
  cases.push_back({.name = "interleave",
                   .op = [](const TensorList& xs) { return xs[0].repeat_interleave(3, 0); },
                   .inputs = {{2, 5}},
                   .reference = picks({6, 5}, [](const Shape& i) {
                     return Shape{i[0] / 3, i[1]};
                   })});
  cases.push_back({.name = "interleave all",
                   .op = [](const TensorList& xs) { return xs[0].repeat_interleave(2); },
                   .inputs = {{2, 3}},
                   .reference = picks({12}, [](const Shape& i) {
                     return Shape{i[0] / 6, i[0] / 2 % 3};
                   })});
  cases.push_back({.name = "interleave by numbers",
                   .op =
                       [](const TensorList& xs) {
                         return xs[0].repeat_interleave(tensor({1, 0, 2}), 1);
                       },
                   .inputs = {{2, 3}},
                   .reference = picks({2, 3}, [](const Shape& i) {
                     return Shape{i[0], i[1] == 0 ? 0 : 2};
                   })});
  for (OpCase& c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("repeat: its own memory, missing dimensions", "[repeat]") {
  const Tensor x = zeros({1, 2});
  x.repeat({1, 1}).fill_(1);
  x.repeat_interleave(1, 0).fill_(1);
  x.repeat_interleave(1).fill_(1);
  x.repeat({3, 1}).fill_(1);
  CHECK(x.to_vector() == Values{0, 0});
  CHECK(x.tile(3).sizes() == Shape{1, 6});
  CHECK(tile(x, {2, 1, 1}).sizes() == Shape{2, 1, 2});
  CHECK(tensor(2.0).repeat(3).to_vector() == Values{2, 2, 2});
  CHECK(tensor({1, 2}).repeat_interleave(tensor(2)).to_vector() == Values{1, 1, 2, 2});
}

TEST_CASE("repeat: wrong arguments", "[repeat]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.repeat(2); }) ==
        "repeat: [2] names 1 dimensions, the tensor [2, 3] has 2; they must not be fewer.");
  CHECK_THROWS_AS(x.repeat({1, -1}), ArgumentError);
  CHECK_THROWS_AS(x.repeat_interleave(-1), ArgumentError);
  CHECK_THROWS_AS(x.repeat_interleave(tensor({1, 2, 3}), 0), ArgumentError);
  CHECK_THROWS_AS(x.repeat_interleave(tensor({1, -2}), 0), ArgumentError);
  CHECK_THROWS_AS(x.repeat_interleave(tensor({1.0, 2.0}), 0), ArgumentError);
}
