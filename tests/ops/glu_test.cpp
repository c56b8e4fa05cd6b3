#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/activations.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

// x as (outer, size, inner), the halves along the middle.
OpCase glu_case(const char* name, const Shape& sizes, int64_t dim, int64_t outer, int64_t inner) {
  OpCase c;
  c.name = name;
  c.op = [dim](const TensorList& in) { return glu(in[0], dim); };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    const std::vector<double> x = in[0].to_vector();
    Shape half = sizes;
    const auto at = static_cast<size_t>(dim < 0 ? dim + in[0].dim() : dim);
    half[at] /= 2;
    const int64_t n = half[at];
    std::vector<double> y;
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < n * inner; ++i) {
        const auto first = static_cast<size_t>(o * 2 * n * inner + i);
        const double b = x[first + static_cast<size_t>(n * inner)];
        y.push_back(x[first] / (1 + std::exp(-b)));
      }
    return tensor_of(half, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("glu") {
  check_op(glu_case("rows", {3, 8}, -1, 3, 1));
  check_op(glu_case("columns", {6, 5}, 0, 1, 5));
  check_op(glu_case("channels", {2, 6, 3, 4}, 1, 2, 12));
  check_op(glu_case("a vector", {34}, 0, 1, 1));
  check_op(glu_case("nothing", {2, 0}, 1, 2, 1));
}

TEST_CASE("glu: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([] {
          glu(ones({4, 3}));
        }) == "glu: dimension -1 of the input [4, 3] has the size 3; it must be even.");
  CHECK(message_of<ArgumentError>([] {
          glu(ones({2, 4, 4}), 3);
        }).starts_with("glu: dimension 3 is out of range; the tensor has 3"));
  CHECK(message_of<ArgumentError>([] { glu(ones({})); }) ==
        "glu: the input has no dimensions; it must have 1 or more.");
}
