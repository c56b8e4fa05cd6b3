#include <reel/autograd/anomaly.h>
#include <reel/autograd/engine.h>
#include <reel/autograd/function.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include <limits>

#include "tests/catch.h"

using namespace reel;
using autograd::AnomalyMode;
using autograd::DetectAnomalyGuard;
using Catch::Matchers::ContainsSubstring;

namespace {

const double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class F>
std::string anomaly(const F& f) {
  try {
    f();
  } catch (const AnomalyError& e) {
    return e.what();
  }
  return "none";
}

// y = log x, with a backward of its own.
struct OwnLog : autograd::Function<OwnLog> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x, bool check) {
    ctx->save_for_backward({x});
    return check ? x.log() : tensor(kNaN);
  }
  static autograd::variable_list backward(autograd::AutogradContext* ctx,
                                          autograd::variable_list dy) {
    return {dy[0] / (ctx->get_saved_variables()[0] - 1), Tensor()};
  }
};

struct LogImpl : nn::Cloneable<LogImpl> {
  Tensor forward(const Tensor& x) { return x.log(); }
};
REEL_MODULE(Log);

}  // namespace

TEST_CASE("anomaly: the mode is on while a guard lives", "[anomaly]") {
  CHECK_FALSE(AnomalyMode::is_enabled());
  {
    const DetectAnomalyGuard guard;
    CHECK(AnomalyMode::is_enabled());
    CHECK(AnomalyMode::should_check_nan());
    {
      const DetectAnomalyGuard inner(false);
      CHECK(AnomalyMode::is_enabled());
      CHECK_FALSE(AnomalyMode::should_check_nan());
      CHECK(anomaly([] { zeros({1}).log(); }) == "none");
    }
    CHECK(AnomalyMode::should_check_nan());
    CHECK(anomaly([] { zeros({1}).log(); }) != "none");
    // A throw leaves the mode on.
    CHECK(anomaly([] { zeros({1}).log(); }) != "none");
  }
  CHECK_FALSE(AnomalyMode::is_enabled());
  CHECK(anomaly([] { zeros({1}).log(); }) == "none");
  autograd::set_detect_anomaly(true);
  CHECK(AnomalyMode::is_enabled());
  autograd::set_detect_anomaly(false);
  CHECK_FALSE(AnomalyMode::should_check_nan());
}

TEST_CASE("anomaly: forward names the operation that made it", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = tensor({0.0, 1.0, 4.0}, requires_grad());
  CHECK(anomaly([&] { (x * 2).log().sum(); }) ==
        "log: the forward made Inf of finite values; no operation should. [output 0 [3] of 0 NaN, "
        "1 Inf, 2 finite from 0.693147 to 2.07944 with mean 1.38629; input 0 [3] of 0 NaN, 0 Inf, "
        "3 finite from 0 to 8 with mean 3.33333]");
  CHECK_THAT(anomaly([&] { (x - 1).sqrt(); }),
             ContainsSubstring("sqrt: the forward made NaN of values without NaN"));
  const NoGradGuard no_grad;
  CHECK_THAT(anomaly([&] { x.log(); }), ContainsSubstring("log: the forward made Inf"));
}

TEST_CASE("anomaly: what is finite passes, in every kind of operation", "[anomaly]") {
  const DetectAnomalyGuard guard;
  nn::Sequential net(
      nn::Linear(4, 8), [](const Tensor& x) { return x.relu(); }, nn::Linear(8, 3));
  const Tensor target = tensor({0, 2}, kInt64);
  const Tensor loss = cross_entropy(net(randn({2, 4})), target);
  CHECK(anomaly([&] { loss.backward(); }) == "none");
  const Tensor x = ones({2}, requires_grad());
  CHECK(anomaly([&] { (x * 2).add_(1).sum().backward(); }) == "none");
  CHECK(anomaly([&] { cat({x, x}).narrow(0, 1, 2).sum(); }) == "none");
  CHECK(anomaly([&] { empty({0}).log(); }) == "none");
}

TEST_CASE("anomaly: backward names the operation, and what its forward saw", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = tensor({0.0, 4.0}, requires_grad());
  const Tensor y = x.sqrt().sum();
  CHECK(anomaly([&] { y.backward(); }) ==
        "sqrt: the backward made Inf of finite values; no operation should. [gradient of input 0 "
        "[2] of 0 NaN, 1 Inf, 1 finite from 0.25 to 0.25 with mean 0.25; gradient of output 0 [2] "
        "of 0 NaN, 0 Inf, 2 finite from 1 to 1 with mean 1; in the forward: input 0 [2] of 0 NaN, "
        "0 Inf, 2 finite from 0 to 4 with mean 2]");
  // 0 times the infinity: PyTorch reports the first NaN, this the infinity before it.
  CHECK_THAT(anomaly([&] { (x.sqrt() * 0).sum().backward(); }),
             ContainsSubstring("sqrt: the backward made NaN"));
}

TEST_CASE("anomaly: an input that brings a NaN is named, an infinity may pass", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = ones({2}, requires_grad()), bad = tensor({1.0, kNaN});
  CHECK(anomaly([&] { (x + 1) * bad; }) ==
        "mul: a NaN came in with input 1; it is a leaf, nothing recorded made it. [input 1 [2] of "
        "1 NaN, 0 Inf, 1 finite from 1 to 1 with mean 1]");
  const Tensor mask = tensor({0.0, -kInf});
  CHECK(anomaly([&] { (x + mask).softmax(0).sum().backward(); }) == "none");
  CHECK_THAT(anomaly([&] { (x + mask) * 0; }), ContainsSubstring("mul: the forward made NaN"));
  // What asks for an infinity gets one.
  CHECK(anomaly([&] { x.masked_fill(tensor({true, false}), -kInf).softmax(0); }) == "none");
  Tensor made;
  {
    AnomalyMode::set_enabled(false);
    made = (x - 2).log();
    AnomalyMode::set_enabled(true);
  }
  CHECK_THAT(anomaly([&] { made * 2; }),
             ContainsSubstring("it is made by log while nothing was watched"));
}

