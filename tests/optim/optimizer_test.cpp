#include <reel/autograd/grad_mode.h>

#include "tests/catch.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using optim::Adam;
using optim::AdamOptions;
using optim::AdamW;
using optim::AdamWOptions;
using optim::OptimizerParamGroup;
using optim::SGD;
using optim::SGDOptions;

namespace {

Tensor parameter(double value, IntArrayRef sizes = {2}) {
  return full(sizes, value, kFloat64).set_requires_grad(true);
}

}  // namespace

TEST_CASE("groups have options of their own or the defaults", "[optim]") {
  const Tensor a = parameter(1), b = parameter(1);
  SGD sgd({OptimizerParamGroup({a}, SGDOptions(1).weight_decay(0.5)), OptimizerParamGroup({b})},
          SGDOptions(0.1));
  CHECK(sgd.param_groups().size() == 2);
  CHECK(sgd.param_groups()[1].options().get_lr() == 0.1);
  for (const Tensor& p : sgd.parameters()) set_gradient(p, {1, 2});
  sgd.step();
  CHECK(a.detach().to_vector() == Values{-0.5, -1.5});
  CHECK(b.detach().to_vector() == Values{0.9, 0.8});
  sgd.param_groups()[1].options().set_lr(0);
  static_cast<SGDOptions&>(sgd.param_groups()[0].options()).weight_decay(0).lr(0);
  sgd.step();
  CHECK(a.detach().to_vector() == Values{-0.5, -1.5});
}

TEST_CASE("a group has no options before it is given some or added", "[optim]") {
  OptimizerParamGroup group({parameter(1)});
  CHECK_FALSE(group.has_options());
  CHECK(message_of<ArgumentError>([&] { group.options().set_lr(0.1); }) ==
        "optimizer: a group of parameters has no options; it gets the defaults when it is added to "
        "an optimizer. [use set_options, or give it options when it is made]");
  group.set_options(std::make_unique<SGDOptions>(0.25));
  CHECK(group.has_options());
  group.options().set_lr(0.5);
  SGD sgd({group, OptimizerParamGroup({parameter(1), parameter(2)})}, SGDOptions(0.1));
  CHECK(sgd.param_groups()[0].options().get_lr() == 0.5);
  CHECK(sgd.size() == 3);
}

TEST_CASE("the caller's options are not shared", "[optim]") {
  auto options = SGDOptions(0.5);
  SGD sgd({parameter(1)}, options);
  options.lr(7);
  CHECK(sgd.param_groups()[0].options().get_lr() == 0.5);
  CHECK(sgd.defaults().get_lr() == 0.5);
}

TEST_CASE("a parameter without a gradient stays, and keeps its state", "[optim]") {
  const Tensor a = parameter(1), b = parameter(1);
  Adam adam({a, b}, 0.1);
  set_gradient(a, {1, 1});
  adam.step();
  CHECK(b.detach().to_vector() == Values{1, 1});
  CHECK(adam.state(a).step == 1);
  CHECK(adam.state(b).step == 0);
  CHECK_FALSE(adam.state(b).buffers[0].defined());
  adam.zero_grad();
  CHECK_FALSE(a.grad().defined());
}

TEST_CASE("gradients can be zeroed in place of being forgotten", "[optim]") {
  const Tensor a = parameter(1);
  SGD sgd({a}, 0.1);
  set_gradient(a, {1, 2});
  sgd.zero_grad(false);
  CHECK(a.grad().to_vector() == Values{0, 0});
}

TEST_CASE("an update counts as a write to what backward has saved", "[optim]") {
  const Tensor a = parameter(1);
  SGD sgd({a}, 0.1);
  const uint32_t before = a.version();
  set_gradient(a, {1, 2});
  sgd.step();
  CHECK(a.version() > before);
}

TEST_CASE("step calls a closure with recording on and returns its loss", "[optim]") {
  const Tensor a = parameter(1);
  SGD sgd({a}, 0.1);
  const NoGradGuard no_grad;
  const Tensor loss = sgd.step([&] {
    CHECK(GradMode::is_enabled());
    set_gradient(a, {1, 2});
    return full({}, 3.0);
  });
  CHECK(loss.item<double>() == 3);
  CHECK_FALSE(GradMode::is_enabled());
  CHECK(a.detach().to_vector() == Values{0.9, 0.8});
}

