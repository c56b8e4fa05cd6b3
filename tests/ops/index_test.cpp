#include <reel/autograd/gradcheck_matchers.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::indexing;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

struct Row {
  const char* text;
  IndexVector indices;
  Shape sizes;
  Values values;
};

Tensor counting(Shape sizes = {2, 3, 4}) {
  return arange(numel_of(sizes), kFloat64).reshape(sizes);
}

// What PyTorch reads of 0, 1, ... 23 in the shape [2, 3, 4].
std::vector<Row> rows() {
  const Tensor x = counting();
  const Tensor mask1 = tensor({false, true, true, false});
  const Tensor mask2 = tensor({{true, false, true}, {false, true, false}});
  return {
      {"{1}", IndexVector{1}, Shape{3, 4}, {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{-1, 2, -4}", IndexVector{-1, 2, -4}, Shape{}, {20}},
      {"{Slice()}", IndexVector{Slice()}, Shape{2, 3, 4}, {0,  1,  2,  3,  4,  5,  6,  7,
                                                           8,  9,  10, 11, 12, 13, 14, 15,
                                                           16, 17, 18, 19, 20, 21, 22, 23}},
      {"{Slice(), Slice(1)}",
       IndexVector{Slice(), Slice(1)},
       Shape{2, 2, 4},
       {4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{Slice(), Slice(None, None, 2)}",
       IndexVector{Slice(), Slice(None, None, 2)},
       Shape{2, 2, 4},
       {0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23}},
      {"{Slice(1, None, 2), \"...\", 3}",
       IndexVector{Slice(1, None, 2), "...", 3},
       Shape{1, 3},
       {15, 19, 23}},
      {"{Slice(None, -1), Slice(-2, None)}",
       IndexVector{Slice(None, -1), Slice(-2, None)},
       Shape{1, 2, 4},
       {4, 5, 6, 7, 8, 9, 10, 11}},
      {"{\"...\", Slice(0, 3, 2)}",
       IndexVector{"...", Slice(0, 3, 2)},
       Shape{2, 3, 2},
       {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}},
      {"{Ellipsis, 0}", IndexVector{Ellipsis, 0}, Shape{2, 3}, {0, 4, 8, 12, 16, 20}},
      {"{0, Ellipsis}",
       IndexVector{0, Ellipsis},
       Shape{3, 4},
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {"{None, 1}",
       IndexVector{None, 1},
       Shape{1, 3, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{1, None, Slice(), None}",
       IndexVector{1, None, Slice(), None},
       Shape{1, 3, 1, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{\"...\", None}",
       IndexVector{"...", None},
       Shape{2, 3, 4, 1},
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{0, 1, 2, \"...\"}", IndexVector{0, 1, 2, "..."}, Shape{}, {6}},
      {"{tensor({1, 0, -1})}",
       IndexVector{tensor({1, 0, -1})},
       Shape{3, 3, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 0,  1,  2,  3,  4,  5,
        6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{tensor({{1, 0}, {0, 0}}), 2}",
       IndexVector{tensor({{1, 0}, {0, 0}}), 2},
       Shape{2, 2, 4},
       {20, 21, 22, 23, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11}},
      {"{Slice(), tensor({2, 0})}",
       IndexVector{Slice(), tensor({2, 0})},
       Shape{2, 2, 4},
       {8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15}},
      {"{Slice(), Slice(), tensor({{3, 0, -2}})}",
       IndexVector{Slice(), Slice(), tensor({{3, 0, -2}})},
       Shape{2, 3, 1, 3},
       {3, 0, 2, 7, 4, 6, 11, 8, 10, 15, 12, 14, 19, 16, 18, 23, 20, 22}},
      {"{tensor({1, 0}), tensor({2, 1})}",
       IndexVector{tensor({1, 0}), tensor({2, 1})},
       Shape{2, 4},
       {20, 21, 22, 23, 4, 5, 6, 7}},
      {"{tensor({1, 0}), tensor({{2}, {1}})}",
       IndexVector{tensor({1, 0}), tensor({{2}, {1}})},
       Shape{2, 2, 4},
       {20, 21, 22, 23, 8, 9, 10, 11, 16, 17, 18, 19, 4, 5, 6, 7}},
      {"{Slice(), tensor({2, 1}), tensor({0, -1})}",
       IndexVector{Slice(), tensor({2, 1}), tensor({0, -1})},
       Shape{2, 2},
       {8, 7, 20, 19}},
      {"{tensor({1, 0}), Slice(), tensor({3, 2})}",
       IndexVector{tensor({1, 0}), Slice(), tensor({3, 2})},
       Shape{2, 3},
       {15, 19, 23, 2, 6, 10}},
      {"{tensor({{1}, {0}}), Slice(0, 2), tensor({3, 2, 0})}",
       IndexVector{tensor({{1}, {0}}), Slice(0, 2), tensor({3, 2, 0})},
       Shape{2, 3, 2},
       {15, 19, 14, 18, 12, 16, 3, 7, 2, 6, 0, 4}},
      {"{tensor({1, 0}), None, tensor({2, 2})}",
       IndexVector{tensor({1, 0}), None, tensor({2, 2})},
       Shape{2, 1, 4},
       {20, 21, 22, 23, 8, 9, 10, 11}},
      {"{tensor({1, 0}), \"...\", tensor({3})}",
       IndexVector{tensor({1, 0}), "...", tensor({3})},
       Shape{2, 3},
       {15, 19, 23, 3, 7, 11}},
      {"{0, Slice(), tensor({3, 1})}",
       IndexVector{0, Slice(), tensor({3, 1})},
       Shape{3, 2},
       {3, 1, 7, 5, 11, 9}},
      {"{tensor(1), tensor({0, 2})}",
       IndexVector{tensor(1), tensor({0, 2})},
       Shape{2, 4},
       {12, 13, 14, 15, 20, 21, 22, 23}},
      {"{tensor({2, 0}, kInt32).index({1})}",
       IndexVector{tensor({2, 0}, kInt32).index({1})},
       Shape{3, 4},
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
      {"{mask2}", IndexVector{mask2}, Shape{3, 4}, {0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19}},
      {"{mask2, 1}", IndexVector{mask2, 1}, Shape{3}, {1, 9, 17}},
      {"{mask2, tensor({3})}", IndexVector{mask2, tensor({3})}, Shape{3}, {3, 11, 19}},
      {"{mask2, tensor({3, 0, 1})}", IndexVector{mask2, tensor({3, 0, 1})}, Shape{3}, {3, 8, 17}},
      {"{Slice(), Slice(), mask1}",
       IndexVector{Slice(), Slice(), mask1},
       Shape{2, 3, 2},
       {1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22}},
      {"{1, Slice(1), mask1}", IndexVector{1, Slice(1), mask1}, Shape{2, 2}, {17, 18, 21, 22}},
      {"{tensor({1, 0}), Slice(), mask1}",
       IndexVector{tensor({1, 0}), Slice(), mask1},
       Shape{2, 3},
       {13, 17, 21, 2, 6, 10}},
      {"{x > 19}", IndexVector{x > 19}, Shape{4}, {20, 21, 22, 23}},
      {"{x < 0}", IndexVector{x < 0}, Shape{0}, {}},
      {"{true}", IndexVector{true}, Shape{1, 2, 3, 4}, {0,  1,  2,  3,  4,  5,  6,  7,
                                                        8,  9,  10, 11, 12, 13, 14, 15,
                                                        16, 17, 18, 19, 20, 21, 22, 23}},
      {"{false}", IndexVector{false}, Shape{0, 2, 3, 4}, {}},
      {"{true, 1}",
       IndexVector{true, 1},
       Shape{1, 3, 4},
       {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{Slice(), true, tensor({2, 0})}",
       IndexVector{Slice(), true, tensor({2, 0})},
       Shape{2, 2, 4},
       {8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15}},
      {"{1, 1, true}", IndexVector{1, 1, true}, Shape{1, 4}, {16, 17, 18, 19}},
      {"{tensor(true)}",
       IndexVector{tensor(true)},
       Shape{1, 2, 3, 4},
       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}},
      {"{zeros(0, kInt64)}", IndexVector{zeros(0, kInt64)}, Shape{0, 3, 4}, {}},
      {"{Slice(), zeros({2, 0}, kInt64)}",
       IndexVector{Slice(), zeros({2, 0}, kInt64)},
       Shape{2, 2, 0, 4},
       {}},
      {"{Slice(2, 1)}", IndexVector{Slice(2, 1)}, Shape{0, 3, 4}, {}},
  };
}

}  // namespace

TEST_CASE("index reads what PyTorch reads", "[index]") {
  for (const Row& row : rows()) {
    INFO(row.text);
    const Tensor y = counting().index(row.indices);
    CHECK(y.sizes() == row.sizes);
    CHECK(y.to_vector() == row.values);
    // From strided memory too.
    const Tensor strided = counting().permute({2, 0, 1}).contiguous().permute({1, 2, 0});
    CHECK(strided.index(row.indices).to_vector() == row.values);
  }
}

TEST_CASE("index_put_ writes where index reads", "[index]") {
  for (const Row& row : rows()) {
    INFO(row.text);
    for (bool strided : {false, true}) {
      const Tensor x = strided ? counting({4, 2, 3}).permute({1, 2, 0}) : counting();
      const Values before = x.to_vector();
      const Tensor places = counting().index(row.indices);  // of what is read, in the whole
      x.index_put_(row.indices, -1 - places);
      Values expected = before;
      for (double place : row.values) expected[static_cast<size_t>(place)] = -1 - place;
      CHECK(x.to_vector() == expected);
      x.index_put_(row.indices, 5);
      for (double place : row.values) expected[static_cast<size_t>(place)] = 5;
      CHECK(x.to_vector() == expected);
      x.index_put_(row.indices, full({}, 2, kFloat64), true);
      for (double place : row.values) expected[static_cast<size_t>(place)] += 2;
      CHECK(x.to_vector() == expected);
    }
  }
}

TEST_CASE("index and index_put_ have gradients", "[index]") {
  for (const Row& row : rows()) {
    if (row.values.empty()) continue;
    INFO(row.text);
    const IndexVector& i = row.indices;
    const auto leaf = [](IntArrayRef sizes, uint64_t seed) {
      return uniform(sizes, seed).requires_grad_();
    };
    const auto read = [&](const TensorList& xs) { return xs[0].index(i).square(); };
    const auto add = [&](const TensorList& xs) { return xs[0].index_put(i, xs[1], true).square(); };
    CHECK_THAT(read, GradientsMatch({leaf({2, 3, 4}, 1)}));
    CHECK_THAT(add, GradientsMatch({leaf({2, 3, 4}, 1), leaf(row.sizes, 2)}));
    std::vector<double> places = row.values;
    std::sort(places.begin(), places.end());
    if (std::adjacent_find(places.begin(), places.end()) != places.end()) continue;
    const auto put = [&](const TensorList& xs) { return xs[0].index_put(i, xs[1]).square(); };
    CHECK_THAT(put, GradientsMatch({leaf({2, 3, 4}, 1), leaf(row.sizes, 2)}));
  }
}

TEST_CASE("index passes check_op", "[index]") {
  const Tensor i = integers({5}, 9, 1), j = integers({3, 1}, 4, 2);
  const OpCase cases[] = {
      {.name = "pairs",
       .op =
           [=](const TensorList& xs) {
             return xs[0].index({i, j});
           },
       .inputs = {{9, 4, 7}}},
      {.name = "apart",
       .op =
           [=](const TensorList& xs) {
             return xs[0].index({i, Slice(), j});
           },
       .inputs = {{9, 8, 4}}},
      {.name = "put",
       .op =
           [=](const TensorList& xs) {
             return xs[0].index_put({Slice(), i}, xs[1], true);
           },
       .inputs = {{2, 9, 16}, {5, 16}}},
  };
  for (OpCase c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("x[tensor] reads, x[i] = y writes", "[index]") {
  const Tensor x = counting({3, 2});
  CHECK(x[tensor({2, 0})].to_vector() == Values{4, 5, 0, 1});
  CHECK(x[tensor(1)].to_vector() == Values{2, 3});
  CHECK(x[x > 2].to_vector() == Values{3, 4, 5});
  x[1] = 7;
  CHECK(x.to_vector() == Values{0, 1, 7, 7, 4, 5});
  x[0] = x[2];
  x[2] = tensor({0.5, 1.5});  // another dtype, converted
  CHECK(x.to_vector() == Values{4, 5, 7, 7, 0.5, 1.5});
  x[1][0] = -1;
  x.select(1, 1) = 9;
  CHECK(x.to_vector() == Values{4, 9, -1, 9, 0.5, 9});
  Tensor named = x[0];
  named = zeros(2, kFloat64);  // a name is bound anew
  CHECK(x[0].to_vector() == Values{4, 9});
}

TEST_CASE("index: a view as long as no tensor is among the indices", "[index]") {
  const Tensor x = counting();
  CHECK(x.index({Slice(), 1}).impl()->storage == x.impl()->storage);
  CHECK(x.index({0, "...", Slice(1, 3)}).impl()->storage == x.impl()->storage);
  CHECK(x.index({tensor({0})}).impl()->storage != x.impl()->storage);
  CHECK(x.index({tensor(0)}).impl()->storage == x.impl()->storage);
}

TEST_CASE("index: equal positions", "[index]") {
  const Tensor x = zeros(3, kFloat64), i = tensor({1, 1, -1});
  x.index_put_({i}, tensor_of({3}, {1, 2, 3}));
  CHECK(x.to_vector() == Values{0, 2, 3});
  x.index_put_({i}, tensor_of({3}, {1, 2, 3}), true);
  CHECK(x.to_vector() == Values{0, 5, 6});
  const Tensor counts = zeros({2, 2}, kInt64);
  counts.index_put_({tensor({0, 0, 1}), tensor({1, 1, 0})}, tensor(1), true);
  CHECK(counts.to_vector() == Values{0, 2, 1, 0});
}

TEST_CASE("take", "[index]") {
  check_op({.name = "take",
            .op =
                [](const TensorList& xs) {
                  return xs[0].take(tensor({{5, -1}, {0, 5}}));
                },
            .inputs = {{2, 3}},
            .reference =
                [](const TensorList& xs) {
                  const Values v = xs[0].to_vector();
                  return tensor_of({2, 2}, {v[5], v[5], v[0], v[5]});
                },
            .second_order = true,
            .zero_gradient = true});
}

TEST_CASE("index: wrong indices change nothing", "[index]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] {
          x.index({1, 2, 0});
        }) ==
        "index: the indices name 3 dimensions, the tensor [2, 3] has 2; they must not be more.");
  CHECK(
      message_of<ArgumentError>([&] {
        x.index({Slice(), tensor({0, -4})});
      }) ==
      "index: the index -4 is out of range; dimension 1 has 3 entries, so it must be in [-3, 3).");
  CHECK(message_of<ArgumentError>([&] {
          x.index({tensor({true, false, true})});
        }) ==
        "index: the mask [3] does not fit the tensor [2, 3] at dimension 0; the sizes must be "
        "equal.");
  CHECK(message_of<ArgumentError>([&] {
          x.index({"...", Ellipsis});
        }) == "index: 2 ellipses; at most one \"...\" can be filled in.");
  CHECK(message_of<ArgumentError>([&] { x.index({".."}); }) ==
        "index: the text \"..\" is no index; only \"...\" is.");
  CHECK_THROWS_AS(x.index({tensor({0, 1}), tensor({0, 1, 2})}), ArgumentError);
  CHECK_THROWS_AS(x.index({tensor({0.0})}), ArgumentError);
  CHECK_THROWS_AS(x.index({Tensor()}), ArgumentError);
  CHECK_THROWS_AS(x.index({2}), ArgumentError);
  CHECK_THROWS_AS(x.index_put_({tensor({0, 2})}, 1), ArgumentError);
  CHECK_THROWS_AS(x.index_put_({0}, ones({2})), ArgumentError);
  CHECK_THROWS_AS(x.index_put_({tensor({0})}, ones({2, 3})), ArgumentError);
  CHECK_THROWS_AS(x.take(tensor({6})), ArgumentError);
  CHECK(x.to_vector() == Values(6, 0));
}