TEST_CASE("anomaly: a gradient that brings a NaN is told apart", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = ones({2}, requires_grad());
  CHECK_THAT(anomaly([&] {
               (x * 2).backward(tensor({1.0, kNaN}));
             }),
             ContainsSubstring("mul: a NaN came in with the gradient of output 0 in backward; it "
                               "was given to backward, came from a hook, or is a sum of "
                               "gradients."));
  const Tensor y = x * 2;
  y.register_hook([](const Tensor& g) { return full(g.sizes(), kNaN); });
  CHECK_THAT(anomaly([&] { y.sum().backward(); }), ContainsSubstring("came from a hook"));
}

TEST_CASE("anomaly: the module is named, forward and backward", "[anomaly]") {
  const DetectAnomalyGuard guard;
  struct HeadImpl : nn::Cloneable<HeadImpl> {
    nn::Sequential body = register_module(
        "body", nn::Sequential({{"scale", [](const Tensor& x) { return x * 0; }}, {"log", Log()}}));
    Tensor forward(const Tensor& x) { return body(x); }
  };
  struct Model : nn::Module {
    nn::ModuleHolder<HeadImpl> head = register_module("head", nn::ModuleHolder<HeadImpl>());
    nn::Functional root =
        register_module("root", nn::Functional([](const Tensor& x) { return x.sqrt(); }));
  } model;
  const Tensor x = ones({2}, requires_grad());
  CHECK_THAT(anomaly([&] { model.head(x); }),
             ContainsSubstring("log: the forward made Inf of finite values (in module "
                               "head.body.log); no operation should."));
  const Tensor y = model.root(x * 0).sum();
  CHECK_THAT(anomaly([&] { y.backward(); }),
             ContainsSubstring("sqrt: the backward made Inf of finite values (in module root);"));
}

TEST_CASE("anomaly: a custom function is named", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = tensor({0.0, 1.0}, requires_grad());
  CHECK_THAT(anomaly([&] { OwnLog::apply(x, true); }),
             ContainsSubstring("log: the forward made Inf of finite values (in function OwnLog);"));
  CHECK_THAT(anomaly([&] { OwnLog::apply(x, false); }),
             ContainsSubstring("OwnLog: the forward made NaN of values without NaN;"));
  CHECK_THAT(anomaly([&] { OwnLog::apply(x + 1, true).sum().backward(); }),
             ContainsSubstring("OwnLog: the backward made Inf of finite values;"));
  // After an error nothing is left running.
  CHECK_THAT(anomaly([&] { x.log(); }), ContainsSubstring("Inf of finite values;"));
}

TEST_CASE("anomaly: writing in place", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = zeros({2}, requires_grad());
  CHECK_THAT(anomaly([&] { (x * 1).div_(zeros({2})); }),
             ContainsSubstring("input 0 [2] was overwritten"));
  CHECK_THAT(anomaly([&] {
               (x * 1).add_(tensor({0.0, kNaN}));
             }),
             ContainsSubstring("add: a NaN came in with input 1"));
}

TEST_CASE("anomaly: as the page shows it", "[anomaly]") {
  const Tensor x = tensor({0.0, 4.0}, requires_grad());
  std::string message;
  // [guard]
  {
    const autograd::DetectAnomalyGuard guard;
    try {
      x.sqrt().sum().backward();
    } catch (const AnomalyError& e) {
      message = e.what();
    }
  }
  // [/guard]
  CHECK_THAT(message, ContainsSubstring("sqrt: the backward made Inf of finite values"));
  autograd::set_detect_anomaly(true);
  // [meant]
  const Tensor mask = tensor({true, false});
  const Tensor scores = x.masked_fill(mask, -std::numeric_limits<double>::infinity());
  scores.softmax(0).sum().backward();  // the infinity was asked for
  // [/meant]
  autograd::set_detect_anomaly(false);
  CHECK(x.grad().defined());
}

TEST_CASE("anomaly: gradients of gradients", "[anomaly]") {
  const DetectAnomalyGuard guard;
  const Tensor x = tensor({0.0}, dtype(kFloat64).requires_grad(true));
  const Tensor y = x.pow(1.5).sum();
  Tensor g;
  CHECK(anomaly([&] { g = autograd::grad({y}, {x}, {}, true, true)[0]; }) == "none");
  CHECK(g.to_vector() == std::vector<double>{0});
  CHECK_THAT(anomaly([&] { g.sum().backward(); }),
             ContainsSubstring("sqrt: the backward made Inf of finite values"));
}

TEST_CASE("anomaly: integers of every size are looked at", "[anomaly]") {
  const DetectAnomalyGuard guard;
  for (Dtype dtype : {kBool, kUInt8, kInt8, kInt16, kInt32, kInt64}) {
    const Tensor x = ones({2}).requires_grad_(), y = x * 2;
    y.copy_(ones({2}, dtype));
    CHECK(y.to_vector() == std::vector<double>{1, 1});
    CHECK_NOTHROW(y.backward(ones({2})));
  }
}