TEST_CASE("groups can be added", "[optim]") {
  const Tensor a = parameter(1), b = parameter(1);
  SGD sgd({a}, SGDOptions(0.1).momentum(0.9));
  set_gradient(a, {1, 1});
  sgd.step();
  sgd.add_param_group(TensorList{b});
  CHECK(sgd.parameters().size() == 2);
  CHECK(sgd.state(a).step == 1);
  CHECK(sgd.state(b).step == 0);
}

TEST_CASE("state is saved and restored exactly", "[optim]") {
  const auto train = [](optim::Optimizer& optimizer, const Tensor& x, int64_t from, int64_t to) {
    for (int64_t step = from; step < to; ++step) {
      set_gradient(x, gradient(4, step));
      optimizer.step();
    }
  };
  const auto options = AdamOptions(0.1).amsgrad(true);
  const Tensor whole = start(4, kFloat64), first = start(4, kFloat64);
  Adam uninterrupted({whole}, options), begun({first}, options);
  train(uninterrupted, whole, 0, 6);
  train(begun, first, 0, 3);
  const Tensor second = first.detach().clone().set_requires_grad(true);
  Adam resumed({second}, AdamOptions(0.7).amsgrad(true));
  resumed.load_state_dict(begun.state_dict());
  CHECK(resumed.param_groups()[0].options().get_lr() == 0.1);
  train(begun, first, 3, 6);
  train(resumed, second, 3, 6);
  CHECK(second.detach().to_vector() == whole.detach().to_vector());
  CHECK(first.detach().to_vector() == whole.detach().to_vector());
  CHECK(begun.state_dict().keys() ==
        std::vector<std::string>{"state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq",
                                 "state.0.max_exp_avg_sq", "param_groups.0.lr",
                                 "param_groups.0.beta1", "param_groups.0.beta2",
                                 "param_groups.0.eps", "param_groups.0.weight_decay"});
}

TEST_CASE("state that does not fit is refused", "[optim]") {
  SGD sgd({parameter(1)}, SGDOptions(0.1).momentum(0.9));
  set_gradient(sgd.parameters()[0], {1, 1});
  sgd.step();
  SGD other({parameter(1, {3})}, SGDOptions(0.2).momentum(0.9));
  CHECK(message_of<ArgumentError>([&] { other.load_state_dict(sgd.state_dict()); }) ==
        "SGD: 'state.0.momentum_buffer' is [2], but parameter 0 is [3]; the shapes must be equal.");
  CHECK(other.param_groups()[0].options().get_lr() == 0.2);
  Adam adam({parameter(1)}, 0.1);
  CHECK(message_of<ArgumentError>([&] {
          adam.load_state_dict(sgd.state_dict());
        }).find("optimizer state: there is no 'param_groups.0.beta1'") == 0);
  SGD two({parameter(1), parameter(1)}, 0.1);
  CHECK_THROWS_AS(two.load_state_dict(sgd.state_dict()), ArgumentError);
  SGD fewer({parameter(1)}, 0.1);
  CHECK_THROWS_AS(fewer.load_state_dict(two.state_dict()), ArgumentError);
}

