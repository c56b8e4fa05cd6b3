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

TEST_CASE("diagonal and unfold pass check_op", "[diagonal]") {
  const OpCase cases[] = {
      {.name = "square",
       .op = [](const TensorList& xs) { return xs[0].diagonal(); },
       .inputs = {{9, 9}},
       .reference = picks({9},
                          [](const Shape& i) {
                            return Shape{i[0], i[0]};
                          })},
      {.name = "above",
       .op = [](const TensorList& xs) { return xs[0].diagonal(2, 0, 2); },
       .inputs = {{4, 3, 5}},
       .reference = picks({3, 3},
                          [](const Shape& i) {
                            return Shape{i[1], i[0], i[1] + 2};
                          })},
      {.name = "below",
       .op = [](const TensorList& xs) { return xs[0].diagonal(-1, -1, -2); },
       .inputs = {{2, 3, 4}},
       .reference = picks({2, 3},
                          [](const Shape& i) {
                            return Shape{i[0], i[1], i[1] + 1};
                          })},
      {.name = "outside",
       .op = [](const TensorList& xs) { return xs[0].diagonal(5); },
       .inputs = {{3, 4}},
       .reference = picks({0}, [](const Shape& i) { return i; })},
      {.name = "embed",
       .op = [](const TensorList& xs) { return diag_embed(xs[0], 1, 0, -1); },
       .inputs = {{2, 3}},
       .reference =
           [](const TensorList& xs) {
             Values y(4 * 2 * 4, 0);
             for (size_t i = 0; i < 2; ++i)
               for (size_t k = 0; k < 3; ++k)
                 y[(k * 2 + i) * 4 + k + 1] = xs[0].to_vector()[3 * i + k];
             return tensor_of({4, 2, 4}, y);
           }},
      {.name = "windows apart",
       .op = [](const TensorList& xs) { return xs[0].unfold(1, 2, 3); },
       .inputs = {{2, 8, 3}},
       .reference = picks({2, 3, 3, 2},
                          [](const Shape& i) {
                            return Shape{i[0], 3 * i[1] + i[3], i[2]};
                          })},
      {.name = "windows that overlap",
       .op = [](const TensorList& xs) { return xs[0].unfold(-1, 4, 1); },
       .inputs = {{3, 17}},
       .reference = picks({3, 14, 4},
                          [](const Shape& i) {
                            return Shape{i[0], i[1] + i[2]};
                          })},
  };
  for (OpCase c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("diagonal is a view, diag is not", "[diagonal]") {
  const Tensor x = zeros({2, 3});
  x.diagonal(1).fill_(1);
  CHECK(x.to_vector() == Values{0, 1, 0, 0, 0, 1});
  diag(x).fill_(5);
  CHECK(x.to_vector() == Values{0, 1, 0, 0, 0, 1});
  CHECK(diag(tensor({1, 2}), -1).to_vector() == Values{0, 0, 0, 1, 0, 0, 0, 2, 0});
  CHECK(diag(diag(tensor({1, 2}))).to_vector() == Values{1, 2});
}

TEST_CASE("diagonal: wrong arguments", "[diagonal]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.diagonal(0, 1, -1); }) ==
        "diagonal: dim1 and dim2 are both dimension 1 of the tensor [2, 3]; they must differ.");
  CHECK_THROWS_AS(x.diagonal(0, 0, 2), ArgumentError);
  CHECK_THROWS_AS(x.unfold(1, 4, 1), ArgumentError);
  CHECK_THROWS_AS(x.unfold(1, 2, 0), ArgumentError);
  CHECK_THROWS_AS(tensor(1.0).unfold(0, 1, 1), ArgumentError);
  CHECK_THROWS_AS(diag(zeros({2, 2, 2})), ArgumentError);
  CHECK_THROWS_AS(diag_embed(tensor(1.0)), ArgumentError);
  CHECK_THROWS_AS(diag_embed(x, 0, 1, 1), ArgumentError);
}
