#include <reel/optim/lbfgs.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using optim::LBFGS;
using optim::LBFGSOptions;

namespace {

// Rosenbrock's valley, from the place where all begin.
struct Valley {
  Tensor x = from_vector(Values{-1.2, 1}, {2}).requires_grad_();
  double sign = 1;

  Tensor loss() const {
    const Tensor a = x[0], b = x[1];
    return sign * (100.0 * (b - a.square()).square() + (1.0 - a).square());
  }
  double step(LBFGS& optimizer) const {
    return optimizer
        .step([&] {
          optimizer.zero_grad();
          const Tensor l = loss();
          l.backward();
          return l;
        })
        .item<double>();
  }
};

struct After {
  double x, y, loss;
  int64_t func_evals, n_iter;
};

// PyTorch's, step by step.
void check_path(const LBFGSOptions& options, const std::vector<After>& path) {
  Valley valley;
  if (options.maximize()) valley.sign = -1;
  LBFGS lbfgs({valley.x}, options);
  for (size_t i = 0; i < path.size(); ++i) {
    CAPTURE(i);
    CHECK(valley.step(lbfgs) == Catch::Approx(path[i].loss).epsilon(1e-9));
    CHECK(valley.x[0].item<double>() == Catch::Approx(path[i].x).epsilon(1e-9));
    CHECK(valley.x[1].item<double>() == Catch::Approx(path[i].y).epsilon(1e-9));
    CHECK(lbfgs.func_evals() == path[i].func_evals);
    CHECK(lbfgs.n_iter() == path[i].n_iter);
  }
}

}  // namespace

TEST_CASE("LBFGS goes PyTorch's way", "[optim]") {
  const LBFGSOptions searching = LBFGSOptions().line_search_fn("strong_wolfe");
  SECTION("with a line search") {
    check_path(LBFGSOptions(searching).max_iter(4),
               {{-1.028879534831969, 1.065502951684856, 24.2, 5, 3},
                {-0.9431278012083242, 0.8529662725410918, 4.121126775765638, 10, 7},
                {-0.5160277728852024, 0.2265458257902353, 3.909144279520638, 15, 11},
                {-0.2560895768966468, 0.03726198161622369, 2.456257721580502, 20, 13},
                {0.2168277960094824, 0.06691881400560815, 1.657962640897187, 25, 17},
                {0.3806226433464878, 0.1249101318729364, 0.6529776962626517, 30, 19}});
  }
  SECTION("without") {
    check_path(LBFGSOptions(0.002).max_iter(3).history_size(2),
               {{-1.198299254015457, 1.000705733637588, 24.2, 3, 2},
                {-1.197748793106203, 1.000987179521874, 23.7737613112335, 6, 4},
                {-1.197212882990973, 1.0013064761537, 23.63229587465079, 9, 6},
                {-1.196691360751801, 1.001662719534425, 23.49119950245456, 12, 8}});
  }
  SECTION("uphill, with a short memory") {
    check_path(LBFGSOptions(searching).max_iter(5).history_size(2).maximize(true),
               {{-1.027607831219105, 1.058391647012465, -24.2, 6, 4},
                {-0.6649361769903684, 0.444753869503515, -4.111776156513825, 12, 9},
                {-0.3375647583202869, 0.06662912698078433, -2.772695642374778, 18, 12},
                {0.03203929524385031, -0.002568639672525803, -2.013005663814937, 24, 16}});
  }
  SECTION("with few calls") {
    check_path(LBFGSOptions(searching).max_eval(7),
               {{-1.020308480394098, 1.035276986646747, 24.2, 7, 5},
                {-0.5160277728852024, 0.2265458257902353, 4.084955376327375, 14, 11},
                {-0.04619019171258308, -0.01801156636469505, 2.456257721580502, 21, 15},
                {0.3806226433464878, 0.1249101318729364, 1.135096423342255, 28, 19}});
  }
}

