#include <reel/autograd/engine.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/ops/numbers.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

TEST_CASE("copy: clone has its own memory and the same layout", "[copy]") {
  const Tensor x = numbers({2, 3, 4, 5}), held = held_copy(x);
  const Tensor y = x.clone();
  y.zero_();
  CHECK(x.to_vector() != y.to_vector());
  CHECK(is_held(held.clone()));
  CHECK(held.clone().to_vector() == x.to_vector());
  CHECK(strided_copy(x).clone().to_vector() == x.to_vector());
}

TEST_CASE("copy: contiguous", "[copy]") {
  const Tensor x = numbers({2, 3, 4, 5});
  CHECK(x.contiguous().is_same(x));
  const Tensor held = held_copy(x);
  CHECK(held.contiguous().is_same(held));
  CHECK_FALSE(is_held(held));
  CHECK(strided_copy(x).contiguous().to_vector() == x.to_vector());
  CHECK(strided_copy(x).contiguous().is_contiguous());

  for (const Tensor& from : {x, held_copy(x), strided_copy(x)}) {
    const Tensor last = from.contiguous(MemoryFormat::kChannelsLast);
    CHECK_FALSE(is_held(last));
    CHECK(last.strides() == channels_last_strides(x.sizes()));
    CHECK(last.to_vector() == x.to_vector());
    CHECK(last.contiguous(MemoryFormat::kChannelsLast).is_same(last));
  }
  CHECK_THROWS_AS(numbers({2, 3}).contiguous(MemoryFormat::kChannelsLast), ArgumentError);
}

TEST_CASE("copy: to another dtype", "[copy]") {
  const Tensor x = tensor_of({-1.5, 0, 2.75}, {3}, kFloat32);
  CHECK(x.to(kFloat32).is_same(x));
  CHECK(x.to(kInt64).to_vector() == Values{-1, 0, 2});
  CHECK(x.to(kBool).to_vector() == Values{1, 0, 1});
  x.requires_grad_();
  CHECK_FALSE(x.to(kInt32).requires_grad());
  x.to(kFloat64).backward(tensor_of({1, 2, 3}, {3}));
  CHECK(x.grad().dtype() == kFloat32);
  CHECK(x.grad().to_vector() == Values{1, 2, 3});
}

TEST_CASE("copy: the gradient of copies", "[copy]") {
  const Tensor x = numbers({2, 3}).requires_grad_(), row = numbers({3}).requires_grad_();
  const Tensor g = numbers({2, 3}, kFloat64, 0, 1);
  CHECK(autograd::grad({x.clone()}, {x}, {g})[0].to_vector() == g.to_vector());

  const Tensor y = x.clone();
  y.copy_(row);
  const TensorList grads = autograd::grad({y}, {x, row}, {g});
  CHECK(grads[0].to_vector() == Values(6, 0));
  const Values vg = g.to_vector();
  CHECK(grads[1].to_vector() == Values{vg[0] + vg[3], vg[1] + vg[4], vg[2] + vg[5]});

  const Tensor filled = x.clone();
  filled.fill_(7);
  CHECK(filled.to_vector() == Values(6, 7));
  CHECK(autograd::grad({filled}, {x}, {g})[0].to_vector() == Values(6, 0));
}

TEST_CASE("copy: into and from other layouts and dtypes", "[copy]") {
  const Tensor x = numbers({2, 3, 4, 5});
  const Tensor held = held_copy(zeros({2, 3, 4, 5}, kFloat64)),
               strided = strided_copy(zeros_like(x));
  held.copy_(x);
  strided.copy_(held);
  CHECK(strided.to_vector() == x.to_vector());
  const Tensor single = zeros({2, 3, 4, 5}, kFloat32);
  single.copy_(strided);
  CHECK(single.to_vector() == x.to(kFloat32).to_vector());

  const Tensor square = numbers({3, 3});
  const Values before = square.to_vector();
  square.copy_(alias(square, {3, 3}, {1, 3}, 0));
  for (size_t i = 0; i < 9; ++i) CHECK(square.to_vector()[i] == before[i % 3 * 3 + i / 3]);

  strided.fill_(2);
  CHECK(strided.to_vector() == Values(120, 2));
  held.zero_();
  CHECK(held.to_vector() == Values(120, 0));
}

TEST_CASE("copy: what can not be written", "[copy]") {
  CHECK_THROWS_AS(numbers({3}).copy_(numbers({2, 3})), ArgumentError);
  CHECK_THROWS_AS(numbers({3}).requires_grad_().fill_(0), GraphError);
  CHECK_THROWS_AS(alias(numbers({3}), {2, 3}, {0, 1}, 0).fill_(0), ArgumentError);
}

TEST_CASE("copy: floating-point numbers that an integer type does not hold", "[copy]") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const Values odd = {nan, inf, -inf, 1e20, -1e20, 3e9, -3e9, 300.9, -1.5, 2.5};
  const double most = 0x1p63, least = -0x1p63;  // nearest to INT64_MAX as a double
  for (Dtype from : {kFloat32, kFloat64}) {
    INFO(from);
    const double far = tensor_of({3e9}, {1}, from).item<double>();
    for (const int64_t repeats : {1, 7}) {  // a row of vectors as well as single elements
      const Tensor x = tensor_of(odd, {10}, from).repeat(repeats);
      const auto tiled = [&](const Values& once) {
        Values all;
        for (int64_t i = 0; i < repeats; ++i) all.insert(all.end(), once.begin(), once.end());
        return all;
      };
      CHECK(x.to(kInt64).to_vector() ==
            tiled({0, most, least, most, least, far, -far, 300, -1, 2}));
      CHECK(x.to(kInt32).to_vector() == tiled({0, INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN,
                                               INT32_MAX, INT32_MIN, 300, -1, 2}));
      CHECK(x.to(kUInt8).to_vector() == tiled({0, 255, 0, 255, 0, 0, 0, 44, 255, 2}));
      CHECK(x.to(kInt8).to_vector() == x.to(kInt64).to(kInt8).to_vector());
      CHECK(x.to(kBool).to_vector() == Values(odd.size() * static_cast<size_t>(repeats), 1));
    }
    for (size_t i = 0; i < odd.size(); ++i) {
      const Tensor one = tensor_of({odd[i]}, {1}, from);
      CHECK(one.to(kInt64).item<int64_t>() == one.item().to<int64_t>());
      CHECK(one.to(kInt32).item<int32_t>() == one.item().to<int32_t>());
    }
  }
}
