#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

#include "tests/catch.h"

using namespace reel;
using namespace reel::autograd;

namespace {

struct Weighted : Function<Weighted> {
  static Tensor forward(AutogradContext* ctx, const Tensor& a, const Tensor& b, double factor) {
    ctx->saved_data["factor"] = factor;
    ctx->saved_data["twice"] = true;
    ctx->saved_data["name"] = "weighted";
    ctx->saved_data["sizes"] = a.sizes().vec();
    ctx->saved_data["ones"] = ones(a.sizes());
    return a * factor + b;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    auto& data = ctx->saved_data;
    CHECK(data["twice"].toBool());
    CHECK(data["name"].toStringRef() == "weighted");
    CHECK(data["sizes"].toIntVector() == std::vector<int64_t>{2});
    CHECK(data["factor"].toInt() == 3);
    CHECK_THROWS_AS(data["factor"].toTensor(), ArgumentError);
    CHECK_THROWS_AS(data["missing"].toDouble(), ArgumentError);
    needed = {ctx->needs_input_grad({{0, 1}}), ctx->needs_input_grad({{1, 2}}),
              ctx->needs_input_grad({{0, 2}})};
    return {dy[0] * data["ones"].toTensor() * data["factor"].toDouble(), dy[0], Tensor()};
  }
  static inline std::vector<bool> needed;
};

}  // namespace

TEST_CASE("a function keeps values by name", "[function]") {
  const Tensor a = ones({2}, requires_grad()), b = ones({2});
  Weighted::apply(a, b, 3.0).sum().backward();
  CHECK(a.grad().to_vector() == std::vector<double>{3, 3});
  CHECK(Weighted::needed == std::vector<bool>{true, false, true});
}

TEST_CASE("an undefined gradient reaches nobody", "[function]") {
  const Tensor x = ones({2}, requires_grad());
  int calls = 0;
  const Tensor y = x * 2;
  y.register_hook([&](const Tensor& g) {
    ++calls;
    return g;
  });
  const Tensor z = UndefinedGrad().apply({y})[0];
  CHECK(z.requires_grad());
  z.sum().backward();
  CHECK(calls == 0);
  CHECK_FALSE(x.grad().defined());
}
