#include <reel/core/allocator.h>
#include <reel/core/isa.h>
#include <reel/core/layout.h>
#include <reel/core/parallel.h>
#include <reel/optim/clip_grad.h>

#include <functional>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/optim/kinds.h"

using namespace reel;
using namespace reel::tests;
using optim::Optimizer;
using optim::SGD;
using optim::SGDOptions;

// Parameters that are updated in one pass must come out as if each had an optimizer of its own.

namespace {

// Of all sizes, with neighbours of the other dtype, and one that is not contiguous.
TensorList parameters() {
  TensorList all;
  uint64_t seed = 0;
  for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 2047, 2048, 2049, 6000, 20011})
    for (Dtype dtype : {kFloat32, kFloat64}) {
      if (dtype == kFloat64 && n % 3 == 0) continue;
      all.push_back(uniform({n}, ++seed, -1, 1, dtype).requires_grad_());
    }
  all.push_back(uniform({5, 7}, ++seed, -1, 1, kFloat32).t().detach().requires_grad_());
  return all;
}

// Some have none for a while, so that they have fewer steps behind them.
void set_gradients(const TensorList& all, uint64_t step) {
  for (size_t i = 0; i < all.size(); ++i)
    all[i].mutable_grad() = (i + step) % 5 == 0 && step < 3
                                ? Tensor()
                                : uniform(all[i].sizes(), 1000 * step + i, -1, 1, all[i].dtype());
}

constexpr uint64_t kSteps = 5;

TensorList trained_together(const Kind& kind) {
  const TensorList all = parameters();
  const auto optimizer = kind.make(all);
  for (uint64_t step = 0; step < kSteps; ++step) {
    set_gradients(all, step);
    optimizer->step();
  }
  return all;
}

TensorList trained_alone(const Kind& kind) {
  const TensorList all = parameters();
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  for (const Tensor& p : all) optimizers.push_back(kind.make({p}));
  for (uint64_t step = 0; step < kSteps; ++step) {
    set_gradients(all, step);
    for (const auto& optimizer : optimizers) optimizer->step();
  }
  return all;
}

void check_equal(const TensorList& a, const TensorList& b) {
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i, a[i].numel());
    CHECK(a[i].detach().equal(b[i].detach()));
  }
}

}  // namespace

TEST_CASE("parameters together have the bits of each alone", "[optim]") {
  const ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Kind& kind : elementwise_kinds()) {
      CAPTURE(name_of(isa), kind.name);
      set_num_threads(1);
      const TensorList expected = trained_alone(kind);
      check_equal(trained_together(kind), expected);
      set_parallel_work(0);
      for (int threads : {2, 3}) {
        set_num_threads(threads);
        check_equal(trained_together(kind), expected);
      }
    }
  }
}

TEST_CASE("parameters that share memory are updated one after the other", "[optim]") {
  const ExecutionScope scope;
  set_parallel_work(0);
  set_num_threads(3);
  const Tensor memory = uniform({10'000}, 1), copy = memory.clone();
  const Tensor whole = memory.detach().requires_grad_(),
               part = memory.slice(0, 2000, 9000).detach().requires_grad_();
  SGD sgd({whole, part}, SGDOptions(0.1).weight_decay(0.5));
  whole.mutable_grad() = uniform({10'000}, 2);
  part.mutable_grad() = uniform({7000}, 3);
  sgd.step();
  copy.sub_(0.1 * (whole.grad() + 0.5 * copy));
  const Tensor lower = copy.slice(0, 2000, 9000);
  lower.sub_(0.1 * (part.grad() + 0.5 * lower));
  CHECK(memory.allclose(copy, 1e-12, 1e-12));
}

TEST_CASE("a momentum that is switched on later starts as the gradient", "[optim]") {
  const Tensor x = full({3}, 1.0, kFloat64).requires_grad_();
  SGD sgd({x}, SGDOptions(0.1));
  set_gradient(x, {1, 1, 1});
  sgd.step();
  CHECK_FALSE(sgd.state(x).buffers[0].defined());
  static_cast<SGDOptions&>(sgd.param_groups()[0].options()).momentum(0.9).dampening(0.5);
  sgd.step();
  CHECK(sgd.state(x).buffers[0].to_vector() == Values{1, 1, 1});
  sgd.step();
  CHECK(sgd.state(x).buffers[0].to_vector()[0] == Catch::Approx(0.9 + 0.5));
}

TEST_CASE("a step that throws has changed nothing", "[optim]") {
  const Tensor a = full({2}, 1.0, kFloat64).requires_grad_(),
               b = full({2}, 1.0, kFloat64).requires_grad_();
  SGD sgd({a, b}, SGDOptions(0.1).momentum(0.9));
  set_gradient(a, {1, 2});
  b.mutable_grad() = ones({3}, kFloat64);
  CHECK_THROWS_AS(sgd.step(), ArgumentError);
  CHECK(a.detach().to_vector() == Values{1, 1});
  CHECK(sgd.state(a).step == 0);
  CHECK_FALSE(sgd.state(a).buffers[0].defined());
}

TEST_CASE("a warm step asks for no memory", "[optim]") {
  for (const Kind& kind : elementwise_kinds()) {
    CAPTURE(kind.name);
    const TensorList all{uniform({50}, 1).requires_grad_(), uniform({3000}, 2).requires_grad_()};
    const auto optimizer = kind.make(all);
    for (const Tensor& p : all) p.mutable_grad() = uniform(p.sizes(), 3);
    optimizer->step();
    const int64_t before = memory_stats().allocations;
    optimizer->step();
    optimizer->zero_grad();
    CHECK(memory_stats().allocations == before);
  }
}

TEST_CASE("gradients are clipped together as they would be one by one", "[optim]") {
  const ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    CAPTURE(name_of(isa));
    TensorList all = parameters();
    for (int i = 0; i < 100; ++i) all.push_back(uniform({3}, 5, -1, 1, kFloat32).requires_grad_());
    double norms[3];
    TensorList first;
    for (int threads : {1, 2, 3}) {
      set_parallel_work(threads == 1 ? kParallelWork : 0);
      set_num_threads(threads);
      set_gradients(all, 4);
      // One that others hold too, one as another parameter has it, one that is not contiguous.
      const Tensor held = all[20].grad();
      all[22].mutable_grad() = all[20].grad();
      all[22].set_data(all[20].detach());
      all.back().mutable_grad() = uniform({6}, 6, -1, 1, kFloat32).slice(0, 0, 6, 2);
      TensorList expected;
      double squares = 0;
      for (const Tensor& p : all) {
        const Tensor g = p.grad().clone();
        squares += g.to(kFloat64).square().sum().item<double>();
        expected.push_back(g);
      }
      const uint32_t version = all[5].grad().version();
      norms[threads - 1] = optim::clip_grad_norm_(all, 2);
      CHECK(norms[threads - 1] == Catch::Approx(std::sqrt(squares)).epsilon(1e-6));
      CHECK(all[5].grad().version() > version);
      const double scale = 2 / (norms[threads - 1] + 1e-6);
      TensorList scaled;
      for (size_t i = 0; i < all.size(); ++i) {
        CAPTURE(i);
        expected[i].mul_(scale);
        if (i == 20 || i == 22) expected[i].mul_(scale);  // reached twice
        CHECK(all[i].grad().equal(expected[i]));
        scaled.push_back(all[i].grad().clone());
      }
      if (threads == 1)
        first = scaled;
      else
        check_equal(scaled, first);
    }
    CHECK(norms[1] == norms[0]);
    CHECK(norms[2] == norms[0]);
  }
}
