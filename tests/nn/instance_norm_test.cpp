#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>
#include <reel/nn/check_module.h>
#include <reel/nn/check_module_matchers.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/instance_norm.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("InstanceNorm: parameters and buffers are there when asked for", "[nn]") {
  const nn::InstanceNorm2d bare(3);
  CHECK(bare->parameters().empty());
  CHECK(bare->buffers().empty());
  const nn::InstanceNorm2d full(
      nn::InstanceNorm2dOptions(3).affine(true).track_running_stats(true));
  CHECK(full->named_parameters().keys() == std::vector<std::string>{"weight", "bias"});
  CHECK(full->named_buffers().keys() ==
        std::vector<std::string>{"running_mean", "running_var", "num_batches_tracked"});
  CHECK(to_string(*full) ==
        "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)  "
        "# 6 parameters");
  CHECK(full->weight.equal(ones({3})));
  CHECK(full->running_var.equal(ones({3})));
}

TEST_CASE("InstanceNorm: training moves the statistics that evaluation uses", "[nn]") {
  const nn::InstanceNorm1d norm(
      nn::InstanceNorm1dOptions(2).momentum(0.5).track_running_stats(true));
  const Tensor x = uniform({4, 2, 6}, 0, 1, 2, kFloat32);
  CHECK(norm(x).equal(F::instance_norm(x)));
  CHECK(norm->running_mean.allclose(x.mean({0, 2}) * 0.5));
  norm->eval();
  const auto by_running = F::InstanceNormFuncOptions()
                              .running_mean(norm->running_mean)
                              .running_var(norm->running_var)
                              .use_input_stats(false);
  CHECK(norm(x).equal(F::instance_norm(x, by_running)));
  const nn::InstanceNorm1d untracked(2);
  untracked->eval();
  CHECK(untracked(x).equal(instance_norm(x)));
}

TEST_CASE("InstanceNorm: one sample without a batch dimension", "[nn]") {
  const Tensor x = uniform({1, 3, 4, 5}, 0, -1, 1, kFloat32);
  CHECK(nn::InstanceNorm2d(3)(x.squeeze(0)).equal(nn::InstanceNorm2d(3)(x).squeeze(0)));
  CHECK(message_of<ArgumentError>([&] {
          nn::InstanceNorm2d(3)->forward(ones({3, 4}));
        }) ==
        "InstanceNorm2d: input [3, 4] has 2 dimensions; it must be (N, C, 2 spatial) or (C, 2 "
        "spatial).");
  CHECK(message_of<ArgumentError>([] { nn::InstanceNorm3d(0); }) ==
        "InstanceNorm3d: num_features is 0; it must be positive.");
}

TEST_CASE("InstanceNorm: passes check_module", "[nn]") {
  CHECK_THAT(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(3).affine(true)),
             nn::PassesCheck(uniform({2, 3, 4, 4}, 0, -1, 1, kFloat32)));
}
