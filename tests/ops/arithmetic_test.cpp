#include <reel/autograd/engine.h>
#include <reel/autograd/grad_mode.h>
#include <reel/core/isa.h>
#include <reel/core/parallel.h>

#include "tests/catch.h"
#include "tests/ops/numbers.h"

using namespace reel;
using namespace reel::tests;
using Values = std::vector<double>;

namespace {

enum class Op { kAdd, kSub, kMul, kDiv };

double apply(Op op, double a, double b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSub:
      return a - b;
    case Op::kMul:
      return a * b;
    default:
      return a / b;
  }
}

Tensor apply(Op op, const Tensor& a, const Tensor& b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSub:
      return a - b;
    case Op::kMul:
      return a * b;
    default:
      return a / b;
  }
}

// The plain reference: walks the broadcast shape index by index.
Values reference(Op op, const Tensor& a, const Tensor& b) {
  const Shape sizes = broadcast_shapes("reference", a.sizes(), b.sizes());
  const Values va = a.to_vector(), vb = b.to_vector();
  Values y(static_cast<size_t>(numel_of(sizes)));
  for (size_t i = 0; i < y.size(); ++i) {
    auto at = [&](const Tensor& x) {
      size_t rest = i, place = 0, step = 1;
      for (size_t d = sizes.size(); d-- > 0;) {
        const size_t index = rest % static_cast<size_t>(sizes[d]);
        rest /= static_cast<size_t>(sizes[d]);
        const size_t lead = sizes.size() - x.sizes().size();
        if (d < lead) continue;
        const auto size = static_cast<size_t>(x.sizes()[d - lead]);
        if (size != 1) place += index * step;
        step *= size;
      }
      return place;
    };
    y[i] = apply(op, va[at(a)], vb[at(b)]);
  }
  return y;
}

void check_close(const Tensor& y, const Values& wanted, double tolerance) {
  const Values values = y.to_vector();
  REQUIRE(values.size() == wanted.size());
  for (size_t i = 0; i < values.size(); ++i)
    CHECK(values[i] == Catch::Approx(wanted[i]).epsilon(tolerance).margin(tolerance));
}

}  // namespace

TEST_CASE("arithmetic: forward over shapes, layouts and levels", "[arithmetic]") {
  struct Case {
    Shape a, b;
  };
  std::vector<Case> cases = {{{3, 4}, {4}},
                             {{2, 1, 4}, {3, 1}},
                             {{}, {2, 3}},
                             {{1}, {1, 1, 1}},
                             {{0, 3}, {1, 3}},
                             {{5, 1}, {5, 7}},
                             {{2, 3, 4, 5}, {3, 1, 1}},
                             {{2, 3, 4, 5}, {1}},
                             {{4, 33}, {4, 33}}};
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33}) cases.push_back({{n}, {n}});
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    const Isa before = active_isa();
    set_isa(isa);
    for (Dtype dtype : {kFloat32, kFloat64})
      for (const Case& c : cases)
        for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv}) {
          const Tensor a = numbers(c.a, dtype), b = numbers(c.b, dtype, 0.5, 3);
          const Values wanted = reference(op, a, b);
          const double tolerance = dtype == kFloat32 ? 1e-6 : 1e-14;
          check_close(apply(op, a, b), wanted, tolerance);
          check_close(apply(op, strided_copy(a), b), wanted, tolerance);
          check_close(apply(op, a, strided_copy(b)), wanted, tolerance);
          if (c.a.size() >= 3) check_close(apply(op, held_copy(a), b), wanted, tolerance);
          if (c.b.size() >= 3) check_close(apply(op, a, held_copy(b)), wanted, tolerance);
        }
    set_isa(before);
  }
}

