#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

// f(place in the index, place in x that it names) for each element of the index.
template <class F>
void for_places(const Shape& x, const Tensor& index, size_t dim, F f) {
  const Values values = index.to_vector();
  const Shape& sizes = index.sizes();
  for (size_t i = 0; i < values.size(); ++i) {
    Shape at = Shape::filled(sizes.size(), 0);
    auto rest = static_cast<int64_t>(i);
    for (size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) at[d] = rest % sizes[d];
    at[dim] = static_cast<int64_t>(values[i]);
    int64_t place = 0;
    for (size_t d = 0; d < sizes.size(); ++d) place = place * x[d] + at[d];
    f(i, static_cast<size_t>(place));
  }
}

CaseFunction gather_reference(int64_t dim, Tensor index) {
  return [=](const TensorList& xs) {
    const Values x = xs[0].to_vector();
    Values y(static_cast<size_t>(index.numel()));
    for_places(xs[0].sizes(), index, static_cast<size_t>(dim),
               [&](size_t i, size_t place) { y[i] = x[place]; });
    return tensor_of(index.sizes(), y);
  };
}

CaseFunction scatter_reference(int64_t dim, Tensor index, bool add) {
  return [=](const TensorList& xs) {
    Values y = xs[0].to_vector();
    Tensor src = xs[1];
    for (int64_t d = 0; d < src.dim(); ++d) src = src.narrow(d, 0, index.size(d));
    const Values from = src.contiguous().to_vector();
    for_places(xs[0].sizes(), index, static_cast<size_t>(dim),
               [&](size_t i, size_t place) { y[place] = add ? y[place] + from[i] : from[i]; });
    return tensor_of(xs[0].sizes(), y);
  };
}

struct Problem {
  const char* name;
  Shape x;
  int64_t dim;
  Shape index;
};

const Problem kProblems[] = {
    {"last", {3, 5}, 1, {3, 7}},         {"first", {5, 3}, 0, {8, 3}},
    {"middle", {2, 4, 9}, 1, {2, 3, 9}}, {"smaller elsewhere", {4, 4, 17}, 1, {2, 9, 8}},
    {"one line", {33}, 0, {31}},         {"many lines", {2, 3, 31}, 0, {1, 3, 16}},
    {"empty", {3, 4}, 1, {0, 4}},        {"single", {1, 1}, 0, {15, 1}},
};

}  // namespace

TEST_CASE("gather, scatter_add and scatter pass check_op", "[gather]") {
  for (const Problem& p : kProblems) {
    const int64_t n = p.x[static_cast<size_t>(p.dim)], dim = p.dim;
    const Tensor index = integers(p.index, n, 3);
    check_op({.name = as_text("gather ", p.name),
              .op = [=](const TensorList& xs) { return xs[0].gather(dim, index); },
              .inputs = {p.x},
              .reference = gather_reference(dim, index),
              .second_order = true,
              .zero_gradient = true});
    check_op({.name = as_text("scatter_add ", p.name),
              .op = [=](const TensorList& xs) { return xs[0].scatter_add(dim, index, xs[1]); },
              .inputs = {p.x, p.index},
              .reference = scatter_reference(dim, index, true),
              .second_order = true,
              .zero_gradient = true});
  }
  // Positions that differ: which of several remains has no derivative.
  const Tensor index = tensor({{2, 0, 1}, {0, 3, 2}});
  check_op({.name = "scatter",
            .op = [=](const TensorList& xs) { return xs[0].scatter(0, index, xs[1]); },
            .inputs = {{4, 3}, {2, 3}},
            .reference = scatter_reference(0, index, false),
            .second_order = true,
            .zero_gradient = true});
  check_op({.name = "scatter of a larger src",
            .op = [=](const TensorList& xs) { return xs[0].scatter(0, index, xs[1]); },
            .inputs = {{4, 3}, {5, 4}},
            .reference = scatter_reference(0, index, false),
            .second_order = true,
            .zero_gradient = true});
  check_op({.name = "scatter of a number",
            .op = [=](const TensorList& xs) { return xs[0].scatter(0, index, 0.5); },
            .inputs = {{4, 3}},
            .second_order = true,
            .zero_gradient = true});
}

TEST_CASE("take_along_dim broadcasts", "[gather]") {
  const Tensor x = arange(6, kFloat64).view({2, 3});
  CHECK(x.take_along_dim(tensor({{2}, {0}}), 1).to_vector() == Values{2, 3});
  CHECK(x.take_along_dim(tensor({{1, 0}}), 1).to_vector() == Values{1, 0, 4, 3});
  CHECK(x.take_along_dim(tensor({5, 0})).to_vector() == Values{5, 0});
  CHECK(x.take_along_dim(x.argsort(1, true), 1).to_vector() == Values{2, 1, 0, 5, 4, 3});
}

TEST_CASE("scatter: element types, numbers, memory", "[gather]") {
  for (Dtype dtype : {kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const Tensor x = zeros(3, dtype);
    x.scatter_add_(0, tensor({1, 1, 2}), ones(3, dtype));
    CHECK(x.to_vector() == Values{0, 2, 1});
    x.scatter_(0, tensor({0}), 3);
    CHECK(x.to_vector() == Values{3, 2, 1});
    CHECK(x.gather(0, tensor({2, 0}, kInt32)).to_vector() == Values{1, 3});
  }
  CHECK(zeros({2, 3}, kBool).scatter(1, tensor({{0}, {2}}), true).to_vector() ==
        Values{1, 0, 0, 0, 0, 1});
  const Tensor base = zeros({3, 4}, kFloat64);
  base.t().scatter_(1, tensor({{1}, {2}}), 5);  // through a transposed view
  CHECK(base.to_vector() == Values{0, 0, 0, 0, 5, 0, 0, 0, 0, 5, 0, 0});
  base.scatter_(0, zeros({1, 4}, kInt64), base.narrow(0, 1, 1));  // from its own memory
  CHECK(base[0].to_vector() == Values{5, 0, 0, 0});
  CHECK(tensor(4.0).gather(0, tensor(0)).item<double>() == 4);
  CHECK(tensor({4.0, 5.0}).gather(0, tensor(1)).item<double>() == 5);
}

TEST_CASE("gather and scatter: wrong arguments change nothing", "[gather]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.gather(1, tensor({{0}})).gather(1, tensor({0})); }) ==
        "gather: the index [1] has 1 dimensions, the tensor [1, 1] 2; there must be as many.");
  CHECK(
      message_of<ArgumentError>([&] {
        x.gather(0, zeros({1, 4}, kInt64));
      }) ==
      "gather: the index [1, 4] reaches out of dimension 1 of the tensor [2, 3]; it may be larger "
      "only in dimension 0.");
  CHECK(
      message_of<ArgumentError>([&] {
        x.scatter_(1, tensor({{0, 3}}), 1);
      }) ==
      "scatter_: the index 3 is out of range; dimension 1 has 3 entries, so it must be in [0, 3).");
  CHECK_THROWS_AS(x.scatter_add_(1, tensor({{0, -1}}), ones({1, 2})), ArgumentError);
  CHECK_THROWS_AS(x.scatter_(1, tensor({{0, 1}}), ones({1, 1})), ArgumentError);
  CHECK_THROWS_AS(x.scatter_(1, tensor({{0, 1}}), ones({1, 2}, kFloat64)), ArgumentError);
  CHECK(x.to_vector() == Values(6, 0));
}
