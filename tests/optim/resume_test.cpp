// Training that is saved and restored goes on with the same bits.

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/optim/kinds.h"

using namespace reel;
using namespace reel::tests;

namespace {

// Two matrices that are to be multiplied to a third: a loss without an end in ten steps.
struct Problem {
  Tensor a = uniform({4, 3}, 1, -1, 1, kFloat64).requires_grad_(),
         b = uniform({3, 5}, 2, -1, 1, kFloat64).requires_grad_();

  void train(optim::Optimizer& optimizer, int steps) const {
    const Tensor target = uniform({4, 5}, 3, -1, 1, kFloat64);
    for (int i = 0; i < steps; ++i)
      optimizer.step([&] {
        optimizer.zero_grad();
        const Tensor loss = (a.matmul(b) - target).square().sum();
        loss.backward();
        return loss;
      });
  }
  void copy(const Problem& other) const {
    a.set_data(other.a.detach().clone());
    b.set_data(other.b.detach().clone());
  }
};

}  // namespace

TEST_CASE("every optimizer goes on from its state with the same bits", "[optim]") {
  for (const Kind& kind : all_kinds()) {
    CAPTURE(kind.name);
    const Problem first, second;
    const auto begun = kind.make({first.a, first.b}), resumed = kind.make({second.a, second.b});
    first.train(*begun, 5);
    second.copy(first);
    resumed->load_state_dict(begun->state_dict());
    CHECK(resumed->state_dict().keys() == begun->state_dict().keys());
    first.train(*begun, 5);
    second.train(*resumed, 5);
    CHECK(second.a.detach().equal(first.a.detach()));
    CHECK(second.b.detach().equal(first.b.detach()));
    // What is remembered matters: without it the path is another.
    const Problem third;
    third.train(*kind.make({third.a, third.b}), 5);
    third.train(*kind.make({third.a, third.b}), 5);
    const bool remembers = kind.name != "SGD";
    CHECK(third.a.detach().equal(first.a.detach()) == !remembers);
  }
}

TEST_CASE("every optimizer lowers a loss, and maximize raises it", "[optim]") {
  for (const Kind& kind : all_kinds()) {
    if (kind.name == "SGD nesterov") continue;  // maximizes
    CAPTURE(kind.name);
    const Problem problem;
    const auto optimizer = kind.make({problem.a, problem.b});
    const auto loss = [&] {
      const Tensor target = uniform({4, 5}, 3, -1, 1, kFloat64);
      return (problem.a.matmul(problem.b) - target).square().sum().item<double>();
    };
    const double before = loss();
    problem.train(*optimizer, 10);
    CHECK(loss() < before);
  }
}

TEST_CASE("parameters can be added to the first group", "[optim]") {
  const Tensor a = start(2, kFloat64), b = start(3, kFloat64), c = start(4, kFloat64);
  optim::Adam adam({optim::OptimizerParamGroup({a}), optim::OptimizerParamGroup({b})}, 0.1);
  set_gradient(a, {1, 1});
  set_gradient(b, {1, 1, 1});
  adam.step();
  adam.step();
  adam.add_parameters({c});
  CHECK(adam.parameters()[1].is_same(c));
  CHECK(adam.state(c).step == 0);
  CHECK(adam.state(b).step == 2);
  set_gradient(c, {1, 1, 1, 1});
  adam.step();
  CHECK(adam.state(c).buffers[0].sizes() == Shape{4});
  CHECK(adam.state(b).step == 3);
  CHECK(message_of<ArgumentError>([&] { adam.add_parameters({b}); }) ==
        "Adam: parameter 3 [3] is also parameter 2; it would be updated twice.");
}

TEST_CASE("parameters with other factors behind them are NAdam's too", "[optim]") {
  // b sits out the second step, and the momentum changes: their products differ though in the end
  // their numbers of steps do not.
  const Tensor a = start(3, kFloat64), b = start(3, kFloat64), a2 = start(3, kFloat64),
               b2 = start(3, kFloat64);
  optim::NAdam both({a, b}, 0.1), first({a2}, 0.1), second({b2}, 0.1);
  const auto step = [&](bool with_a, bool with_b, double beta1) {
    for (auto* optimizer : {&both, &first, &second})
      *optimizer->param_groups()[0].options().find("beta1") = beta1;
    for (const Tensor& x : {a, a2}) x.mutable_grad() = with_a ? full({3}, 0.5, kFloat64) : Tensor();
    for (const Tensor& x : {b, b2}) x.mutable_grad() = with_b ? full({3}, 0.5, kFloat64) : Tensor();
    both.step();
    first.step();
    second.step();
  };
  step(true, false, 0.9);
  step(false, true, 0.5);
  step(true, true, 0.8);
  CHECK(both.state(a).product != both.state(b).product);
  CHECK(a.detach().equal(a2.detach()));
  CHECK(b.detach().equal(b2.detach()));
}

TEST_CASE("every optimizer refuses options that make no sense", "[optim]") {
  using namespace optim;
  const TensorList x{start(2, kFloat64)};
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  CHECK(message([&] { RMSprop(x, RMSpropOptions().alpha(2)); }) ==
        "RMSprop: alpha is 2; it must be from 0 to 1.");
  CHECK(message([&] { RMSprop(x, RMSpropOptions().eps(-1)); }) ==
        "RMSprop: eps is -1; it must be at least 0.");
  CHECK(message([&] { Adagrad(x, AdagradOptions().lr_decay(-1)); }) ==
        "Adagrad: lr_decay is -1; it must be at least 0.");
  CHECK(message([&] { Adadelta(x, AdadeltaOptions().rho(-0.5)); }) ==
        "Adadelta: rho is -0.5; it must be from 0 to 1.");
  CHECK(message([&] {
          Adamax(x, AdamaxOptions().betas({0.9, 1}));
        }) == "Adamax: betas are 0.9, 1; they must be at least 0 and below 1.");
  CHECK(message([&] { NAdam(x, NAdamOptions().momentum_decay(-1)); }) ==
        "NAdam: momentum_decay is -1; it must be at least 0.");
  CHECK(message([&] { RAdam(x, RAdamOptions(-1)); }) == "RAdam: lr is -1; it must be at least 0.");
  CHECK(message([&] { Lion(x, LionOptions().weight_decay(-1)); }) ==
        "Lion: weight_decay is -1; it must be at least 0.");
}
