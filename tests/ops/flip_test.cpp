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

int64_t mod(int64_t i, int64_t n) { return (i % n + n) % n; }

}  // namespace

TEST_CASE("flip and roll pass check_op", "[flip]") {
  std::vector<OpCase> cases;
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    cases.push_back({.name = as_text("flip ", n),
                     .op =
                         [](const TensorList& xs) {
                           return xs[0].flip({0, -1});
                         },
                     .inputs = {{3, 2, n}},
                     .reference = picks({3, 2, n}, [n](const Shape& i) {
                       return Shape{2 - i[0], i[1], n - 1 - i[2]};
                     })});
    cases.push_back({.name = as_text("roll ", n),
                     .op =
                         [](const TensorList& xs) {
                           return xs[0].roll({1, -5}, {0, 1});
                         },
                     .inputs = {{3, n}},
                     .reference = picks({3, n}, [n](const Shape& i) {
                       return Shape{mod(i[0] - 1, 3), mod(i[1] + 5, n)};
                     })});
  }
  cases.push_back({.name = "flip of a transposed tensor",
                   .op = [](const TensorList& xs) { return xs[0].t().flip(0); },
                   .inputs = {{4, 5}},
                   .reference = picks({5, 4}, [](const Shape& i) {
                     return Shape{i[1], 4 - i[0]};
                   })});
  cases.push_back({.name = "nothing",
                   .op = [](const TensorList& xs) { return xs[0].flip(0).roll(2, 1).roll(1); },
                   .inputs = {{3, 0}},
                   .reference = reshaped({3, 0})});
  cases.push_back({.name = "roll of all",
                   .op = [](const TensorList& xs) { return xs[0].roll(4); },
                   .inputs = {{2, 3}},
                   .reference = picks({2, 3}, [](const Shape& i) {
                     const int64_t at = mod(3 * i[0] + i[1] - 4, 6);
                     return Shape{at / 3, at % 3};
                   })});
  for (OpCase& c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("flip and roll: no dimensions, all element types", "[flip]") {
  CHECK(tensor(3.0).flip(0).item<double>() == 3);
  CHECK(tensor(3.0).roll(1, 0).item<double>() == 3);
  CHECK(tensor({1, 2}).flip(IntArrayRef()).to_vector() == Values{1, 2});
  CHECK(tensor({true, false}).flip(0).to_vector() == Values{0, 1});
  CHECK(tensor({1, 2, 3}, kUInt8).roll(1, 0).to_vector() == Values{3, 1, 2});
  const Tensor x = tensor({1, 2});
  x.roll(0, 0).fill_(7);
  CHECK(x.to_vector() == Values{1, 2});  // a copy, always
}

TEST_CASE("flip and roll: wrong arguments", "[flip]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] {
          x.flip({1, -1});
        }) == "flip: [1, -1] names dimension 1 twice; each may be named once.");
  CHECK_THROWS_AS(x.flip(2), ArgumentError);
  CHECK_THROWS_AS(x.roll({1, 2}, 0), ArgumentError);
  CHECK_THROWS_AS(x.roll({1, 2}), ArgumentError);
  CHECK_THROWS_AS(x.roll(1, 2), ArgumentError);
}
