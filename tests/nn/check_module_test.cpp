#include <reel/autograd/function.h>
#include <reel/core/creation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/check_module_matchers.h>
#include <reel/nn/dropout.h>
#include <reel/nn/layer_norm.h>
#include <reel/nn/sequential.h>

#include "tests/catch.h"

using namespace reel;
using namespace reel::nn;
using autograd::AutogradContext;
using autograd::variable_list;

namespace {

/// x * weight + bias, elementwise.
struct ScaleImpl : Cloneable<ScaleImpl> {
  Parameter weight = register_parameter("weight", rand({3}));
  Parameter bias = register_parameter("bias", rand({3}));
  Tensor forward(const Tensor& x) { return x * weight + bias; }
};
REEL_MODULE(Scale);

std::string problems_of(const CheckModuleReport& report) {
  std::string all;
  for (const std::string& problem : report.problems) all += problem + "\n";
  return all;
}

bool mentions(const CheckModuleReport& report, const std::string& text) {
  INFO(to_string(report));
  CHECK_FALSE(report);
  return problems_of(report).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a right module passes, and is left as it was", "[nn][check_module]") {
  manual_seed(1);
  Scale scale;
  scale->weight.mutable_grad() = ones({3});
  scale->eval();
  const std::vector<double> before = scale->weight.detach().to_vector();
  const uint64_t position = default_generator().offset();
  const Tensor x = rand({2, 3});
  const CheckModuleReport report = check_module(scale, x);
  CHECK(to_string(report) ==
        "check_module: Scale: all is right: 2 parameters, 1 inputs, 24 gradients compared.");
  CHECK(scale->weight.detach().to_vector() == before);
  CHECK(scale->weight.dtype() == kFloat32);
  CHECK(scale->weight.grad().to_vector() == std::vector<double>(3, 1));
  CHECK_FALSE(scale->bias.grad().defined());
  CHECK_FALSE(scale->is_training());
  CHECK(default_generator().offset() == position + 2);  // that x was drawn with
  CHECK_FALSE(x.requires_grad());
  CHECK_THAT(scale, PassesCheck(x));
  CHECK_THAT(scale.ptr(), PassesCheck(x));
  CHECK_THAT(*scale, PassesCheck({x}));
  CHECK_THAT(report, GradientsMatch());
}

TEST_CASE("layers with statistics and random numbers pass", "[nn][check_module]") {
  manual_seed(2);
  Sequential net(Scale(), LayerNorm(LayerNormOptions({3})), Dropout(0.3), Scale());
  CHECK_THAT(net, PassesCheck(rand({4, 3})));
  BatchNorm1d norm(3);
  const std::vector<double> before = norm->running_mean.to_vector();
  CHECK_THAT(norm, PassesCheck(rand({6, 3})));
  CHECK(norm->running_mean.to_vector() == before);
  CHECK(norm->num_batches_tracked.item<int64_t>() == 0);
}

TEST_CASE("a large module is checked along directions", "[nn][check_module]") {
  manual_seed(3);
  CheckModuleOptions options;
  options.max_elements = 5;
  Scale scale;
  const CheckModuleReport report = check_module(scale, rand({2, 3}), options);
  CHECK(report);
  CHECK(report.gradients == 6);
}

TEST_CASE("a module of two inputs and two outputs passes", "[nn][check_module]") {
  struct TwoImpl : Cloneable<TwoImpl> {
    Parameter weight = register_parameter("weight", rand({3}));
    std::tuple<Tensor, Tensor> forward(const Tensor& x, const Tensor& y) {
      return {x * weight, x + y * weight};
    }
  };
  TwoImpl two;
  CHECK(check_module(two, {rand({3}), rand({3})}));
  CHECK(mentions(check_module(two, rand({3})), "forward: that of Two does not take 1 tensors"));
}

TEST_CASE("a plain module passes, and the report says it has no clone", "[nn][check_module]") {
  struct Plain : Module {
    Parameter weight = register_parameter("weight", rand({3}));
    Tensor forward(const Tensor& x) { return x * weight; }
  };
  const auto plain = std::make_shared<Plain>();
  const CheckModuleReport report = check_module(plain, rand({3}));
  CHECK(report);
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0].find("can not be cloned") != std::string::npos);
}

