// Long graphs, several threads, and memory.

#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>

#include <chrono>
#include <thread>

using namespace reel;

namespace {

using Values = std::vector<double>;

Tensor leaf(std::initializer_list<double> v) {
  return tests::tensor_of(static_cast<int64_t>(v.size()), v).requires_grad_();
}

// A two-layer model's step in operations of the tape alone.
struct Model {
  Tensor w = tests::uniform({8, 4}, 1).requires_grad_(),
         b = tests::uniform({4}, 2).requires_grad_();
  double step(const Tensor& x) {
    const Tensor h = (x.unsqueeze(-1) * w).sum(IntArrayRef(1)) + b;
    const Tensor loss = (h * h).mean();
    w.mutable_grad() = b.mutable_grad() = Tensor();
    loss.backward();
    const NoGradGuard no_grad;
    w.sub_(w.grad(), 0.1);
    b.sub_(b.grad(), 0.1);
    return loss.item<double>();
  }
};

double train(int steps) {
  Model model;
  double loss = 0;
  for (int i = 0; i < steps; ++i) loss = model.step(tests::uniform({16, 8}, 3));
  return loss;
}

}  // namespace

TEST_CASE("scale: a million operations in a row run backward and are destroyed", "[scale]") {
  const auto start = std::chrono::steady_clock::now();
  const Tensor x = leaf({1});
  {
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + 1;
    y.backward();
    CHECK(x.grad().to_vector() == Values{1});
  }
  {
    // Never run backward: a chain of saved tensors, too, is taken apart in a loop.
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y * x;
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  CHECK(taken.count() < 20);  // about 1 s; a quadratic one would take hours
}

TEST_CASE("scale: a node with a thousand inputs", "[scale]") {
  TensorList leaves;
  for (int i = 0; i < 1000; ++i) leaves.push_back(leaf({static_cast<double>(i)}));
  const Tensor all = cat(leaves);
  (all * all).backward(ones({1000}, kFloat64));
  for (int i = 0; i < 1000; ++i)
    REQUIRE(leaves[static_cast<size_t>(i)].grad().to_vector() == Values{2.0 * i});
}

TEST_CASE("scale: several threads train their own models", "[scale]") {
  const double alone = train(50);
  Values losses(4);
  std::vector<std::thread> threads;
  for (double& loss : losses) threads.emplace_back([&loss] { loss = train(50); });
  for (std::thread& thread : threads) thread.join();
  CHECK(losses == Values(4, alone));
}

TEST_CASE("scale: a graph made on one thread runs backward on another", "[scale]") {
  const Tensor x = leaf({3});
  Tensor y;
  std::thread([&] { y = x * x; }).join();
  const Tensor z = y * x;
  std::thread([&] { z.backward(); }).join();
  CHECK(x.grad().to_vector() == Values{27});
}

TEST_CASE("memory: training holds on to nothing", "[memory]") {
  Model model;
  const Tensor x = tests::uniform({16, 8}, 3);
  for (int i = 0; i < 3; ++i) model.step(x);
  const MemoryStats before = memory_stats();
  for (int i = 0; i < 100; ++i) model.step(x);
  const MemoryStats after = memory_stats();
  CHECK(after.live == before.live);
  CHECK(after.heap_allocations == before.heap_allocations);
}

TEST_CASE("memory: backward frees what was saved, though the loss is kept", "[memory]") {
  const Tensor x = tests::uniform({1000}, 1).requires_grad_();
  const Tensor seed = ones({1000}, kFloat64);
  const int64_t empty_handed = memory_stats().live;
  Tensor y = x * 1;
  for (int i = 0; i < 10; ++i) y = y * y;
  CHECK(memory_stats().live >= empty_handed + 11 * 8000);
  y.backward(seed);
  // y and the gradient of x.
  CHECK(memory_stats().live <= empty_handed + 2 * 10240);
}

namespace {

struct KeepsOutput : autograd::Function<KeepsOutput> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x) {
    const Tensor y = x * 2;
    ctx->save_for_backward({x, y});
    return y;
  }
  static autograd::variable_list backward(autograd::AutogradContext*, autograd::variable_list dy) {
    return {dy[0] * 2};
  }
};

}  // namespace

TEST_CASE("memory: nodes that saved their outputs go with their tensors", "[memory]") {
  const Tensor x = tests::uniform({1000}, 1).requires_grad_();
  const int64_t before = memory_stats().live;
  for (int i = 0; i < 3; ++i) {
    const Tensor y = KeepsOutput::apply(x * 1), z = (x * 1).mul_(y), s = y.exp() + y.sigmoid();
    const Tensor unused = z * s;
  }
  CHECK(memory_stats().live == before);
  {
    const Tensor y = (x * x * x).sum();
    const Tensor g = autograd::grad({y}, {x}, {}, {}, /*create_graph=*/true)[0];
    autograd::grad({g.sum()}, {x});
  }
  CHECK(memory_stats().live == before);
}
