#include <reel/autograd/gradcheck_matchers.h>
#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/picks.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

const Values kIndex = {2, 0, 2, 1, 2};
Tensor index() { return tensor({2, 0, 2, 1, 2}); }

CaseFunction select_along(int64_t dim) {
  return [=](const TensorList& xs) { return xs[0].index_select(dim, index()); };
}

CaseFunction select_reference(int64_t dim) {
  return [=](const TensorList& xs) {
    const auto d = static_cast<size_t>(dim);
    Shape sizes = xs[0].sizes();
    sizes[d] = 5;
    return picks(sizes, [d](const Shape& i) {
      Shape from = i;
      from[d] = static_cast<int64_t>(kIndex[static_cast<size_t>(i[d])]);
      return from;
    })(xs);
  };
}

// x with the rows of b added to, or put over, rows of dimension 0.
CaseFunction write_reference(bool add, double alpha) {
  return [=](const TensorList& xs) {
    Values y = xs[0].to_vector();
    const Values b = xs[1].to_vector();
    const size_t row = b.size() / 5;
    for (size_t k = 0; k < 5; ++k)
      for (size_t i = 0; i < row; ++i) {
        double& to = y[static_cast<size_t>(kIndex[k]) * row + i];
        to = add ? to + alpha * b[k * row + i] : b[k * row + i];
      }
    return tensor_of(xs[0].sizes(), y);
  };
}

}  // namespace