TEST_CASE("a wrong gradient is found and its parameter named", "[nn][check_module]") {
  struct WrongScale : autograd::Function<WrongScale> {
    static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& w) {
      ctx->save_for_backward({x, w});
      return x * w;
    }
    static variable_list backward(AutogradContext* ctx, variable_list dy) {
      const variable_list saved = ctx->get_saved_variables();
      return {dy[0] * saved[1], dy[0] * saved[0] * 1.01};
    }
  };
  struct WrongImpl : Cloneable<WrongImpl> {
    Parameter weight = register_parameter("weight", rand({3}));
    Tensor forward(const Tensor& x) { return WrongScale::apply(x, weight); }
  };
  WrongImpl wrong;
  const CheckModuleReport report = check_module(wrong, rand({3}));
  CHECK(
      mentions(report, "in training, 3 of 6 gradients are wrong\n    parameter 'weight' [3] at ["));
  CHECK(mentions(report, "in evaluation, 3 of 6"));
}

TEST_CASE("a member that was given another tensor is found", "[nn][check_module]") {
  struct PlainMemberImpl : Cloneable<PlainMemberImpl> {
    Tensor weight = register_parameter("weight", rand({3}));
    Tensor forward(const Tensor& x) { return x * weight; }
  };
  PlainMemberImpl module;
  module.weight = rand({3});
  CHECK(mentions(check_module(module, rand({3})),
                 "parameter 'weight' [3] gets no gradient: forward does not use it"));
  module.weight = rand({3}, requires_grad());
  CHECK(mentions(check_module(module, rand({3})),
                 "a tensor that requires grad is used by mul, but is neither a registered "
                 "parameter nor an input"));
}

TEST_CASE("a child that is not registered is found", "[nn][check_module]") {
  struct ForgetfulImpl : Cloneable<ForgetfulImpl> {
    Scale known = register_module("known", Scale());
    Scale forgotten;
    Tensor forward(const Tensor& x) { return forgotten(known(x)); }
  };
  ForgetfulImpl module;
  const CheckModuleReport report = check_module(module, rand({3}));
  CHECK(report.problems.size() == 2);
  CHECK(mentions(report, "neither a registered parameter nor an input"));
}

TEST_CASE("a gradient that is zero everywhere shows nothing", "[nn][check_module]") {
  struct MutedImpl : Cloneable<MutedImpl> {
    Parameter weight = register_parameter("weight", rand({3}));
    Parameter muted = register_parameter("muted", rand({3}));
    Tensor forward(const Tensor& x) { return x * weight + 0.0 * muted; }
  };
  MutedImpl module;
  CHECK(mentions(check_module(module, rand({3})),
                 "the gradient of parameter 'muted' is zero everywhere"));
  CheckModuleOptions options;
  options.gradcheck.allow_zero = true;
  CHECK(check_module(module, rand({3}), options));
}

TEST_CASE("a module without anything to check does not pass", "[nn][check_module]") {
  struct NothingImpl : Cloneable<NothingImpl> {
    Tensor forward(const Tensor& x) { return x; }
  };
  NothingImpl module;
  CHECK(mentions(check_module(module, zeros({3}, kInt64)), "nothing can be checked"));
}

TEST_CASE("randomness and changes in evaluation are found", "[nn][check_module]") {
  struct NoisyImpl : Cloneable<NoisyImpl> {
    Buffer calls = register_buffer("calls", zeros({1}));
    Parameter weight = register_parameter("weight", rand({3}));
    Tensor forward(const Tensor& x) {
      const NoGradGuard no_grad;
      calls.add_(1);
      const AutoGradMode recording(true);
      return x * weight + rand({3}, x.dtype());
    }
  };
  NoisyImpl module;
  const CheckModuleReport report = check_module(module, rand({3}));
  CHECK(mentions(report, "evaluation changes the buffer 'calls'"));
  CHECK(mentions(report, "evaluation gives other values for the same input"));
  CHECK(module.calls.item<double>() == 0);
}

TEST_CASE("a clone that differs or shares is found", "[nn][check_module]") {
  struct HiddenImpl : Cloneable<HiddenImpl> {
    Parameter weight = register_parameter("weight", rand({3}));
    double factor = 1;
    Tensor forward(const Tensor& x) { return x * weight * factor; }
  };
  HiddenImpl hidden;
  CHECK(check_module(hidden, rand({3})));
  hidden.factor = 2;
  CHECK(mentions(check_module(hidden, rand({3})), "a clone gives other values for the same input"));

  struct SharingImpl : Cloneable<SharingImpl> {
    Parameter weight = register_parameter("weight", rand({3}));
    Tensor forward(const Tensor& x) { return x * weight; }
    std::shared_ptr<Module> clone_module() const override {
      auto copy = std::make_shared<SharingImpl>();
      copy->weight.set_data(weight);
      return copy;
    }
  };
  SharingImpl sharing;
  CHECK(mentions(check_module(sharing, rand({3})), "a clone shares memory with its original"));
}

TEST_CASE("an error while the module runs is a problem of its own", "[nn][check_module]") {
  Scale scale;
  CHECK(mentions(check_module(scale, rand({2, 4})), "training: "));
}
