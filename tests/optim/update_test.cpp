#include <reel/core/isa.h>
#include <reel/core/parallel.h>

#include <algorithm>
#include <functional>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/optim/adaptive_reference.h"

using namespace reel;
using namespace reel::tests;

namespace {

// One optimizer with one setting of its options.
struct UpdateCase {
  std::string name;
  std::function<std::unique_ptr<optim::Optimizer>(const Tensor&)> make;
  /// A fresh run of the reference: called with step, gradient and values.
  std::function<std::function<void(int64_t, const Values&, Values&)>(size_t)> reference;
};

UpdateCase sgd(std::string name, const optim::SGDOptions& o) {
  return {std::move(name),
          [=](const Tensor& x) { return std::make_unique<optim::SGD>(TensorList{x}, o); },
          [=](size_t n) {
            return [=, v = Values(n)](int64_t step, const Values& g, Values& x) mutable {
              sgd_reference(o, step, g, x, v);
            };
          }};
}

template <bool kDecoupled>
UpdateCase adam(std::string name, const optim::AdamOptionsOf<kDecoupled>& o) {
  return {std::move(name),
          [=](const Tensor& x) {
            return std::make_unique<optim::AdamOf<kDecoupled>>(TensorList{x}, o);
          },
          [=](size_t n) {
            return [=, state = Moments(n)](int64_t step, const Values& g, Values& x) mutable {
              adam_reference(o, step, g, x, state);
            };
          }};
}

template <class Optimizer, class Options>
UpdateCase adaptive(std::string name, const Options& o, double first = 0) {
  return {std::move(name),
          [=](const Tensor& x) { return std::make_unique<Optimizer>(TensorList{x}, o); },
          [=](size_t n) {
            return
                [=, memory = Memory(n, first)](int64_t step, const Values& g, Values& x) mutable {
                  reference_step(o, step, g, x, memory);
                };
          }};
}

std::vector<UpdateCase> cases() {
  using namespace optim;
  return {
      sgd("SGD", SGDOptions(0.1)),
      sgd("SGD decay", SGDOptions(0.1).weight_decay(0.2)),
      sgd("SGD momentum", SGDOptions(0.1).momentum(0.9)),
      sgd("SGD dampening", SGDOptions(0.1).momentum(0.9).dampening(0.3).weight_decay(0.01)),
      sgd("SGD nesterov", SGDOptions(0.05).momentum(0.9).nesterov(true).weight_decay(0.1)),
      sgd("SGD maximize", SGDOptions(0.05).momentum(0.5).maximize(true).weight_decay(0.1)),
      adam("Adam", AdamOptions(0.01)),
      adam("Adam betas", AdamOptions(0.01).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.1)),
      adam("Adam amsgrad", AdamOptions(0.01).amsgrad(true).maximize(true)),
      adam("AdamW", AdamWOptions(0.01)),
      adam("AdamW amsgrad", AdamWOptions(0.01).weight_decay(0.1).amsgrad(true)),
      adam("AdamW maximize", AdamWOptions(0.02).maximize(true)),
      adaptive<RMSprop>("RMSprop", RMSpropOptions(0.01).weight_decay(0.1)),
      adaptive<RMSprop>("RMSprop centered", RMSpropOptions(0.01).alpha(0.8).centered(true)),
      adaptive<RMSprop>("RMSprop momentum", RMSpropOptions(0.01).momentum(0.9).maximize(true)),
      adaptive<RMSprop>("RMSprop both", RMSpropOptions(0.01).momentum(0.5).centered(true)),
      adaptive<Adagrad>("Adagrad", AdagradOptions(0.1).lr_decay(0.1).weight_decay(0.1)),
      adaptive<Adagrad>("Adagrad start",
                        AdagradOptions(0.1).initial_accumulator_value(0.3).maximize(true), 0.3),
      adaptive<Adadelta>("Adadelta", AdadeltaOptions()),
      adaptive<Adadelta>("Adadelta rho",
                         AdadeltaOptions(0.5).rho(0.7).weight_decay(0.1).maximize(true)),
      adaptive<Adamax>("Adamax", AdamaxOptions(0.01)),
      adaptive<Adamax>("Adamax betas", AdamaxOptions(0.01).betas({0.7, 0.9}).weight_decay(0.1)),
      adaptive<Adamax>("Adamax maximize", AdamaxOptions(0.01).maximize(true)),
      adaptive<NAdam>("NAdam", NAdamOptions(0.01).weight_decay(0.1)),
      adaptive<NAdam>("NAdam decoupled",
                      NAdamOptions(0.01).weight_decay(0.1).decoupled_weight_decay(true)),
      adaptive<NAdam>("NAdam maximize", NAdamOptions(0.01).momentum_decay(0.1).maximize(true)),
      adaptive<RAdam>("RAdam", RAdamOptions(0.01).betas({0.9, 0.9}).weight_decay(0.1)),
      adaptive<RAdam>(
          "RAdam decoupled",
          RAdamOptions(0.01).betas({0.9, 0.9}).weight_decay(0.1).decoupled_weight_decay(true)),
      adaptive<RAdam>("RAdam not yet rectified", RAdamOptions(0.01).maximize(true)),
      adaptive<Lion>("Lion", LionOptions(0.01)),
      adaptive<Lion>("Lion decay", LionOptions(0.01).betas({0.8, 0.95}).weight_decay(0.5)),
      adaptive<Lion>("Lion maximize", LionOptions(0.01).maximize(true)),
  };
}

