#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/gradcheck_matchers.h>
#include <reel/core/creation.h>

using namespace reel;
using autograd::AutogradContext;
using autograd::variable_list;
using Catch::Matchers::ContainsSubstring;

namespace {

Tensor leaf(std::initializer_list<double> v) {
  return tests::tensor_of(static_cast<int64_t>(v.size()), v).requires_grad_();
}

struct Product : autograd::Function<Product> {
  static Tensor forward(AutogradContext* ctx, const Tensor& a, const Tensor& b) {
    ctx->save_for_backward({a, b});
    return a * b;
  }
  static variable_list backward(AutogradContext* ctx, variable_list dy) {
    const variable_list saved = ctx->get_saved_variables();
    return {ctx->needs_input_grad(0) ? dy[0] * saved[1] : Tensor(),
            ctx->needs_input_grad(1) ? dy[0] * saved[0] : Tensor()};
  }
};

// [function]
// Keeps its output and a number of its own.
struct Power : autograd::Function<Power> {
  struct Context : AutogradContext {
    int64_t exponent = 0;
  };
  static Tensor forward(Context* ctx, const Tensor& x, int64_t exponent) {
    ctx->exponent = exponent;
    Tensor y = x;
    for (int64_t i = 1; i < exponent; ++i) y = y * x;
    ctx->save_for_backward({x, y});
    return y;
  }
  static variable_list backward(Context* ctx, variable_list dy) {
    const variable_list saved = ctx->get_saved_variables();
    return {dy[0] * saved[1] / saved[0] * ctx->exponent, Tensor()};
  }
};
// [/function]

// Two outputs of any number of inputs.
struct SumAndFirst : autograd::Function<SumAndFirst> {
  static variable_list forward(AutogradContext* ctx, const variable_list& xs, bool materialize) {
    ctx->set_materialize_grads(materialize);
    Tensor sum = xs[0];
    for (size_t i = 1; i < xs.size(); ++i) sum = sum + xs[i];
    return {sum * 1, xs[0]};
  }
  static inline bool saw_undefined = false;
  static variable_list backward(AutogradContext*, variable_list dy) {
    saw_undefined = !dy[0].defined() || !dy[1].defined();
    for (Tensor& g : dy)
      if (!g.defined()) g = zeros({2}, kFloat64);
    return {dy[0] + dy[1], dy[0], Tensor()};
  }
};

struct DoubleInPlace : autograd::Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0] * 2}; }
};

struct Parts : autograd::Function<Parts> {
  static variable_list forward(AutogradContext* ctx, const Tensor& x) {
    const Tensor a = x * 2, b = x * 3, c = zeros({2}, kInt64);
    ctx->mark_non_differentiable({b});
    return {a, b, c};
  }
  static variable_list backward(AutogradContext*, variable_list dy) { return {dy[0] * 2}; }
};

enum class Mistake { kTooFew, kTooMany, kShape, kDtype, kNumber };

struct Mistaken : autograd::Function<Mistaken> {
  static inline Mistake mistake;
  static Tensor forward(AutogradContext*, const Tensor& x, double factor) { return x * factor; }
  static variable_list backward(AutogradContext*, variable_list dy) {
    switch (mistake) {
      case Mistake::kTooFew:
        return {dy[0]};
      case Mistake::kTooMany:
        return {dy[0], Tensor(), dy[0]};
      case Mistake::kShape:
        return {zeros({3}, kFloat64), Tensor()};
      case Mistake::kDtype:
        return {zeros({2}), Tensor()};
      default:
        return {dy[0], dy[0]};
    }
  }
};

void backward_of(const Tensor& y) { y.backward(tests::uniform(y.sizes())); }

}  // namespace

TEST_CASE("a function records its own backward", "[function]") {
  const Tensor a = leaf({1, 2, 3}), b = leaf({4, 5, 6});
  const Tensor y = Product::apply(a, b);
  CHECK(y.to_vector() == std::vector<double>{4, 10, 18});
  CHECK(std::string(y.grad_fn()->name()) == "Product");
  const auto product = [](const TensorList& x) { return Product::apply(x[0], x[1]); };
  CHECK_THAT(product, GradientsMatch({a, b}));
  CHECK_THAT(product, GradientsMatch({a, b.detach()}));
  CHECK_THAT(gradgradcheck(product, {a, b}), GradientsMatch());
}

