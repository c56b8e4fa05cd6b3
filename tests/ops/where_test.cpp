#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>
#include <reel/core/random.h>

#include <limits>

#include <cmath>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

TensorList inputs_of(const Shape& c, const Shape& a, const Shape& b) {
  return {integers(c, 2, 5, kBool), uniform(a, 1), uniform(b, 2)};
}

// Broadcasting as expand does it, choice by choice.
Tensor reference(const TensorList& xs) {
  const Shape sizes = broadcast_shapes("reference", xs[0].sizes(),
                                       broadcast_shapes("reference", xs[1].sizes(), xs[2].sizes()));
  const Values c = xs[0].expand(sizes).to_vector(), a = xs[1].expand(sizes).to_vector(),
               b = xs[2].expand(sizes).to_vector();
  Values y(c.size());
  for (size_t i = 0; i < y.size(); ++i) y[i] = c[i] != 0 ? a[i] : b[i];
  return tensor_of(sizes, y);
}

}  // namespace

TEST_CASE("where: cases", "[where]") {
  struct Case {
    const char* name;
    Shape c, a, b;
  };
  const Case cases[] = {
      {"same shape", {33}, {33}, {33}},
      {"row", {3, 17}, {3, 17}, {17}},
      {"all stretch", {3, 1}, {1, 5}, {2, 1, 1}},
      {"images", {2, 3, 4, 5}, {2, 3, 4, 5}, {2, 3, 4, 5}},
      {"a mask a channel", {3, 1, 1}, {2, 3, 4, 5}, {1}},
      {"empty", {0, 3}, {0, 3}, {3}},
  };
  for (const Case& k : cases)
    check_op({.name = k.name,
              .op = [](const TensorList& xs) { return where(xs[0], xs[1], xs[2]); },
              .inputs = [k] { return inputs_of(k.c, k.a, k.b); },
              .reference = reference,
              .second_order = true});
}

TEST_CASE("where: numbers", "[where]") {
  const Tensor c = tensor_of({3}, {1, 0, 1}).to(kBool),
               x = tensor_of({3}, {5, 6, 7}).requires_grad_();
  const Tensor g = tensor_of({3}, {1, 10, 100});
  CHECK(where(c, x, 2).to_vector() == Values{5, 2, 7});
  CHECK(where(c, 2, x).to_vector() == Values{2, 6, 2});
  CHECK(where(c, 1, 2).to_vector() == Values{1, 2, 1});
  CHECK(where(c, 1, 2).dtype() == kInt64);
  CHECK(where(c, 1.0, 2).dtype() == kFloat32);
  CHECK(autograd::grad({where(c, x, 2)}, {x}, {g})[0].to_vector() == Values{1, 0, 100});
  CHECK(autograd::grad({where(c, 2, x)}, {x}, {g})[0].to_vector() == Values{0, 10, 0});
  CHECK_THROWS_AS(where(x, x, x), ArgumentError);
}

TEST_CASE("where: every dtype", "[where]") {
  const Tensor c = tensor_of({3}, {1, 0, 1}).to(kBool);
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64, kFloat32, kFloat64}) {
    const Tensor x = tensor_of({3}, {0, 1, 0}).to(dtype);
    CHECK(where(c, x, x.logical_not().to(dtype)).to_vector() == Values{0, 0, 0});
    CHECK(where(c, x, x).dtype() == dtype);
  }
}

TEST_CASE("where: masked_fill", "[where]") {
  const Tensor mask = tensor_of({3}, {1, 0, 1}).to(kBool), x = uniform({2, 3}).requires_grad_();
  const Tensor g = uniform({2, 3}, 1);
  const Values vx = x.to_vector(), vg = g.to_vector();
  CHECK(x.masked_fill(mask, 9).to_vector() == Values{9, vx[1], 9, 9, vx[4], 9});
  const Values dx{0, vg[1], 0, 0, vg[4], 0};
  CHECK(autograd::grad({x.masked_fill(mask, 9)}, {x}, {g})[0].to_vector() == dx);

  const Tensor y = x * 1.0, memory = y.detach();
  y.masked_fill_(mask, 9);
  CHECK(memory.to_vector() == Values{9, vx[1], 9, 9, vx[4], 9});
  CHECK(autograd::grad({y}, {x}, {g})[0].to_vector() == dx);

  const Tensor held = to_channels_last(uniform({2, 3, 4, 5}));
  const Values before = held.to_vector();
  held.masked_fill_(held < 0, 0);
  for (size_t i = 0; i < before.size(); ++i)
    CHECK(held.to_vector()[i] == (before[i] < 0 ? 0 : before[i]));

  CHECK_THROWS_AS(x.masked_fill_(mask, 0), GraphError);
  CHECK_THROWS_AS(x.masked_fill(x, 0), ArgumentError);
  CHECK_THROWS_AS(uniform({3}).masked_fill_(integers({2, 3}, 2, 0, kBool), 0), ArgumentError);
  CHECK_THROWS_AS(integers({3}, 2).masked_fill(mask, 0.5), ArgumentError);
}

TEST_CASE("where: nan_to_num") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = tensor_of({4}, {std::nan(""), inf, -inf, 3}).requires_grad_();
  const double largest = std::numeric_limits<double>::max();
  CHECK(nan_to_num(x).to_vector() == std::vector<double>{0, largest, -largest, 3});
  CHECK(x.nan_to_num(1, 2, -2).to_vector() == std::vector<double>{1, 2, -2, 3});
  CHECK(x.to(kFloat32).nan_to_num().to_vector()[1] == std::numeric_limits<float>::max());
  CHECK(autograd::grad({nan_to_num(x)}, {x}, {ones_like(x)})[0].to_vector() ==
        std::vector<double>{0, 0, 0, 1});
  const Tensor over = x.detach().clone();
  over.nan_to_num_(7);
  CHECK(over.equal(x.nan_to_num(7)));
  CHECK(nan_to_num(ones({2}, kInt32)).equal(ones({2}, kInt32)));
}
