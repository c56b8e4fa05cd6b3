#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/core/creation.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

Tensor reference(const TensorList& xs) {
  const Shape sizes = broadcast_shapes("reference", xs[0].sizes(), xs[1].sizes());
  Values y = xs[0].expand(sizes).to_vector();
  const Values b = xs[1].expand(sizes).to_vector();
  for (size_t i = 0; i < y.size(); ++i) y[i] = std::pow(y[i], b[i]);
  return tensor_of(sizes, y);
}

}  // namespace

TEST_CASE("power: cases", "[power]") {
  struct Case {
    const char* name;
    Shape a, b;
  };
  for (const Case& k :
       {Case{"same shape", {17}, {17}}, Case{"row", {3, 5}, {5}}, Case{"column", {1, 4}, {3, 1}}})
    check_op({.name = k.name,
              .op = [](const TensorList& xs) { return pow(xs[0], xs[1]); },
              .inputs =
                  [k] {
                    return TensorList{uniform(k.a, 1, 0.3, 3), uniform(k.b, 2, -2, 2)};
                  },
              .reference = reference,
              .second_order = true});
}

TEST_CASE("power: at zero", "[power]") {
  const Tensor a = tensor_of({4}, {0, 0, 0, -2}).requires_grad_(),
               b = tensor_of({4}, {0, 1, 2, 3}).requires_grad_();
  const Tensor y = pow(a, b);
  CHECK(y.to_vector() == Values{1, 0, 0, -8});
  const TensorList grads = autograd::grad({y}, {a, b}, {ones({4}, kFloat64)});
  CHECK(grads[0].to_vector() == Values{0, 1, 0, 12});
  const Values db = grads[1].to_vector();
  CHECK((db[0] == 0 && db[1] == 0 && db[2] == 0));
  CHECK(std::isnan(db[3]));  // no real derivative
}

TEST_CASE("power: of integers an integer", "[power]") {
  const Tensor a = integers({4}, 5), b = integers({4}, 3, 1), y = pow(a, b);
  CHECK(y.dtype() == kInt64);
  CHECK(y.to(kFloat64).equal(pow(a.to(kFloat64), b.to(kFloat64))));
}