Tensor trained(const UpdateCase& c, int64_t n, Dtype dtype, int64_t steps) {
  const Tensor x = start(n, dtype);
  const auto optimizer = c.make(x);
  for (int64_t step = 1; step <= steps; ++step) {
    set_gradient(x, gradient(n, step));
    optimizer->step();
  }
  return x;
}

void check_against_reference(const UpdateCase& c, int64_t n, Dtype dtype, double tolerance) {
  CAPTURE(c.name, n, name_of(dtype));
  constexpr int64_t kSteps = 7;
  Values expected = start(n, dtype).detach().to_vector();
  auto reference = c.reference(expected.size());
  for (int64_t step = 1; step <= kSteps; ++step) reference(step, gradient(n, step), expected);
  CHECK(largest_difference(trained(c, n, dtype, kSteps), expected) < tolerance);
}

}  // namespace

TEST_CASE("optimizers follow their formulas at every instruction-set level", "[optim]") {
  const ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    CAPTURE(name_of(isa));
    for (const UpdateCase& c : cases())
      for (int64_t n : {0, 1, 7, 8, 9, 15, 16, 17, 31, 33}) {
        check_against_reference(c, n, kFloat64, 1e-13);
        check_against_reference(c, n, kFloat32, 1e-5);
      }
  }
}

TEST_CASE("updates do not depend on the number of threads", "[optim]") {
  const ExecutionScope scope;
  for (const UpdateCase& c : cases()) {
    CAPTURE(c.name);
    set_num_threads(1);
    const Tensor expected = trained(c, 100'000, kFloat32, 2).detach();
    for (int threads : {2, 3}) {
      set_num_threads(threads);
      const Tensor x = trained(c, 100'000, kFloat32, 2).detach();
      CHECK(std::equal(x.data_ptr<float>(), x.data_ptr<float>() + x.numel(),
                       expected.data_ptr<float>()));
    }
  }
}

TEST_CASE("parameters and gradients of any layout are updated", "[optim]") {
  for (const UpdateCase& c : cases()) {
    CAPTURE(c.name);
    const Tensor plain = start(6, kFloat64);
    const Tensor strided = start(6, kFloat64).detach().clone().view({2, 3}).t().detach();
    strided.set_requires_grad(true);
    const auto first = c.make(plain), second = c.make(strided);
    for (int64_t step = 1; step <= 3; ++step) {
      set_gradient(plain, gradient(6, step));
      strided.mutable_grad() = plain.grad().view({2, 3}).t();
      first->step();
      second->step();
    }
    CHECK(largest_difference(strided.detach().t(), plain.detach().to_vector()) < 1e-15);
  }
}