TEST_CASE("a function that needs no gradient records nothing", "[function]") {
  CHECK(Product::apply(leaf({1}).detach(), leaf({2}).detach()).grad_fn().get() == nullptr);
  const NoGradGuard no_grad;
  CHECK_FALSE(Product::apply(leaf({1}), leaf({2})).requires_grad());
}

TEST_CASE("a typed context carries what is no tensor", "[function]") {
  const auto cube = [](const TensorList& x) { return Power::apply(x[0], 3); };
  CHECK_THAT(cube, GradientsMatch({leaf({1, -2, 3})}));
  CHECK_THAT(gradgradcheck(cube, {leaf({1, -2, 3})}), GradientsMatch());
}

TEST_CASE("a function takes and returns lists", "[function]") {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  const auto both = [](const TensorList& x) { return SumAndFirst::apply(x, true); };
  CHECK_THAT(both, GradientsMatch({a, b}));
  const variable_list ys = both({a, b});
  CHECK(ys[1].grad_fn()->name() == std::string("SumAndFirst"));
  CHECK(a.is_leaf());

  backward_of(both({a, b})[0]);
  CHECK_FALSE(SumAndFirst::saw_undefined);
  backward_of(SumAndFirst::apply(variable_list{a, b}, false)[0]);
  CHECK(SumAndFirst::saw_undefined);
}

TEST_CASE("a function may write to an argument it declares dirty", "[function]") {
  const auto doubled = [](const TensorList& x) { return DoubleInPlace::apply(x[0] * 1); };
  CHECK_THAT(doubled, GradientsMatch({leaf({1, 2})}));
  const Tensor x = leaf({1, 2}), y = x * 1;
  const uint32_t version = y.version();
  CHECK(DoubleInPlace::apply(y).is_same(y));
  CHECK(y.version() > version);
  CHECK_THROWS_WITH(DoubleInPlace::apply(x),
                    ContainsSubstring("DoubleInPlace: [2] is a leaf that requires grad"));
}

TEST_CASE("outputs that take no gradient stay off the tape", "[function]") {
  const variable_list ys = Parts::apply(leaf({1, 2}));
  CHECK(ys[0].requires_grad());
  CHECK_FALSE(ys[1].requires_grad());
  CHECK_FALSE(ys[2].requires_grad());
}

TEST_CASE("wrong gradients from a function are refused", "[function]") {
  const auto message = [](Mistake mistake) -> std::string {
    Mistaken::mistake = mistake;
    try {
      backward_of(Mistaken::apply(leaf({1, 2}), 2.0));
    } catch (const ArgumentError& e) {
      return e.what();
    }
    return "";
  };
  CHECK(message(Mistake::kTooFew) ==
        "Mistaken: backward returned 1 gradients, but forward has 2 arguments after the context; "
        "there "
        "must be one each. [an undefined Tensor() for those that take none]");
  CHECK_THAT(message(Mistake::kTooMany), ContainsSubstring("backward returned 3 gradients"));
  CHECK(message(Mistake::kShape) ==
        "Mistaken: backward returned a gradient [3] for argument 0 [2]; the shapes must be equal.");
  CHECK(message(Mistake::kDtype) ==
        "Mistaken: backward returned a gradient of float32 for argument 0 of "
        "float64; the dtypes must be equal.");
  CHECK(message(Mistake::kNumber) ==
        "Mistaken: backward returned a gradient [2] for argument 1, which is "
        "no tensor; it must be undefined there.");
}

TEST_CASE("what a function saved is guarded and freed", "[function]") {
  const Tensor a = leaf({1, 2}), b = a * 2;
  const Tensor y = Product::apply(b, b);
  b.mul_(2);
  CHECK_THROWS_WITH(backward_of(y),
                    ContainsSubstring("Product: saved input '0' [2] was modified in place"));
  const Tensor z = Product::apply(a, a);
  backward_of(z);
  CHECK_THROWS_WITH(backward_of(z), ContainsSubstring("Product: backward a second time"));
}
