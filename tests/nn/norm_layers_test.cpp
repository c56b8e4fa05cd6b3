#include <reel/core/creation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/check_module.h>
#include <reel/nn/check_module_matchers.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/group_norm.h>
#include <reel/nn/layer_norm.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/nn/printed.h"

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("BatchNorm: parameters, buffers and their start") {
  const nn::BatchNorm2d norm(3);
  CHECK(norm->named_parameters().keys() == std::vector<std::string>{"weight", "bias"});
  CHECK(norm->named_buffers().keys() ==
        std::vector<std::string>{"running_mean", "running_var", "num_batches_tracked"});
  CHECK(norm->weight.equal(ones({3})));
  CHECK(norm->bias.equal(zeros({3})));
  const nn::BatchNorm2d bare(nn::BatchNorm2dOptions(3).affine(false).track_running_stats(false));
  CHECK(bare->parameters().empty());
  CHECK(bare->buffers().empty());
}

TEST_CASE("BatchNorm: training counts batches, evaluation uses what it saw") {
  nn::BatchNorm1d norm(nn::BatchNorm1dOptions(2).momentum(0.5));
  const Tensor x = uniform({8, 2}, 0, 1, 2, kFloat32);
  norm(x);
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
  CHECK(norm->running_mean.allclose(x.mean(0) * 0.5));
  norm->eval();
  const Tensor expected =
      F::batch_norm(x, norm->running_mean, norm->running_var,
                    F::BatchNormFuncOptions().weight(norm->weight).bias(norm->bias));
  CHECK(norm(x).equal(expected));
  CHECK(norm->num_batches_tracked.item<int64_t>() == 1);
}

TEST_CASE("BatchNorm: without momentum, all batches weigh the same") {
  nn::BatchNorm1d norm(nn::BatchNorm1dOptions(2).momentum(std::nullopt));
  Tensor sum = zeros({2});
  for (uint64_t i = 0; i < 4; ++i) {
    const Tensor x = uniform({5, 2}, i, 0, 1, kFloat32);
    sum += x.mean(0);
    norm(x);
  }
  CHECK(norm->running_mean.allclose(sum / 4.0));
  norm->reset_running_stats();
  CHECK(norm->running_var.equal(ones({2})));
  CHECK(norm->num_batches_tracked.item<int64_t>() == 0);
}

TEST_CASE("BatchNorm: the number of dimensions must be the layer's") {
  CHECK(message_of<ArgumentError>([] {
          nn::BatchNorm2d(3)->forward(ones({2, 3, 4}));
        }) == "BatchNorm2d: input [2, 3, 4] has 3 dimensions; it must be (N, C, 2 spatial).");
  CHECK(message_of<ArgumentError>([] { nn::BatchNorm1d(3)->forward(ones({3})); }) ==
        "BatchNorm1d: input [3] has 1 dimensions; it must be (N, C) or (N, C, 1 spatial).");
  CHECK(message_of<ArgumentError>([] { nn::BatchNorm1d(0); }) ==
        "BatchNorm1d: num_features is 0; it must be positive.");
}

TEST_CASE("LayerNorm: parameters follow the options") {
  const nn::LayerNorm both({4, 5});
  CHECK(both->weight.sizes() == Shape{4, 5});
  CHECK(both->bias.sizes() == Shape{4, 5});
  CHECK(!nn::LayerNorm(nn::LayerNormOptions({4}).bias(false))->bias.defined());
  CHECK(nn::LayerNorm(nn::LayerNormOptions({4}).elementwise_affine(false))->parameters().empty());
  const Tensor x = uniform({2, 4, 5}, 0, -1, 1, kFloat32);
  CHECK(both->forward(x).equal(F::layer_norm(x, F::LayerNormFuncOptions({4, 5}))));
}

TEST_CASE("GroupNorm: groups must divide channels") {
  CHECK(message_of<ArgumentError>([] { nn::GroupNorm(3, 8); }) ==
        "GroupNorm: num_groups = 3 does not divide num_channels = 8; it must.");
  CHECK(
      message_of<ArgumentError>([] {
        nn::GroupNorm(2, 8)->forward(ones({2, 6, 3}));
      }) ==
      "GroupNorm: input [2, 6, 3] does not have 8 channels in dimension 1, as num_channels says.");
  const Tensor x = uniform({2, 6, 3}, 0, -1, 1, kFloat32);
  CHECK(nn::GroupNorm(2, 6)->forward(x).equal(F::group_norm(x, F::GroupNormFuncOptions(2))));
}

TEST_CASE("norm layers print as PyTorch's") {
  CHECK(printed(nn::BatchNorm2d(6)) ==
        "BatchNorm2d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)");
  CHECK(printed(nn::BatchNorm1d(nn::BatchNorm1dOptions(6).momentum(std::nullopt))) ==
        "BatchNorm1d(6, eps=1e-05, momentum=None, affine=True, track_running_stats=True)");
  CHECK(printed(nn::LayerNorm({4, 5})) == "LayerNorm((4, 5), eps=1e-05, elementwise_affine=True)");
  CHECK(printed(nn::GroupNorm(2, 6)) == "GroupNorm(2, 6, eps=1e-05, affine=True)");
}

TEST_CASE("norm layers pass check_module") {
  CHECK_THAT(nn::BatchNorm2d(3), nn::PassesCheck(uniform({2, 3, 4, 4}, 0, -1, 1, kFloat32)));
  CHECK_THAT(nn::GroupNorm(2, 4), nn::PassesCheck(uniform({2, 4, 3}, 0, -1, 1, kFloat32)));
  CHECK_THAT(nn::LayerNorm({5}), nn::PassesCheck(uniform({3, 5}, 0, -1, 1, kFloat32)));
}
