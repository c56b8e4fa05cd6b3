#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/nn/dropout.h>
#include <reel/nn/functional/dropout.h>
#include <reel/nn/functional/pool.h>
#include <reel/nn/pool.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/nn/printed.h"

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("pooling layers are what their functions are") {
  const Tensor x1 = uniform({2, 3, 9}), x2 = uniform({2, 3, 6, 7}), x3 = uniform({1, 2, 4, 4, 5});
  CHECK(nn::MaxPool1d(3)(x1).equal(max_pool1d(x1, 3)));
  CHECK(nn::MaxPool2d(nn::MaxPool2dOptions({2, 3}).stride(2).padding(1).ceil_mode(true))(x2).equal(
      max_pool2d(x2, {2, 3}, 2, 1, 1, true)));
  CHECK(nn::MaxPool3d(2)(x3).equal(max_pool3d(x3, 2)));
  CHECK(nn::AvgPool1d(nn::AvgPool1dOptions(2).stride(1))(x1).equal(avg_pool1d(x1, 2, 1)));
  CHECK(nn::AvgPool2d(nn::AvgPool2dOptions(3).padding(1).count_include_pad(false))(x2).equal(
      avg_pool2d(x2, 3, 3, 1, false, false)));
  CHECK(nn::AvgPool3d(nn::AvgPool3dOptions(2).divisor_override(3))(x3).equal(
      avg_pool3d(x3, 2, 2, 0, false, true, 3)));
  CHECK(nn::AdaptiveAvgPool1d(4)(x1).equal(adaptive_avg_pool1d(x1, 4)));
  CHECK(nn::AdaptiveAvgPool2d({3, 2})(x2).equal(adaptive_avg_pool2d(x2, {3, 2})));
  CHECK(nn::AdaptiveAvgPool3d(1)(x3).equal(adaptive_avg_pool3d(x3, 1)));
  CHECK(F::max_pool2d(x2, F::MaxPool2dFuncOptions(2)).equal(max_pool2d(x2, 2)));
}

TEST_CASE("Dropout: active in training only, and drawn from the generator") {
  nn::Dropout layer(0.4);
  const Tensor x = ones({50, 20});
  manual_seed(5);
  const Tensor y = layer(x);
  manual_seed(5);
  CHECK(y.equal(F::dropout(x, F::DropoutFuncOptions().p(0.4))));
  layer->eval();
  CHECK(layer(x).is_same(x));
  CHECK(message_of<ArgumentError>([] { nn::Dropout(-0.1); }) ==
        "Dropout: the probability is -0.1; it must be from 0 to 1.");
}

TEST_CASE("pooling and dropout print as PyTorch's") {
  CHECK(printed(nn::MaxPool2d(2)) ==
        "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
  CHECK(printed(nn::MaxPool2d(nn::MaxPool2dOptions({3, 2}).stride(1))) ==
        "MaxPool2d(kernel_size=(3, 2), stride=1, padding=0, dilation=1, ceil_mode=False)");
  CHECK(printed(nn::AvgPool1d(3)) == "AvgPool1d(kernel_size=3, stride=3, padding=0)");
  CHECK(printed(nn::AdaptiveAvgPool2d(1)) == "AdaptiveAvgPool2d(output_size=1)");
  CHECK(printed(nn::Dropout(0.25)) == "Dropout(p=0.25)");
}
