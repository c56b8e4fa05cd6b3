#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/dropout.h>
#include <reel/nn/linear.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>
#include <reel/nn/summary.h>

#include <sstream>
#include <tuple>

#include "tests/catch.h"
#include "tests/message_of.h"

namespace reel::nn {
namespace {

Sequential make_net() {
  return Sequential({{"conv", Conv2d(1, 4, 3)},
                     {"norm", BatchNorm2d(4)},
                     {"relu", ReLU()},
                     {"drop", Dropout(0.5)},
                     {"flat", Functional([](const Tensor& x) { return x.flatten(1); })},
                     {"fc", Linear(64, 3)}});
}

// Layers that are called twice, never, and with two results.
struct OddImpl : Module {
  struct Pair : Module {
    std::tuple<Tensor, Tensor> forward(const Tensor& x) { return {x, x * scale}; }
    Parameter scale = register_parameter("scale", ones({1}));
  };
  Linear twice = register_module("twice", Linear(3, 3));
  Linear never = register_module("never", Linear(3, 5));
  std::shared_ptr<Pair> pair = register_module("pair", std::make_shared<Pair>());
  Tensor forward(const Tensor& x) {
    const auto [a, b] = nn::call(*pair, twice(twice(x)));
    return a + b;
  }
};
REEL_MODULE(Odd);

}  // namespace

TEST_CASE("summary: shapes, parameters and work of each layer", "[summary]") {
  Sequential net = make_net();
  const ModelSummary s = summary(net, {2, 1, 6, 6});
  REQUIRE(s.layers.size() == 7);
  CHECK(s.layers[0].path.empty());
  CHECK(s.layers[0].is_container);
  CHECK(s.layers[1].path == "conv");
  CHECK(s.layers[1].output == Shape({2, 4, 4, 4}));
  CHECK(s.layers[1].inputs == std::vector<Shape>{Shape({2, 1, 6, 6})});
  CHECK(s.layers[1].parameters == 40);
  CHECK(s.layers[1].multiply_adds == 2 * 4 * 4 * 4 * 9);
  CHECK(s.layers[1].activation_bytes == 2 * 4 * 4 * 4 * 4);
  CHECK(s.layers[2].multiply_adds == 128);
  CHECK(s.layers[3].multiply_adds == 0);
  CHECK(s.layers[6].output == Shape({2, 3}));
  CHECK(s.layers[6].multiply_adds == 2 * 3 * 64);
  CHECK(s.parameters == 40 + 8 + 195);
  CHECK(s.trainable_parameters == s.parameters);
  CHECK(s.parameter_bytes == 4 * s.parameters);
  CHECK(s.multiply_adds == 1152 + 128 + 384);
  CHECK(s.activation_bytes == 5 * 512 + 24);
}

TEST_CASE("summary: as a table", "[summary]") {
  Sequential net = make_net();
  std::ostringstream text;
  // [summary]
  text << nn::summary(net, {2, 1, 6, 6});
  // [/summary]
  CHECK(
      text.str() ==
      R"(layer                                                                                   output        parameters  multiply-adds  activations
Sequential                                                                              [2, 3]                 -              -            -
  conv: Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))                                 [2, 4, 4, 4]          40          1,152        512 B
  norm: BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)  [2, 4, 4, 4]           8            128        512 B
  relu: ReLU()                                                                          [2, 4, 4, 4]           -              -        512 B
  drop: Dropout(p=0.5)                                                                  [2, 4, 4, 4]           -              -        512 B
  flat: Functional()                                                                    [2, 64]                -              -        512 B
  fc: Linear(in_features=64, out_features=3, bias=True)                                 [2, 3]               195            384         24 B
243 parameters (972 B), 243 of them trained; 1,664 multiply-adds; activations 2.58 kB
)");
  CHECK(text.str() == to_string(nn::summary(net, {2, 1, 6, 6})));
}

TEST_CASE("summary: leaves the model as it was", "[summary]") {
  Sequential net = make_net();
  net->train();
  const auto before = net->state_dict()["norm.running_mean"].to_vector();
  const uint64_t offset = default_generator().offset();
  (void)summary(net, {2, 1, 6, 6});
  CHECK(net->is_training());
  CHECK(net->state_dict()["norm.running_mean"].to_vector() == before);
  CHECK(default_generator().offset() == offset);
  CHECK(!ModuleCall::has_hooks(*net.ptr()));
  CHECK(!ModuleCall::has_hooks(*net->ptr(0)));
  CHECK_THROWS_AS(summary(net, {2, 7, 6, 6}), ArgumentError);
  CHECK(net->is_training());
  CHECK(!ModuleCall::has_hooks(*net->ptr(0)));
}

TEST_CASE("summary: layers called twice, never, and with several results", "[summary]") {
  Odd odd;
  const ModelSummary s = summary(odd, ones({4, 3}));
  REQUIRE(s.layers.size() == 4);
  CHECK(s.layers[1].calls == 2);
  CHECK(s.layers[1].multiply_adds == 2 * 4 * 9);
  CHECK(s.layers[2].calls == 0);
  CHECK(s.layers[3].calls == 0);
  CHECK(s.layers[3].parameters == 1);
  const std::string text = to_string(s);
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("  twice: Linear(in_features=3, "
                                                      "out_features=3, bias=True) x2"));
}

TEST_CASE("summary: several inputs, and work without a module", "[summary]") {
  struct Scores : Module {
    Linear query = register_module("query", Linear(4, 3));
    Tensor forward(const Tensor& x, const Tensor& keys) {
      const Tensor q = query(x);
      return q.matmul(keys).matmul(keys.t());
    }
  } scores;
  const ModelSummary s = summary(scores, ones({2, 4}), ones({3, 5}));
  REQUIRE(s.layers.size() == 2);
  CHECK(s.layers[0].inputs == std::vector<Shape>{Shape({2, 4}), Shape({3, 5})});
  CHECK(s.layers[0].output == Shape({2, 3}));
  CHECK(s.layers[0].multiply_adds == 2 * (2 * 3 * 5));
  CHECK(s.layers[1].multiply_adds == 2 * 4 * 3);
  CHECK(s.multiply_adds == 60 + 24);
}

TEST_CASE("summary: float64, and what is frozen", "[summary]") {
  Linear fc(3, 2);
  fc->to(kFloat64);
  fc->weight.set_requires_grad(false);
  const ModelSummary s = summary(*fc, {5, 3});
  CHECK(s.parameter_bytes == 8 * 8);
  CHECK(s.trainable_parameters == 2);
  CHECK(s.activation_bytes == 5 * 2 * 8);
}

TEST_CASE("observers see modules that other hooks can not", "[summary]") {
  Odd odd;
  int seen = 0;
  const uint32_t handle = odd->pair->register_forward_observer(
      [&](Module&, const TensorList&, const Tensor&) { ++seen; });
  const uint32_t before =
      odd->pair->register_forward_pre_observer([&](Module&, TensorList&) { ++seen; });
  odd(ones({1, 3}));
  CHECK(seen == 0);  // its forward gives no tensor
  odd->pair->remove_hook(before);
  odd->pair->remove_forward_hook(handle);
  odd->pair->register_forward_hook([](Module&, const TensorList&, Tensor&) {});
  CHECK_THROWS_AS(odd(ones({1, 3})), ArgumentError);
}

}  // namespace reel::nn