TEST_CASE("index_select passes check_op", "[index_select]") {
  std::vector<OpCase> cases;
  for (int64_t n : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    cases.push_back({.name = as_text("rows of ", n),
                     .op = select_along(0),
                     .inputs = {{3, n}},
                     .reference = select_reference(0)});
  cases.push_back({.name = "middle",
                   .op = select_along(1),
                   .inputs = {{2, 4, 5}},
                   .reference = select_reference(1)});
  cases.push_back({.name = "last",
                   .op = select_along(-1),
                   .inputs = {{3, 2, 3}},
                   .reference = select_reference(2)});
  cases.push_back(
      {.name = "a list", .op = select_along(0), .inputs = {{3}}, .reference = select_reference(0)});
  cases.push_back({.name = "empty rows",
                   .op = select_along(0),
                   .inputs = {{3, 0}},
                   .reference = select_reference(0)});
  cases.push_back(
      {.name = "no rows",
       .op = [](const TensorList& xs) { return xs[0].index_select(0, zeros(0, kInt64)); },
       .inputs = {{3, 2}},
       .reference = picks({0, 2}, [](const Shape& i) { return i; })});
  for (OpCase& c : cases) {
    c.second_order = c.zero_gradient = true;  // linear
    check_op(c);
  }
}

TEST_CASE("index_add, index_copy and index_fill pass check_op", "[index_select]") {
  // Positions that differ, where the last of equals would remain.
  const auto copy = [](const TensorList& xs) { return xs[0].index_copy(0, tensor({2, 0}), xs[1]); };
  std::vector<OpCase> cases = {
      {.name = "index_add",
       .op = [](const TensorList& xs) { return xs[0].index_add(0, index(), xs[1]); },
       .inputs = {{3, 9}, {5, 9}},
       .reference = write_reference(true, 1)},
      {.name = "index_add of a multiple",
       .op = [](const TensorList& xs) { return xs[0].index_add(0, index(), xs[1], -2.5); },
       .inputs = {{3, 2, 3}, {5, 2, 3}},
       .reference = write_reference(true, -2.5)},
      {.name = "index_copy",
       .op = copy,
       .inputs = {{3, 4}, {2, 4}},
       .reference =
           [](const TensorList& xs) {
             Values y = xs[0].to_vector();
             const Values b = xs[1].to_vector();
             for (size_t i = 0; i < 4; ++i) {
               y[8 + i] = b[i];
               y[i] = b[4 + i];
             }
             return tensor_of({3, 4}, y);
           }},
      {.name = "index_fill",
       .op =
           [](const TensorList& xs) {
             return xs[0].index_fill(1, tensor({0, 2}), 7);
           },
       .inputs = {{2, 3, 2}},
       .reference =
           [](const TensorList& xs) {
             Values y = xs[0].to_vector();
             for (size_t i = 0; i < y.size(); ++i)
               if (i / 2 % 3 != 1) y[i] = 7;
             return tensor_of({2, 3, 2}, y);
           }},
  };
  for (OpCase& c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("index_select: all element types", "[index_select]") {
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const Tensor x = tensor({0, 1, 1}).to(dtype);
    const Tensor y = x.index_select(0, tensor({2, 0}, kInt32));
    CHECK(y.dtype() == dtype);
    CHECK(y.to_vector() == Values{1, 0});
    if (dtype != kBool) CHECK(x.index_add(0, tensor({0}), x.narrow(0, 1, 1)).to_vector()[0] == 1);
  }
  CHECK(tensor(3.0).index_select(0, tensor({0})).item<double>() == 3);
}

TEST_CASE("index_select: in place, through views", "[index_select]") {
  const Tensor x = arange(12, kFloat64).view({3, 4});
  x.t().index_fill_(0, tensor({1}), -1);
  CHECK(x.select(1, 1).to_vector() == Values{-1, -1, -1});
  x.index_add_(0, tensor({0, 0}), ones({2, 4}, kFloat64));
  CHECK(x[0].to_vector() == Values{2, 1, 4, 5});
  // Of equal positions the last remains.
  x.index_copy_(0, tensor({1, 1}), tensor({{1, 1, 1, 1}, {2, 2, 2, 2}}, kFloat64));
  CHECK(x[1].to_vector() == Values(4, 2));
  // The source may be the tensor itself.
  x.index_copy_(0, tensor({0, 1, 2}), x.index_select(0, tensor({2, 1, 0})));
  CHECK(x[2].to_vector() == Values{2, 1, 4, 5});
  x.index_copy_(0, tensor({2}), x.narrow(0, 1, 1));
  CHECK(x[2].to_vector() == Values(4, 2));
}

TEST_CASE("index_select: nothing is written when an index is out of range", "[index_select]") {
  const Tensor x = zeros({3, 2});
  CHECK(
      message_of<ArgumentError>([&] {
        x.index_select(0, tensor({0, 3}));
      }) ==
      "index_select: the index 3 is out of range; dimension 0 has 3 entries, so it must be in [0, "
      "3).");
  CHECK_THROWS_AS(x.index_fill_(0, tensor({0, -4}), 1), ArgumentError);
  CHECK_THROWS_AS(x.index_add_(0, tensor({0, 3}), ones({2, 2})), ArgumentError);
  CHECK_THROWS_AS(x.index_add_(0, tensor({0, 1}), ones({2, 3})), ArgumentError);
  CHECK_THROWS_AS(x.index_select(0, tensor({0.0})), ArgumentError);
  CHECK_THROWS_AS(x.index_select(0, tensor({{0}})), ArgumentError);
  CHECK_THROWS_AS(x.index_select(2, tensor({0})), ArgumentError);
  CHECK(x.to_vector() == Values(6, 0));
}

TEST_CASE("index_select: the index may change before backward", "[index_select]") {
  const Tensor x = zeros({3}, dtype(kFloat64).requires_grad(true)), i = tensor({2, 2});
  const Tensor y = x.index_select(0, i);
  i.fill_(1000000);
  y.backward(tensor_of({2}, {1, 3}));
  CHECK(x.grad().to_vector() == Values{0, 0, 4});
}

TEST_CASE("index_fill: negative indices count from the end", "[index_select]") {
  const Tensor x = tensor({1.0, 2.0, 3.0});
  CHECK(x.index_fill(0, tensor({-1, 0}), 7).equal(tensor({7.0, 2.0, 7.0})));
  CHECK_THROWS_AS(x.index_fill(0, tensor({-4}), 7), ArgumentError);
}
