#include <reel/autograd/ops/indexing.h>
#include <reel/core/creation.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Rows of the last dimension, the first k of each in order.
CaseFunction reference(int64_t k, bool descending) {
  return [=](const TensorList& xs) {
    const Values x = xs[0].to_vector();
    const auto n = static_cast<size_t>(xs[0].size(-1));
    Values y;
    for (size_t row = 0; n > 0 && row < x.size() / n; ++row) {
      Values line(x.begin() + static_cast<long>(row * n),
                  x.begin() + static_cast<long>(row * n + n));
      std::stable_sort(line.begin(), line.end(),
                       [=](double a, double b) { return descending ? a > b : a < b; });
      y.insert(y.end(), line.begin(), line.begin() + k);
    }
    Shape sizes = xs[0].sizes();
    sizes[sizes.size() - 1] = k;
    return tensor_of(sizes, y);
  };
}

}  // namespace

TEST_CASE("sort, topk and kthvalue pass check_op", "[sort]") {
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100}) {
    const int64_t k = (n + 4) / 5;
    const auto check = [&](const char* name, CaseFunction op, CaseFunction expected) {
      check_op({.name = as_text(name, " of ", n),
                .op = op,
                .inputs = {{3, n}},
                .reference = expected,
                .second_order = true,
                .zero_gradient = true});
    };
    check(
        "sort", [](const TensorList& xs) { return std::get<0>(xs[0].sort()); },
        reference(n, false));
    check(
        "descending sort", [](const TensorList& xs) { return std::get<0>(xs[0].sort(1, true)); },
        reference(n, true));
    check(
        "topk", [=](const TensorList& xs) { return std::get<0>(xs[0].topk(k)); },
        reference(k, true));
    check(
        "smallest", [=](const TensorList& xs) { return std::get<0>(xs[0].topk(k, -1, false)); },
        reference(k, false));
    if (n > 0)
      check(
          "kthvalue", [=](const TensorList& xs) { return std::get<0>(xs[0].kthvalue(k, 1, true)); },
          [=](const TensorList& xs) {
            return TensorList(reference(k, false)(xs))[0].narrow(1, k - 1, 1).contiguous();
          });
  }
  check_op({.name = "along the first dimension",
            .op = [](const TensorList& xs) { return std::get<0>(xs[0].sort(0)); },
            .inputs = {{5, 4, 2}},
            .reference =
                [](const TensorList& xs) {
                  const Tensor last = xs[0].permute({1, 2, 0}).contiguous();
                  return TensorList(reference(5, false)({last}))[0].permute({2, 0, 1}).contiguous();
                },
            .second_order = true,
            .zero_gradient = true});
}

TEST_CASE("sort is stable, NaN is the largest", "[sort]") {
  const Values values = {1, kNan, -0.0, 0, -kInf, kInf, 0, kNan, -2, 1};
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor_of({10}, values).to(dtype);
    CHECK(x.argsort().to_vector() == Values{4, 8, 2, 3, 6, 0, 9, 5, 1, 7});
    CHECK(x.argsort(0, true).to_vector() == Values{1, 7, 5, 0, 9, 2, 3, 6, 8, 4});
    CHECK(std::get<1>(x.topk(3)).to_vector() == Values{1, 7, 5});
    CHECK(std::signbit(std::get<0>(x.sort()).to_vector()[2]));  // values are as they were
  }
}

TEST_CASE("sort: all element types", "[sort]") {
  for (Dtype dtype : {kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const auto [values, positions] = tensor({3, 200, 0, 3}).to(dtype).sort();
    CHECK(values.dtype() == dtype);
    CHECK(values.to_vector() == Values{0, 3, 3, 200});
    CHECK(positions.dtype() == kInt64);
    CHECK(positions.to_vector() == Values{2, 0, 3, 1});
  }
  CHECK(tensor({-5, 3, -7}).argsort().to_vector() == Values{2, 0, 1});
  CHECK(tensor({-5, 3, -7}, kInt32).argsort(0, true).to_vector() == Values{1, 0, 2});
  CHECK(tensor({true, false, true}).argsort().to_vector() == Values{1, 0, 2});
  CHECK(std::get<0>(tensor(4.0).sort()).item<double>() == 4);
  CHECK(std::get<1>(tensor(4.0).topk(1)).item<int64_t>() == 0);
  CHECK(std::get<0>(tensor({{5, 1}, {2, 3}}).kthvalue(2)).to_vector() == Values{5, 3});
}

TEST_CASE("sort: long lines", "[sort]") {
  const Tensor x = uniform({2, 5000}, 7, -1, 1, kFloat32);
  const auto [values, positions] = x.sort();
  const Values v = values.to_vector();
  CHECK(std::is_sorted(v.begin(), v.begin() + 5000));
  CHECK(std::is_sorted(v.begin() + 5000, v.end()));
  CHECK(x.gather(1, positions).equal(values));
  CHECK(std::get<0>(x.topk(10, 1, false)).equal(values.narrow(1, 0, 10)));
}

TEST_CASE("sort: wrong arguments", "[sort]") {
  const Tensor x = zeros({2, 3});
  CHECK(message_of<ArgumentError>([&] { x.topk(4); }) ==
        "topk: k is 4; dimension 1 of the tensor [2, 3] has 3 entries, so it must be in [0, 3].");
  CHECK_THROWS_AS(x.kthvalue(0), ArgumentError);
  CHECK_THROWS_AS(x.sort(2), ArgumentError);
}