TEST_CASE("arithmetic: gradients of broadcast operands", "[arithmetic]") {
  const Tensor a = numbers({2, 3}), b = numbers({3}, kFloat64, 1, 2),
               g = numbers({2, 3}, kFloat64, -1, 1);
  a.requires_grad_();
  b.requires_grad_();
  const Values va = a.to_vector(), vb = b.to_vector(), vg = g.to_vector();
  for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv}) {
    const TensorList grads = autograd::grad({apply(op, a, b)}, {a, b}, {g});
    Values da(6), db(3);
    for (size_t i = 0; i < 6; ++i) {
      const double x = va[i], y = vb[i % 3];
      const double by_a[] = {1, 1, y, 1 / y}, by_b[] = {1, -1, x, -x / (y * y)};
      da[i] = vg[i] * by_a[static_cast<int>(op)];
      db[i % 3] += vg[i] * by_b[static_cast<int>(op)];
    }
    check_close(grads[0], da, 1e-13);
    check_close(grads[1], db, 1e-13);
  }
}

TEST_CASE("arithmetic: gradients of gradients", "[arithmetic]") {
  const Tensor x = tensor_of({0.5, 2, -3}, {3}).requires_grad_();
  const Tensor y = x * x * x / (x + 1.0);
  const Tensor dx = autograd::grad({y}, {x}, {ones({3}, kFloat64)}, true, true)[0];
  const Tensor ddx = autograd::grad({dx}, {x}, {ones({3}, kFloat64)})[0];
  for (size_t i = 0; i < 3; ++i) {
    const double v = x.to_vector()[i], w = v + 1;
    CHECK(dx.to_vector()[i] == Catch::Approx((2 * v * v * v + 3 * v * v) / (w * w)));
    CHECK(ddx.to_vector()[i] == Catch::Approx((2 * v * v * v + 6 * v * v + 6 * v) / (w * w * w)));
  }
}

TEST_CASE("arithmetic: with numbers", "[arithmetic]") {
  const Tensor x = tensor_of({1, 2, 4}, {3});
  x.requires_grad_();
  const Tensor g = tensor_of({1, 10, 100}, {3});
  struct Case {
    Tensor y;
    Values wanted, dx;
  };
  const Case cases[] = {{x + 3.0, {4, 5, 7}, {1, 10, 100}}, {x - 3, {-2, -1, 1}, {1, 10, 100}},
                        {x * 2, {2, 4, 8}, {2, 20, 200}},   {x / 2, {0.5, 1, 2}, {0.5, 5, 50}},
                        {3 + x, {4, 5, 7}, {1, 10, 100}},   {3 - x, {2, 1, -1}, {-1, -10, -100}},
                        {2 * x, {2, 4, 8}, {2, 20, 200}},   {8 / x, {8, 4, 2}, {-8, -20, -50}},
                        {-x, {-1, -2, -4}, {-1, -10, -100}}};
  for (const Case& c : cases) {
    CHECK(c.y.to_vector() == c.wanted);
    CHECK(autograd::grad({c.y}, {x}, {g})[0].to_vector() == c.dx);
  }
  const Tensor other = numbers({3}).requires_grad_();
  CHECK(autograd::grad({x.add(other, 2)}, {other}, {g})[0].to_vector() == Values{2, 20, 200});
  CHECK(autograd::grad({x.sub(other, 2)}, {other}, {g})[0].to_vector() == Values{-2, -20, -200});
}

TEST_CASE("arithmetic: the smallest integer as a number to subtract", "[arithmetic]") {
  const Tensor x = tensor_of({0, 5}, {2}, kInt64), one = ones({2}, kInt64);
  CHECK(x.sub(one, INT64_MIN).equal(x.add(one, INT64_MIN)));
  CHECK((x - INT64_MIN).equal(x.add(one, INT64_MIN)));
}

