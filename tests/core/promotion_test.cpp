// In which dtype operands meet: kinds (bool < integer < floating) first, then tensors with
// dimensions over tensors without over numbers.

#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

constexpr Dtype kAll[] = {kBool, kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat32, kFloat64};

int kind_of(Dtype d) { return d == kBool ? 0 : is_floating_point(d) ? 2 : 1; }

Dtype later(Dtype a, Dtype b) {
  if ((a == kUInt8 && b == kInt8) || (a == kInt8 && b == kUInt8)) return kInt16;
  for (Dtype d : kAll) {
    if (d == a) return b;
    if (d == b) return a;
  }
  return a;
}

}  // namespace

TEST_CASE("promotion: tensors with and without dimensions") {
  for (Dtype a : kAll)
    for (Dtype b : kAll) {
      INFO(name_of(a) << " and " << name_of(b));
      const Tensor with = ones({2}, a), without = ones({}, b);
      CHECK(result_type(with, ones({1}, b)) == later(a, b));
      CHECK(result_type(ones({}, a), without) == later(a, b));
      const Dtype mixed = kind_of(b) > kind_of(a) ? b : a;
      CHECK(result_type(with, without) == mixed);
      CHECK(result_type(without, with) == mixed);
    }
}

TEST_CASE("promotion: numbers") {
  for (Dtype a : kAll)
    for (const Shape& sizes : {Shape{}, Shape{2}}) {
      INFO(name_of(a));
      const Tensor x = ones(sizes, a);
      CHECK(result_type(x, true) == a);
      CHECK(result_type(x, 1) == (a == kBool ? kInt64 : a));
      CHECK(result_type(x, 0.5) == (is_floating_point(a) ? a : kFloat32));
      CHECK((x + 1).dtype() == result_type(x, 1));
      CHECK((0.5 * x).dtype() == result_type(x, 0.5));
      CHECK((x / 2).dtype() == result_type(x, 0.5));
      CHECK((2 / x).dtype() == result_type(x, 0.5));
    }
}

TEST_CASE("promotion: every operation follows it") {
  const Tensor i = ones({2}, kInt32), l = ones({}, kInt64), f = ones({2}), d = ones({}, kFloat64);
  const Tensor b = ones({2}, kBool);
  CHECK((i + l).dtype() == kInt32);
  CHECK((l - i).dtype() == kInt32);
  CHECK((f * d).dtype() == kFloat32);
  CHECK((d / f).dtype() == kFloat32);
  CHECK((i / l).dtype() == kFloat32);
  CHECK((i * d).dtype() == kFloat64);
  CHECK((b + i).dtype() == kInt32);
  CHECK(maximum(i, l).dtype() == kInt32);
  CHECK(where(b, f, d).dtype() == kFloat32);
  CHECK(pow(i, l).dtype() == kInt32);
  CHECK(pow(f, d).dtype() == kFloat32);
  CHECK(pow(2, i).dtype() == kInt32);
  CHECK(pow(0.5, i).dtype() == kFloat32);
  CHECK((i % l).dtype() == kInt32);
  CHECK((i & l).dtype() == kInt32);
  CHECK((b + b).dtype() == kBool);
  CHECK(i.sum().dtype() == kInt64);
  CHECK(i.sum(kFloat64).dtype() == kFloat64);
  CHECK(i.mean(kFloat32).item<float>() == 1);
  CHECK(i.sum(0, true, kFloat32).sizes() == Shape{1});
  CHECK((f == d).dtype() == kBool);
  CHECK((tensor_of({2}, {0, 1}).to(kInt32) < 0.5).to_vector() == Values{1, 0});
}

TEST_CASE("promotion: in place the result must be castable") {
  for (Dtype to : kAll)
    for (Dtype from : kAll) {
      INFO(name_of(from) << " into " << name_of(to));
      const Tensor x = ones({2}, to), y = ones({2}, from);
      const bool fits = kind_of(from) <= kind_of(to);
      CHECK(can_cast(result_type(x, y), to) == fits);
      if (fits) {
        CHECK(x.mul_(y).dtype() == to);
        CHECK(x.pow_(y).dtype() == to);
        CHECK(x.to_vector() == Values{1, 1});
      } else {
        CHECK_THROWS_AS(x.mul_(y), ArgumentError);
        CHECK_THROWS_AS(x.pow_(y), ArgumentError);
      }
    }
  CHECK_THROWS_AS(ones({2}, kInt32).div_(2), ArgumentError);
  CHECK_THROWS_AS(ones({2}, kBool).add_(1), ArgumentError);
}

TEST_CASE("promotion: integer powers are integers") {
  const Tensor i = tensor_of({3}, {-2, 0, 3}).to(kInt32);
  CHECK(i.pow(3).dtype() == kInt32);
  CHECK(i.pow(3).to_vector() == Values{-8, 0, 27});
  CHECK(i.pow(0.5).dtype() == kFloat32);
  CHECK(pow(2, tensor_of({3}, {0, 1, 10}).to(kInt64)).to_vector() == Values{1, 2, 1024});
  CHECK_THROWS_AS(i.pow(-1), ArgumentError);
  CHECK_THROWS_AS(pow(i, tensor_of({3}, {1, -1, 1}).to(kInt32)), ArgumentError);
  const Tensor x = tensor_of({3}, {0, 1, -1});
  CHECK(pow(2, x).to_vector() == Values{1, 2, 0.5});
  i.pow_(2);
  CHECK(i.to_vector() == Values{4, 0, 9});
}
