// The code in docs/parametrizations.md.

#include <reel/nn/activation.h>
#include <reel/nn/conv.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/nn/utils/spectral_norm.h>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;

TEST_CASE("the example of docs/parametrizations.md runs", "[nn]") {
  // [spectral]
  using nn::utils::spectral_norm;
  nn::Sequential critic(spectral_norm(nn::Conv2d(nn::Conv2dOptions(1, 16, 5).stride(2))),
                        nn::LeakyReLU(), nn::Flatten(), spectral_norm(nn::Linear(16 * 12 * 12, 1)));
  // [/spectral]
  const Tensor x = uniform({2, 1, 28, 28}, 1).to(kFloat32).requires_grad_();
  (critic(x).mean() - critic(x * 2.0).mean()).backward();
  CHECK(critic->named_parameters().keys() ==
        std::vector<std::string>{"0.bias", "0.weight_orig", "3.bias", "3.weight_orig"});
  for (const Tensor& p : critic->parameters()) CHECK(p.grad().defined());
}
