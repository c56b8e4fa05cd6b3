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

// as_strided looks at memory, so the cases give it a known one.
CaseFunction window(Shape sizes, Shape strides, int64_t offset) {
  return
      [=](const TensorList& xs) { return xs[0].contiguous().as_strided(sizes, strides, offset); };
}

}  // namespace

TEST_CASE("as_strided: any window onto the storage", "[as_strided]") {
  const Tensor x = arange(12, kFloat64).view({3, 4});
  CHECK(x.as_strided({2, 2}, {4, 1}, 5).to_vector() == Values{5, 6, 9, 10});
  CHECK(x.as_strided({3}, {5}).to_vector() == Values{0, 5, 10});
  CHECK(x[1].as_strided({2}, {1}).to_vector() == Values{4, 5});
  CHECK(x[1].as_strided({2}, {1}, 0).to_vector() == Values{0, 1});
  CHECK(x.as_strided({}, {}, 11).item<double>() == 11);
  CHECK(x.as_strided({0}, {100}).numel() == 0);
}

TEST_CASE("as_strided: windows that reach out are refused", "[as_strided]") {
  const Tensor x = zeros({3, 4});
  CHECK(
      message_of<ArgumentError>([&] {
        x.as_strided({3, 4}, {4, 1}, 1);
      }) ==
      "as_strided: sizes [3, 4], strides [4, 1] and offset 1 reach out of the memory; it holds 12 "
      "elements.");
  CHECK(message_of<ArgumentError>([&] {
          x.as_strided({3}, {4, 1});
        }) ==
        "as_strided: sizes [3] and strides [4, 1] differ in length; every dimension needs both.");
  CHECK(message_of<ArgumentError>([&] { x.as_strided({3}, {-1}, 5); }) ==
        "as_strided: strides [-1]; each must be 0 or more.");
  CHECK(message_of<ArgumentError>([&] { x.as_strided({3}, {1}, -1); }) ==
        "as_strided: offset -1; it must be 0 or more.");
  CHECK_THROWS_AS(x.as_strided({3, 3}, {INT64_MAX, INT64_MAX}), ArgumentError);
  CHECK_THROWS_AS(x.as_strided({INT64_MAX}, {2}), ArgumentError);
  CHECK_THROWS_AS(x.as_strided({0}, {1}, 13), ArgumentError);
}

TEST_CASE("as_strided: no gradient through an expanded input", "[as_strided]") {
  const Tensor x = zeros({3, 1}, requires_grad()).expand({3, 2});
  CHECK(message_of<GraphError>([&] { x.as_strided({3}, {1}); }) ==
        "as_strided: the tensor [3, 2] with strides [1, 0] is an expanded one, several of its "
        "elements share one place; the gradient can not be told apart. [clone it first]");
  CHECK(x.detach().as_strided({3}, {1}).sizes() == Shape{3});
}

TEST_CASE("as_strided passes check_op", "[as_strided]") {
  const OpCase cases[] = {
      {.name = "diagonal",
       .op = window({3}, {6}, 0),
       .inputs = {{3, 5}},
       .reference = picks({3},
                          [](const Shape& i) {
                            return Shape{i[0], i[0]};
                          })},
      {.name = "overlapping windows",
       .op = window({5, 3}, {2, 1}, 1),
       .inputs = {{13}},
       .reference = picks({5, 3}, [](const Shape& i) { return Shape{1 + 2 * i[0] + i[1]}; })},
      {.name = "repeated",
       .op = window({2, 3, 2}, {0, 1, 0}, 4),
       .inputs = {{2, 4}},
       .reference = picks({2, 3, 2},
                          [](const Shape& i) {
                            return Shape{1, i[1]};
                          })},
      {.name = "of a part, beyond it",
       .op = [](const TensorList& xs) { return xs[0].contiguous()[1].as_strided({2}, {1}, 3); },
       .inputs = {{2, 4}},
       .reference = picks({2},
                          [](const Shape& i) {
                            return Shape{(3 + i[0]) / 4, (3 + i[0]) % 4};
                          }),
       .differentiable = false},
      {.name = "nothing",
       .op = window({0, 3}, {2, 1}, 1),
       .inputs = {{13}},
       .reference = picks({0, 3}, [](const Shape& i) { return i; })},
  };
  for (OpCase c : cases) {
    c.second_order = true;
    c.zero_gradient = true;  // of gradients: the map is linear
    check_op(c);
  }
}

TEST_CASE("as_strided: what lies outside its input gets no gradient", "[as_strided]") {
  const Tensor x = arange(8, dtype(kFloat64).requires_grad(true));
  const Tensor part = x.slice(0, 2, 5) * 1;
  part.as_strided({2}, {1}, 1).backward(tensor({3, 5}, kFloat64));
  CHECK(x.grad().to_vector() == Values{0, 0, 0, 3, 5, 0, 0, 0});
}

TEST_CASE("as_strided: windows whose end no number holds", "[as_strided]") {
  CHECK_THROWS_AS(zeros({4}).as_strided({2}, {INT64_MAX}), ArgumentError);
  CHECK_THROWS_AS(zeros({4}).as_strided({2}, {INT64_MAX - 1}, 1), ArgumentError);
  CHECK_THROWS_AS(zeros({4}).as_strided({1}, {1}, INT64_MAX), ArgumentError);
  CHECK_THROWS_AS(zeros({4}).as_strided({3}, {INT64_MAX / 2}), ArgumentError);
}
