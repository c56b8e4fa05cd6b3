#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

Tensor reference(const TensorList& xs, bool larger) {
  const Shape sizes = broadcast_shapes("reference", xs[0].sizes(), xs[1].sizes());
  Values y = xs[0].expand(sizes).to_vector();
  const Values b = xs[1].expand(sizes).to_vector();
  for (size_t i = 0; i < y.size(); ++i) y[i] = (y[i] > b[i]) == larger ? y[i] : b[i];
  return tensor_of(sizes, y);
}

}  // namespace

TEST_CASE("extremum: cases", "[extremum]") {
  struct Case {
    const char* name;
    Shape a, b;
  };
  for (const Case& k : {Case{"same shape", {33}, {33}}, Case{"row", {3, 5}, {5}},
                        Case{"column", {1, 4}, {3, 1}}, Case{"images", {2, 3, 4, 5}, {3, 1, 1}}})
    for (bool larger : {true, false})
      check_op({.name = std::string(k.name) + (larger ? ", maximum" : ", minimum"),
                .op =
                    [larger](const TensorList& xs) {
                      return larger ? maximum(xs[0], xs[1]) : minimum(xs[0], xs[1]);
                    },
                .inputs = {k.a, k.b},
                .reference = [larger](const TensorList& xs) { return reference(xs, larger); },
                .second_order = true});
}

TEST_CASE("extremum: equals share the gradient", "[extremum]") {
  const Tensor a = tensor_of({3}, {1, 2, 3}).requires_grad_(),
               b = tensor_of({3}, {2, 2, 2}).requires_grad_();
  const Tensor g = ones({3}, kFloat64);
  const TensorList larger = autograd::grad({maximum(a, b)}, {a, b}, {g});
  CHECK(larger[0].to_vector() == Values{0, 0.5, 1});
  CHECK(larger[1].to_vector() == Values{1, 0.5, 0});
  const TensorList smaller = autograd::grad({minimum(a, b)}, {a, b}, {g});
  CHECK(smaller[0].to_vector() == Values{1, 0.5, 0});
  CHECK(smaller[1].to_vector() == Values{0, 0.5, 1});
}

TEST_CASE("extremum: NaN wins", "[extremum]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (Dtype dtype : {kFloat32, kFloat64})
    for (int64_t n : {1, 19}) {
      const Tensor odd = full({n}, nan, dtype), one = ones({n}, dtype);
      for (const Tensor& y :
           {maximum(odd, one), maximum(one, odd), minimum(odd, one), minimum(one, odd)})
        for (double v : y.to_vector()) CHECK(std::isnan(v));
    }
}

TEST_CASE("extremum: integers", "[extremum]") {
  const Tensor a = tensor_of({3}, {-1, 5, 2}).to(kInt64), b = tensor_of({3}, {3, 3, 3}).to(kInt32);
  CHECK(maximum(a, b).dtype() == kInt64);
  CHECK(maximum(a, b).to_vector() == Values{3, 5, 3});
  CHECK(minimum(a, b).to_vector() == Values{-1, 3, 2});
}

TEST_CASE("extremum: clamp by tensors") {
  const Tensor x = tensor_of({5}, {0, 1, 2, -1, 0.5}).requires_grad_();
  const Tensor low = tensor_of({5}, {0, 0, 1, 0, 0}).requires_grad_();
  const Tensor high = tensor_of({5}, {1, 1, 1, 1, 1}).requires_grad_();
  const Tensor y = clamp(x, low, high);
  CHECK(y.to_vector() == std::vector<double>{0, 1, 1, 0, 0.5});
  const TensorList g = autograd::grad({y}, {x, low, high}, {ones_like(x)});
  CHECK(g[0].to_vector() == std::vector<double>{0.5, 0.5, 0, 0, 1});
  CHECK(g[1].to_vector() == std::vector<double>{0.5, 0, 0, 1, 0});
  CHECK(g[2].to_vector() == std::vector<double>{0, 0.5, 1, 0, 0});
  CHECK(x.clamp_min(low).equal(maximum(x, low)));
  CHECK(x.clamp_max(high).equal(minimum(x, high)));
  const Tensor over = x * 1.0;
  over.clamp_(low, high);
  CHECK(over.equal(y));
  for (const Tensor& start : {x, x.detach()}) {  // also where the bound alone has a gradient
    const Tensor a = start * 1.0, b = start * 1.0, c = start * 1.0, dy = uniform({5}, 1);
    a.clamp_min_(low);
    CHECK(a.equal(maximum(x, low)));
    CHECK(autograd::grad({a}, {low}, {dy})[0].equal(
        autograd::grad({maximum(start, low)}, {low}, {dy})[0]));
    b.clamp_max_(high);
    CHECK(b.equal(minimum(x, high)));
    CHECK(autograd::grad({b}, {high}, {dy})[0].equal(
        autograd::grad({minimum(start, high)}, {high}, {dy})[0]));
    c.clamp_(low, high);
    CHECK(autograd::grad({c}, {low}, {dy})[0].equal(
        autograd::grad({clamp(start, low, high)}, {low}, {dy})[0]));
  }
  CHECK(clamp_min(x, low).equal(maximum(x, low)));
  CHECK(clamp_max(x, high).equal(minimum(x, high)));
  CHECK(x.detach().clone().clamp_min_(0.3).equal(x.clamp_min(0.3)));
  CHECK(x.detach().clone().clamp_max_(0.3).equal(x.clamp_max(0.3)));
}