TEST_CASE("what an optimizer can not train is refused", "[optim]") {
  const auto sgd = [](TensorList parameters, const SGDOptions& options = 0.1) {
    return message_of<ArgumentError>([&] { SGD(std::move(parameters), options); });
  };
  const Tensor a = parameter(1);
  CHECK(sgd({}) ==
        "SGD: it was given no parameters; there is nothing to train. [does the model register its "
        "modules and parameters?]");
  CHECK(sgd({a, a}) == "SGD: parameter 1 [2] is also parameter 0; it would be updated twice.");
  CHECK(sgd({Tensor()}) == "SGD: parameter 0 is undefined.");
  CHECK(sgd({zeros({2}, kInt64)}) ==
        "SGD: parameter 0 is int64; only float32 and float64 can be trained.");
  CHECK(sgd({a * 2.0}) ==
        "SGD: parameter 0 [2] was computed and has a history; only leaves collect gradients. [use "
        "detach()]");
  CHECK(sgd({a}, -1) == "SGD: lr is -1; it must be at least 0.");
  CHECK(sgd({a}, SGDOptions(1).momentum(-0.5)) == "SGD: momentum is -0.5; it must be at least 0.");
  CHECK(sgd({a}, SGDOptions(1).weight_decay(-2)) ==
        "SGD: weight_decay is -2; it must be at least 0.");
  CHECK(sgd({a}, SGDOptions(1).nesterov(true)) ==
        "SGD: nesterov with momentum 0 and dampening 0; it needs a momentum above 0 and no "
        "dampening.");
  CHECK(message_of<ArgumentError>([&] {
          Adam({a}, AdamOptions().betas({0.9, 1}));
        }) == "Adam: betas are 0.9, 1; they must be at least 0 and below 1.");
  CHECK(message_of<ArgumentError>([&] { AdamW({a}, AdamWOptions().eps(-1)); }) ==
        "AdamW: eps is -1; it must be at least 0.");
  SGD right({a}, 0.1);
  CHECK(message_of<ArgumentError>([&] {
          right.add_param_group(OptimizerParamGroup({parameter(1)}, AdamOptions()));
        }) == "SGD: a group of parameters has the options of another optimizer; use those of SGD.");
  CHECK_THROWS_AS(right.state(parameter(1)), ArgumentError);
}

TEST_CASE("a gradient or a buffer that no longer fits is an error", "[optim]") {
  const Tensor a = parameter(1);
  SGD sgd({a}, SGDOptions(0.1).momentum(0.9));
  a.mutable_grad() = ones({3}, kFloat64);
  CHECK(message_of<ArgumentError>([&] { sgd.step(); }) ==
        "SGD: the gradient of parameter 0 is [3] of float64, the parameter [2] of float64; they "
        "must agree.");
  set_gradient(a, {1, 1});
  sgd.step();
  a.set_data(ones({3}, kFloat64));
  a.mutable_grad() = ones({3}, kFloat64);
  CHECK(message_of<ArgumentError>([&] {
          sgd.step();
        }).find("SGD: the momentum_buffer of a parameter is [2], but the parameter is now [3]") ==
        0);
}

TEST_CASE("a parameter may change its dtype between steps", "[optim]") {
  const Tensor a = parameter(1);
  SGD sgd({a}, SGDOptions(0.1).momentum(0.5));
  set_gradient(a, {1, 1});
  sgd.step();
  a.set_data(a.detach().to(kFloat32));
  set_gradient(a, {1, 1});
  sgd.step();
  CHECK(a.detach().to_vector()[0] == Catch::Approx(1 - 0.1 - 0.15));
}

TEST_CASE("a state that lacks what its steps must have left is refused", "[optim]") {
  const Tensor a = parameter(1);
  Adam adam({a}), other({a});
  set_gradient(a, {1, 1});
  adam.step();
  auto state = adam.state_dict();
  state.erase("state.0.exp_avg_sq");
  CHECK(message_of<ArgumentError>([&] {
          other.load_state_dict(state);
        }).find("there is no 'state.0.exp_avg_sq'") != std::string::npos);
  CHECK(other.state(a).step == 0);
  // Momentum may be switched on, and the state saved, before a step makes its buffer.
  SGD sgd({a}, 0.1), resumed({a}, 0.1);
  set_gradient(a, {1, 1});
  sgd.step();
  *sgd.param_groups()[0].options().find("momentum") = 0.9;
  resumed.load_state_dict(sgd.state_dict());
  CHECK(resumed.state(a).step == 1);
}

TEST_CASE("the defaults are those of groups that are added", "[optim]") {
  SGD sgd({parameter(1)}, 0.1);
  sgd.defaults().set_lr(0.5);
  sgd.add_param_group(TensorList{parameter(1)});
  CHECK(sgd.param_groups()[0].options().get_lr() == 0.1);
  CHECK(sgd.param_groups()[1].options().get_lr() == 0.5);
}
