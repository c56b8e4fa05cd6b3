#include <reel/autograd/engine.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

// The parts by narrow.
CaseFunction parts(int64_t dim, std::vector<int64_t> lengths) {
  return [=](const TensorList& xs) {
    TensorList ys;
    int64_t start = 0;
    for (int64_t n : lengths) {
      ys.push_back(xs[0].narrow(dim, start, n).contiguous());
      start += n;
    }
    return ys;
  };
}

std::vector<int64_t> lengths_of(const TensorList& list, int64_t dim) {
  std::vector<int64_t> lengths;
  for (const Tensor& x : list) lengths.push_back(x.size(dim));
  return lengths;
}

}  // namespace

TEST_CASE("split, chunk and unbind pass check_op", "[split]") {
  const OpCase cases[] = {
      {.name = "split",
       .op = [](const TensorList& xs) { return xs[0].split(3, 1); },
       .inputs = {{2, 8, 3}},
       .reference = parts(1, {3, 3, 2})},
      {.name = "split by sizes",
       .op =
           [](const TensorList& xs) {
             return xs[0].split({4, 0, 5}, -1);
           },
       .inputs = {{2, 9}},
       .reference = parts(1, {4, 0, 5})},
      {.name = "chunk",
       .op = [](const TensorList& xs) { return xs[0].chunk(4); },
       .inputs = {{7, 2}},
       .reference = parts(0, {2, 2, 2, 1})},
      {.name = "unbind",
       .op = [](const TensorList& xs) { return xs[0].unbind(1); },
       .inputs = {{2, 3, 4}},
       .reference =
           [](const TensorList& xs) {
             TensorList ys;
             for (int64_t i = 0; i < 3; ++i) ys.push_back(xs[0].select(1, i).contiguous());
             return ys;
           }},
      {.name = "a part alone",
       .op = [](const TensorList& xs) { return xs[0].split(2)[1]; },
       .inputs = {{5, 3}},
       .reference = [](const TensorList& xs) { return xs[0].narrow(0, 2, 2).contiguous(); }},
  };
  for (OpCase c : cases) {
    c.second_order = c.zero_gradient = true;
    check_op(c);
  }
}

TEST_CASE("split: how many parts there are", "[split]") {
  using Lengths = std::vector<int64_t>;
  CHECK(lengths_of(zeros(6).split(2), 0) == Lengths{2, 2, 2});
  CHECK(lengths_of(zeros(6).split(10), 0) == Lengths{6});
  CHECK(lengths_of(zeros(0).split(2), 0) == Lengths{0});
  CHECK(lengths_of(zeros(0).split(0), 0) == Lengths{0});
  CHECK(lengths_of(zeros(5).chunk(4), 0) == Lengths{2, 2, 1});
  CHECK(lengths_of(zeros(0).chunk(3), 0) == Lengths{0, 0, 0});
  CHECK(zeros({0, 3}).unbind().empty());
  CHECK(split(zeros(5), {1, 4}).size() == 2);
  CHECK(chunk(zeros(4), 2).size() == 2);
  CHECK(unbind(zeros({4, 2})).size() == 4);
}

TEST_CASE("split: parts share the memory", "[split]") {
  const Tensor x = zeros({2, 4});
  x.split(2, 1)[1].fill_(1);
  x.unbind(1)[0].fill_(2);
  CHECK(x.to_vector() == Values{2, 0, 1, 1, 2, 0, 1, 1});
}

TEST_CASE("split: wrong arguments", "[split]") {
  const Tensor x = zeros({2, 4});
  CHECK(message_of<ArgumentError>([&] {
          x.split({1, 2}, 1);
        }) ==
        "split: the sizes [1, 2] do not make up dimension 1 of the tensor [2, 4]; they must sum to "
        "4.");
  CHECK_THROWS_AS(x.split({5, -1}, 1), ArgumentError);
  CHECK_THROWS_AS(x.split(0), ArgumentError);
  CHECK_THROWS_AS(x.chunk(0), ArgumentError);
  CHECK_THROWS_AS(x.unbind(2), ArgumentError);
  CHECK_THROWS_AS(tensor(1.0).split(1), ArgumentError);
}
