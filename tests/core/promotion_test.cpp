// In which dtype operands meet: kinds (bool < integer < floating) first, then tensors with
// dimensions over tensors without over numbers.

#include <reel/autograd/ops.h>
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

TEST_CASE("promotion: bytes without a sign") {
  const Tensor u = tensor_of({5}, {0, 1, 127, 128, 255}).to(kUInt8);
  CHECK(u.abs().equal(u));
  CHECK(u.clamp(-1, 100).to_vector() == Values{0, 1, 100, 100, 100});
  CHECK(u.clamp(0, 300).equal(u));
  CHECK(u.clamp_min(-1).equal(u));
  CHECK(u.clamp_max(300).equal(u));
  CHECK(u.clamp_max(-5).to_vector() == Values(5, 0));
  CHECK_THROWS_AS(u.pow(-1), ArgumentError);
  CHECK(u.bitwise_not().to_vector() == Values{255, 254, 128, 127, 0});
  const Tensor i = tensor({1, 100}).to(kInt32);
  CHECK(i.clamp(0, int64_t{1} << 40).equal(i));
}

TEST_CASE("promotion: products that are added have the type of the sum") {
  const Tensor bytes = tensor_of({2}, {200, 100}).to(kUInt8);
  CHECK(addcmul(zeros({2}), bytes, bytes).to_vector() == Values{40000, 10000});
  CHECK(addcmul(zeros({2}, kInt32), bytes, bytes, 2).to_vector() == Values{80000, 20000});
  const Tensor sum = zeros({2}, kInt64);
  sum.addcmul_(bytes, bytes);
  CHECK(sum.to_vector() == Values{40000, 10000});
}

TEST_CASE("promotion: numbers that an integer type does not hold") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(full({2}, 300, kUInt8), ArgumentError);
  CHECK_THROWS_AS(full({2}, -1, kUInt8), ArgumentError);
  CHECK_THROWS_AS(full({2}, nan, kInt64), ArgumentError);
  CHECK_THROWS_AS(full({2}, 1e19, kInt64), ArgumentError);
  CHECK_THROWS_AS(zeros({2}, kInt16).masked_fill(ones({2}, kBool), 40000), ArgumentError);
  CHECK(full({2}, -1.9, kInt8).to_vector() == Values{-1, -1});
  CHECK(full({1}, 255.9, kUInt8).to_vector() == Values{255});
  CHECK(full({1}, 300, kBool).to_vector() == Values{1});
  CHECK_THROWS_AS(full({}, 3e9, kFloat64).item<int>(), ArgumentError);
  CHECK_THROWS_AS(full({}, nan, kFloat64).item<int64_t>(), ArgumentError);
  CHECK_THROWS_AS(full({}, 300, kInt64).item<uint8_t>(), ArgumentError);
  CHECK(full({}, -3.7, kFloat64).item<int>() == -3);
  CHECK(full({}, 300, kInt64).item<bool>());
}

TEST_CASE("promotion: full takes the type of its number") {
  CHECK(full({2}, 1).dtype() == kInt64);
  CHECK(full({2}, true).dtype() == kBool);
  CHECK(full({2}, 1.0).dtype() == kFloat32);
  CHECK(full({2}, 1, kFloat64).dtype() == kFloat64);
  CHECK(zeros({2}).dtype() == kFloat32);
  CHECK(ones({2}).dtype() == kFloat32);
}
