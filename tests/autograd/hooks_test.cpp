#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/core/creation.h>

using namespace reel;

namespace {

using Values = std::vector<double>;

Tensor leaf(double v) { return tests::tensor_of({1}, {v}).requires_grad_(); }

}  // namespace

TEST_CASE("hooks: see the complete gradient", "[hooks]") {
  const Tensor x = leaf(2), y = x * x;
  Values seen;
  y.register_hook([&](const Tensor& g) {
    seen.push_back(g.item<double>());
    return Tensor();
  });
  x.register_hook([&](const Tensor& g) {
    seen.push_back(g.item<double>());
    return Tensor();
  });
  (y * 3 + y * 4).backward();
  CHECK(seen == Values{7, 28});
  CHECK(x.grad().to_vector() == Values{28});
}

TEST_CASE("hooks: replace the gradient, in the order of registration", "[hooks]") {
  const Tensor x = leaf(1), y = x * 1;
  y.register_hook([](const Tensor& g) { return g * 10; });
  y.register_hook([](const Tensor& g) { return g + 1; });
  y.retain_grad();
  y.backward();
  CHECK(x.grad().to_vector() == Values{11});
  CHECK(y.grad().to_vector() == Values{11});
  y.register_hook([](const Tensor&) { return tests::tensor_of({2}, {1, 1}); });
  CHECK(message_of<ArgumentError>([&] { (y * 1).backward(); }) ==
        "hook: it returned a gradient [2] for one of shape [1]; the shape must stay.");
}

TEST_CASE("hooks: are removed by their handle, even while they run", "[hooks]") {
  const Tensor x = leaf(1);
  int first = 0, second = 0;
  uint32_t handle = 0;
  handle = x.register_hook([&](const Tensor&) {
    ++first;
    x.remove_hook(handle);
    return Tensor();
  });
  x.register_hook([&](const Tensor&) {
    ++second;
    return Tensor();
  });
  for (int i = 0; i < 3; ++i) (x * 2).backward();
  CHECK(first == 1);
  CHECK(second == 3);
  x.remove_hook(12345678);
}

TEST_CASE("hooks: one registered while hooks run is called from the next time on", "[hooks]") {
  const Tensor x = leaf(1);
  int calls = 0;
  const auto count = [&](const Tensor&) {
    ++calls;
    return Tensor();
  };
  x.register_hook([&](const Tensor&) {
    if (calls == 0) x.register_hook(count);
    return Tensor();
  });
  (x * 2).backward();
  CHECK(calls == 0);
  (x * 2).backward();
  CHECK(calls == 1);
}

TEST_CASE("hooks: need a tensor that requires grad", "[hooks]") {
  CHECK(message_of<GraphError>([] {
          zeros({2}).register_hook([](const Tensor& g) { return g; });
        }) == "register_hook: [2] does not require grad; no gradient will come.");
}

TEST_CASE("hooks: one that returns nothing looks on", "[hooks]") {
  const Tensor x = ones({3}).requires_grad_(), y = x * 2;
  double seen = 0;
  y.register_hook([&](const Tensor& g) { seen = g.sum().item<double>(); });
  y.sum().backward();
  CHECK(seen == 3);
  CHECK(x.grad().to_vector() == std::vector<double>{2, 2, 2});
}

TEST_CASE("hooks: another dtype is refused", "[hooks]") {
  const Tensor x = ones({3}).requires_grad_(), y = x.tanh();
  y.register_hook([](const Tensor& g) { return g.to(kFloat64); });
  CHECK_THROWS_AS(y.sum().backward(), ArgumentError);
}
