#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

CaseFunction reference(bool lower, int64_t diagonal) {
  return [=](const TensorList& xs) {
    Values y = xs[0].to_vector();
    const int64_t rows = xs[0].size(-2), columns = xs[0].size(-1);
    for (size_t k = 0; k < y.size(); ++k) {
      const auto at = static_cast<int64_t>(k);
      const int64_t j = at % columns, i = at / columns % rows;
      if (lower ? j - i > diagonal : j - i < diagonal) y[k] = 0;
    }
    return tensor_of(xs[0].sizes(), y);
  };
}

}  // namespace

TEST_CASE("tril and triu pass check_op", "[tril]") {
  for (int64_t diagonal : {-2, -1, 0, 1, 4}) {
    for (const Shape& sizes : {Shape{3, 3}, Shape{2, 4, 9}, Shape{17, 2}, Shape{0, 3}}) {
      check_op({.name = as_text("tril ", diagonal, " of ", sizes),
                .op = [=](const TensorList& xs) { return xs[0].tril(diagonal); },
                .inputs = {sizes},
                .reference = reference(true, diagonal),
                .second_order = true,
                .zero_gradient = true});
      check_op({.name = as_text("triu ", diagonal, " of ", sizes),
                .op = [=](const TensorList& xs) { return xs[0].triu(diagonal); },
                .inputs = {sizes},
                .reference = reference(false, diagonal),
                .second_order = true,
                .zero_gradient = true});
    }
  }
}

TEST_CASE("tril: all element types, no NaN from outside", "[tril]") {
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const Tensor y = ones({2, 2}, dtype).tril();
    CHECK(y.dtype() == dtype);
    CHECK(y.to_vector() == Values{1, 0, 1, 1});
  }
  CHECK(full({2, 2}, NAN).triu(1).to_vector()[2] == 0);
  CHECK(message_of<ArgumentError>([] { zeros(3).tril(); }) ==
        "tril: the tensor [3] has 1 dimensions; it must have 2 or more.");
}
