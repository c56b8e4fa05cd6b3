#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

double middle(const Group& group) {
  Group sorted = group;
  std::sort(sorted.begin(), sorted.end());
  return sorted[(sorted.size() - 1) / 2];
}

OpCase median_case(const std::string& name, const Shape& sizes, std::optional<int64_t> dim,
                   bool keepdim) {
  const std::vector<int64_t> dims = dim ? std::vector<int64_t>{*dim} : std::vector<int64_t>{};
  OpCase c = reduction_case(
      name, sizes,
      [=](const TensorList& in) {
        return dim ? std::get<0>(in[0].median(*dim, keepdim)) : in[0].median();
      },
      [=](const TensorList& in) { return reduce_reference(in[0], dims, keepdim, middle); });
  c.second_order = false;  // it is linear where it is smooth
  return c;
}

}  // namespace

TEST_CASE("median") {
  check_op(median_case("of all", {3, 4}, {}, false));
  check_op(median_case("of rows", {3, 5}, 1, false));
  check_op(median_case("of columns", {8, 3}, 0, true));
  check_op(median_case("in the middle", {2, 9, 3}, -2, false));
  check_op(median_case("of a number", {}, {}, false));
  check_op(median_case("of one", {4, 1}, 1, true));
}

TEST_CASE("median: which of them, and where") {
  const Tensor x = tensor_of({2, 4}, {1, 3, 2, 4, 5, 5, 5, 1}).requires_grad_();
  const auto [values, indices] = median(x, 1);
  CHECK(values.to_vector() == Values{2, 5});
  CHECK(indices.to_vector() == Values{2, 0});
  CHECK(indices.dtype() == kInt64);
  CHECK(autograd::grad({values}, {x}, {tensor_of({2}, {7, 8})})[0].to_vector() ==
        Values{0, 0, 7, 0, 8, 0, 0, 0});
  const Tensor bad = tensor_of({3}, {1, std::nan(""), 0});
  CHECK(std::isnan(bad.median().item<double>()));
  CHECK(std::get<1>(bad.median(0)).item<int64_t>() == 1);
  const Tensor i = tensor_of({3}, {9, 1, 4}).to(kInt32);
  CHECK(i.median().dtype() == kInt32);
  CHECK(i.median().item<int>() == 4);
  CHECK(std::get<0>(zeros({0, 3}).median(1)).sizes() == Shape{0});
}

TEST_CASE("median: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] { zeros({0}).median(); }) ==
        "median: the input [0] has no elements; it must have 1 or more.");
  CHECK_THROWS_AS(zeros({2, 0}).median(1), ArgumentError);
  CHECK_THROWS_AS(zeros({2}).median(1), ArgumentError);
}
