#include <reel/autograd/gradcheck_matchers.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

CaseFunction reference(int64_t dim, bool product) {
  return [=](const TensorList& xs) {
    Values y = xs[0].to_vector();
    size_t inner = 1;
    for (int64_t d = dim + 1; d < xs[0].dim(); ++d) inner *= static_cast<size_t>(xs[0].size(d));
    const auto n = static_cast<size_t>(xs[0].size(dim));
    for (size_t i = 0; i < y.size(); ++i)
      if (i / inner % n > 0) y[i] = product ? y[i] * y[i - inner] : y[i] + y[i - inner];
    return tensor_of(xs[0].sizes(), y);
  };
}

}  // namespace

TEST_CASE("cumsum and cumprod pass check_op", "[cumsum]") {
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33}) {
    const auto sum_along = [&](int64_t dim, Shape sizes) {
      check_op({.name = as_text("cumsum along ", dim, " of ", sizes),
                .op = [=](const TensorList& xs) { return xs[0].cumsum(dim); },
                .inputs = {sizes},
                .reference = reference(dim, false),
                .second_order = true,
                .zero_gradient = true});
    };
    sum_along(1, {3, n});
    sum_along(0, {5, n});
    sum_along(1, {2, n, 65});
    if (n > 9) continue;
    check_op({.name = as_text("cumprod of ", n),
              .op = [=](const TensorList& xs) { return xs[0].cumprod(1); },
              .inputs = {{2, n, 3}},
              .reference = reference(1, true),
              .second_order = true,
              .zero_gradient = n < 2});
  }
}

TEST_CASE("cumprod has gradients at zeros", "[cumsum]") {
  const auto f = [](const TensorList& xs) { return xs[0].cumprod(0); };
  CHECK_THAT(f, GradientsMatch({tensor_of({5}, {2, 0, 3, 0, 4}).requires_grad_()}));
}

TEST_CASE("cumsum: element types and wrong arguments", "[cumsum]") {
  CHECK(tensor({true, true, true}).cumsum(0).to_vector() == Values{1, 2, 3});
  CHECK(tensor({200, 100}, kUInt8).cumsum(-1).to_vector() == Values{200, 300});
  CHECK(tensor({2, 3, 4}).cumprod(0).to_vector() == Values{2, 6, 24});
  CHECK(tensor({2, 3, 4}, kInt32).cumprod(0).dtype() == kInt64);
  CHECK(tensor(4.0).cumsum(0).item<double>() == 4);
  CHECK(tensor(4.0).cumprod(0).item<double>() == 4);
  CHECK_THROWS_AS(zeros({2, 3}).cumsum(2), ArgumentError);
  CHECK_THROWS_AS(zeros({2, 3}).cumprod(-3), ArgumentError);
}
