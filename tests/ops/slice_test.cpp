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

Tensor counting(IntArrayRef sizes) { return arange(numel_of(sizes), kFloat64).view(sizes); }

}  // namespace

TEST_CASE("select takes one entry of a dimension", "[slice]") {
  const Tensor x = counting({2, 3, 4});
  const Tensor y = x.select(1, 2);
  CHECK(y.sizes() == Shape{2, 4});
  CHECK(y.strides() == Shape{12, 1});
  CHECK(y.storage_offset() == 8);
  CHECK(y.to_vector() == Values{8, 9, 10, 11, 20, 21, 22, 23});
  CHECK(x.select(-1, -1).to_vector() == Values{3, 7, 11, 15, 19, 23});
  CHECK(x[1][2][3].item<double>() == 23);
  x[0][0][0].fill_(-5);
  CHECK(x.to_vector()[0] == -5);

  CHECK(message_of<ArgumentError>([&] { x.select(1, 3); }) ==
        "select: index 3 is out of range; dimension 1 of the tensor [2, 3, 4] has 3 entries, so it "
        "must be in [-3, 3).");
  CHECK_THROWS_AS(x.select(0, -3), ArgumentError);
  CHECK_THROWS_AS(empty({0, 2}).select(0, 0), ArgumentError);
  CHECK(message_of<ArgumentError>([&] { tensor(1.0).select(0, 0); }) ==
        "select: the tensor has no dimensions; it needs one to take a part of. [use item()]");
}

TEST_CASE("slice follows Python's bounds", "[slice]") {
  const Tensor x = counting(6);
  CHECK(x.slice(0).to_vector() == Values{0, 1, 2, 3, 4, 5});
  CHECK(x.slice(0, 1, 4).to_vector() == Values{1, 2, 3});
  CHECK(x.slice(0, -2).to_vector() == Values{4, 5});
  CHECK(x.slice(0, {}, -2).to_vector() == Values{0, 1, 2, 3});
  CHECK(x.slice(0, 0, 100, 2).to_vector() == Values{0, 2, 4});
  CHECK(x.slice(0, 1, 6, 4).to_vector() == Values{1, 5});
  CHECK(x.slice(0, -100, 2).to_vector() == Values{0, 1});
  CHECK(x.slice(0, 4, 2).numel() == 0);
  CHECK(x.slice(0, 6).numel() == 0);
  CHECK(x.slice(0, 2, INT64_MAX, INT64_MAX).to_vector() == Values{2});
  CHECK(x.slice(0, INT64_MIN, INT64_MAX).numel() == 6);
  CHECK(x.slice(0, 6).data_ptr<double>() == x.data_ptr<double>());

  const Tensor m = counting({2, 5});
  CHECK(m.slice(1, 1, 5, 2).strides() == Shape{5, 2});
  CHECK(m.slice(1, 1, 5, 2).to_vector() == Values{1, 3, 6, 8});
  CHECK(message_of<ArgumentError>([&] { m.slice(1, 0, 5, 0); }) ==
        "slice: step 0; it must be at least 1.");
  CHECK_THROWS_AS(m.slice(2), ArgumentError);
}

TEST_CASE("narrow takes a part that must lie within", "[slice]") {
  const Tensor x = counting({2, 5});
  CHECK(x.narrow(1, 1, 2).to_vector() == Values{1, 2, 6, 7});
  CHECK(x.narrow(1, -2, 2).to_vector() == Values{3, 4, 8, 9});
  CHECK(x.narrow(1, 5, 0).numel() == 0);
  CHECK(message_of<ArgumentError>([&] { x.narrow(1, 3, 3); }) ==
        "narrow: start 3 and length 3 reach out of dimension 1 of the tensor [2, 5]; the part must "
        "lie within its 5 entries.");
  CHECK_THROWS_AS(x.narrow(1, 6, 0), ArgumentError);
  CHECK_THROWS_AS(x.narrow(1, 0, -1), ArgumentError);
  CHECK_THROWS_AS(x.narrow(1, 1, INT64_MAX), ArgumentError);
}

TEST_CASE("parts pass check_op", "[slice]") {
  const OpCase cases[] = {
      {.name = "select",
       .op = [](const TensorList& xs) { return xs[0].select(1, -1); },
       .inputs = {{2, 3, 4, 5}},
       .reference = picks({2, 4, 5},
                          [](const Shape& i) {
                            return Shape{i[0], 2, i[1], i[2]};
                          })},
      {.name = "slice with a step",
       .op = [](const TensorList& xs) { return xs[0].slice(2, 1, 8, 3); },
       .inputs = {{2, 3, 9}},
       .reference = picks({2, 3, 3},
                          [](const Shape& i) {
                            return Shape{i[0], i[1], 1 + 3 * i[2]};
                          })},
      {.name = "narrow",
       .op = [](const TensorList& xs) { return xs[0].narrow(0, 2, 3); },
       .inputs = {{7, 3, 2, 2}},
       .reference = picks({3, 3, 2, 2},
                          [](const Shape& i) {
                            return Shape{i[0] + 2, i[1], i[2], i[3]};
                          })},
      {.name = "nothing",
       .op = [](const TensorList& xs) { return xs[0].slice(1, 2, 2, 2); },
       .inputs = {{2, 3}},
       .reference = picks({2, 0}, [](const Shape& i) { return i; })},
      {.name = "parts of parts",
       .op = [](const TensorList& xs) { return xs[0].slice(0, 1).t().slice(0, 0, 9, 2)[1]; },
       .inputs = {{4, 5}},
       .reference = picks({3},
                          [](const Shape& i) {
                            return Shape{i[0] + 1, 2};
                          })},
      {.name = "a part used twice",
       .op = [](const TensorList& xs) { return xs[0][0] * xs[0][1]; },
       .inputs = {{2, 5}}},
  };
  for (OpCase c : cases) {
    c.second_order = true;
    c.zero_gradient = c.name != "a part used twice";  // the others are linear
    check_op(c);
  }
}