TEST_CASE("arithmetic: promotion of dtypes", "[arithmetic]") {
  const Tensor i = tensor_of({1, 2, 3}, {3}, kInt64), b = tensor_of({0, 1, 1}, {3}, kBool);
  CHECK((i + 1).dtype() == kInt64);
  CHECK((i + 0.5).dtype() == kFloat32);
  CHECK((i + 0.5).to_vector() == Values{1.5, 2.5, 3.5});
  CHECK((i / i).dtype() == kFloat32);
  CHECK((i / 2).to_vector() == Values{0.5, 1, 1.5});
  CHECK((i + b).to_vector() == Values{1, 3, 4});
  CHECK((b + b).to_vector() == Values{0, 1, 1});
  CHECK((b * 2).dtype() == kInt64);
  CHECK_THROWS_AS(b - b, ArgumentError);
  CHECK_THROWS_AS(i.add(i, 0.5), ArgumentError);

  const Tensor f = numbers({3}, kFloat32).requires_grad_(),
               d = numbers({3}, kFloat64).requires_grad_();
  const Tensor y = f * d;
  CHECK(y.dtype() == kFloat64);
  y.backward(ones({3}, kFloat64));
  CHECK(f.grad().dtype() == kFloat32);
  CHECK(d.grad().dtype() == kFloat64);
}

TEST_CASE("arithmetic: in place", "[arithmetic]") {
  const Tensor a = numbers({2, 3}).requires_grad_(),
               b = numbers({3}, kFloat64, 1, 2).requires_grad_();
  const Tensor g = numbers({2, 3}, kFloat64, -1, 1);
  for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv}) {
    const Tensor x = a * 1.0, view = x.detach();
    switch (op) {
      case Op::kAdd:
        x.add_(b);
        break;
      case Op::kSub:
        x.sub_(b);
        break;
      case Op::kMul:
        x.mul_(b);
        break;
      case Op::kDiv:
        x.div_(b);
        break;
    }
    CHECK(view.to_vector() == apply(op, a, b).to_vector());
    const TensorList grads = autograd::grad({x}, {a, b}, {g});
    const TensorList wanted = autograd::grad({apply(op, a, b)}, {a, b}, {g});
    CHECK(grads[0].to_vector() == wanted[0].to_vector());
    CHECK(grads[1].to_vector() == wanted[1].to_vector());
  }
  SECTION("an operand that is the tensor itself") {
    const Tensor x = a * 1.0;
    x.mul_(x);
    CHECK(autograd::grad({x}, {a}, {g})[0].to_vector() == (a * 2 * g).to_vector());
  }
  SECTION("numbers") {
    const Tensor x = a * 1.0;
    x.add_(1).sub_(3).mul_(4).div_(8);
    CHECK(autograd::grad({x}, {a}, {g})[0].to_vector() == (g / 2).to_vector());
    const Tensor strided = strided_copy(a.detach());
    strided.mul_(2);
    CHECK(strided.to_vector() == (a * 2).to_vector());
  }
  SECTION("a saved operand that was changed is noticed") {
    const Tensor c = b * 1.0, y = a * c;
    c.add_(1);
    CHECK_THROWS_AS(y.backward(g), GraphError);
  }
  SECTION("what can not be written") {
    CHECK_THROWS_AS(a.add_(1), GraphError);
    CHECK_THROWS_AS(numbers({3}).add_(numbers({2, 3})), ArgumentError);
    CHECK_THROWS_AS(numbers({3}, kInt64).add_(numbers({3})), ArgumentError);
    CHECK_THROWS_AS(numbers({3}, kInt64).mul_(0.5), ArgumentError);
    CHECK_THROWS_AS(numbers({3}, kInt64).div_(2), ArgumentError);
  }
}

TEST_CASE("arithmetic: layout is passed on", "[arithmetic]") {
  const Tensor x = held_copy(numbers({2, 3, 4, 5}));
  CHECK(is_held(x + x));
  CHECK(is_held(x * 2));
  CHECK(is_held(x + numbers({3, 1, 1})));
  CHECK(is_held(numbers({1}) * x));
}

TEST_CASE("arithmetic: any number of threads gives the same bits", "[arithmetic]") {
  const int before = num_threads();
  const Tensor a = numbers({300, 400}, kFloat32), b = numbers({400}, kFloat32, 0.5, 1);
  std::vector<Values> results;
  for (int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const Tensor x = a.detach().requires_grad_(), w = b.detach().requires_grad_();
    const Tensor y = x / w;
    y.backward(a);
    Values all = y.to_vector();
    for (double v : w.grad().to_vector()) all.push_back(v);
    results.push_back(all);
  }
  set_num_threads(before);
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}