TEST_CASE("LBFGS reaches the bottom in one step", "[optim]") {
  const Valley valley;
  LBFGS lbfgs({valley.x}, LBFGSOptions().max_iter(100).line_search_fn("strong_wolfe"));
  valley.step(lbfgs);
  CHECK(lbfgs.n_iter() == 35);
  CHECK(lbfgs.func_evals() == 43);
  CHECK(valley.loss().item<double>() == Catch::Approx(4.221457511263308e-10).epsilon(1e-3));
}

TEST_CASE("LBFGS takes parameters of any layout, without gradients too", "[optim]") {
  const Tensor a = uniform({3, 2}, 1, -1, 1, kFloat64).t().detach().requires_grad_(),
               unused = ones({2}, kFloat64).requires_grad_();
  LBFGS lbfgs({a, unused}, LBFGSOptions().line_search_fn("strong_wolfe"));
  const Tensor target = uniform({2, 3}, 2, -1, 1, kFloat64);
  lbfgs.step([&] {
    lbfgs.zero_grad();
    const Tensor loss = (a - target).square().sum();
    loss.backward();
    return loss;
  });
  CHECK(a.detach().allclose(target, 1e-7, 1e-7));
  CHECK(unused.detach().to_vector() == Values{1, 1});
}

TEST_CASE("LBFGS stops where the gradient is zero", "[optim]") {
  const Tensor x = zeros({2}, kFloat64).requires_grad_();
  LBFGS lbfgs({x}, LBFGSOptions());
  int calls = 0;
  lbfgs.step([&] {
    ++calls;
    lbfgs.zero_grad();
    const Tensor loss = x.square().sum();
    loss.backward();
    return loss;
  });
  CHECK(calls == 1);
  CHECK(lbfgs.n_iter() == 0);
}

TEST_CASE("LBFGS goes on when its parameters are converted", "[optim]") {
  const Valley valley;
  valley.x.set_data(valley.x.detach().to(kFloat32));
  LBFGS lbfgs({valley.x}, LBFGSOptions().max_iter(4).line_search_fn("strong_wolfe"));
  valley.step(lbfgs);
  valley.x.set_data(valley.x.detach().to(kFloat64));
  for (int i = 0; i < 20; ++i) valley.step(lbfgs);
  CHECK(valley.x.dtype() == kFloat64);
  CHECK(valley.loss().item<double>() < 1e-8);
}

TEST_CASE("LBFGS says what it needs", "[optim]") {
  const Tensor x = zeros({2}, kFloat64).requires_grad_(), y = zeros({2}).requires_grad_();
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  CHECK(message([&] { LBFGS({x}, LBFGSOptions()).step(); }) ==
        "LBFGS: step was given no closure; it needs one that zeroes the gradients, computes the "
        "loss, calls backward and returns the loss.");
  CHECK(message([&] {
          LBFGS({x, y}, LBFGSOptions()).step([&] { return x.sum(); });
        }) == "LBFGS: a parameter is of another dtype than the first; all must be of one.");
  CHECK(message([&] { LBFGS({x}, LBFGSOptions()).step([&] { return x; }); }) ==
        "LBFGS: the closure returned no single number; it must return the loss.");
  LBFGS two({optim::OptimizerParamGroup({x})}, LBFGSOptions());
  two.add_param_group(TensorList{y});
  CHECK(message([&] { two.step([&] { return x.sum(); }); }) ==
        "LBFGS: there are 2 groups of parameters; it can have only one.");
  CHECK(message([&] { LBFGS({x}, LBFGSOptions().line_search_fn("armijo")); }) ==
        "LBFGS: line_search_fn is 'armijo'; it must be 'strong_wolfe' or none.");
  CHECK(message([&] { LBFGS({x}, LBFGSOptions().max_iter(0)); }) ==
        "LBFGS: max_iter is 0, max_eval 1, history_size 100; they must be above 0.");
}
