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

TEST_CASE("pooling layers with indices, and back") {
  const Tensor x1 = uniform({2, 3, 9}), x2 = uniform({2, 3, 6, 7}), x3 = uniform({1, 2, 4, 4, 5});
  const auto [y, indices] = nn::MaxPool2d(2)->forward_with_indices(x2);
  CHECK(y.equal(max_pool2d(x2, 2)));
  CHECK(indices.equal(std::get<1>(F::max_pool2d_with_indices(x2, F::MaxPool2dFuncOptions(2)))));
  const auto [even, at] = nn::MaxPool2d(2)->forward_with_indices(x2.slice(3, 0, 6));
  CHECK(nn::MaxUnpool2d(2)(even, at).equal(max_unpool2d(even, at, {6, 6})));
  CHECK(message_of<ArgumentError>([&, &v = y, &indices = indices] {
          nn::MaxUnpool2d(2)(v, indices, std::vector<int64_t>{6, 8});
        })
            .find("max_unpool2d: output_size [6, 8] for input [2, 3, 3, 3]; its last sizes must "
                  "differ by less than the stride from [6, 6].") == 0);
  // The last column was not pooled; output_size says that there was one.
  const auto whole = std::vector<int64_t>{2, 3, 6, 7};
  const Tensor back = nn::MaxUnpool2d(2)(y, indices, whole);
  CHECK(back.equal(max_unpool2d(y, indices, {6, 7})));
  CHECK(back.equal(F::max_unpool2d(y, indices, F::MaxUnpool2dFuncOptions(2).output_size(whole))));
  const auto [y1, at1] = nn::MaxPool1d(3)->forward_with_indices(x1);
  CHECK(nn::MaxUnpool1d(3)(y1, at1).equal(max_unpool1d(y1, at1, {9})));
  const auto [y3, at3] = nn::MaxPool3d(2)->forward_with_indices(x3);
  CHECK(nn::MaxUnpool3d({2, 2, 2})(y3, at3, std::vector<int64_t>{4, 4, 5})
            .equal(max_unpool3d(y3, at3, {4, 4, 5})));
}

TEST_CASE("adaptive and norm pooling layers") {
  const Tensor x1 = uniform({2, 3, 9}), x2 = uniform({2, 3, 6, 7}), x3 = uniform({1, 2, 4, 4, 5});
  CHECK(nn::AdaptiveMaxPool1d(4)(x1).equal(std::get<0>(adaptive_max_pool1d(x1, 4))));
  CHECK(nn::AdaptiveMaxPool2d({3, 2})(x2).equal(std::get<0>(adaptive_max_pool2d(x2, {3, 2}))));
  CHECK(nn::AdaptiveMaxPool3d(2)(x3).equal(std::get<0>(adaptive_max_pool3d(x3, 2))));
  CHECK(std::get<1>(nn::AdaptiveMaxPool2d(2)->forward_with_indices(x2))
            .equal(std::get<1>(adaptive_max_pool2d(x2, 2))));
  CHECK(F::adaptive_max_pool2d(x2, F::AdaptiveMaxPool2dFuncOptions({3, 2}))
            .equal(std::get<0>(adaptive_max_pool2d(x2, {3, 2}))));
  CHECK(nn::AdaptiveAvgPool2d({2, std::nullopt})(x2).equal(adaptive_avg_pool2d(x2, {2, 7})));
  CHECK(nn::AdaptiveMaxPool2d(nn::AdaptiveMaxPool2dOptions({std::nullopt, 2}))(x2).equal(
      std::get<0>(adaptive_max_pool2d(x2, {6, 2}))));
  CHECK(F::adaptive_avg_pool3d(x3, F::AdaptiveAvgPool3dFuncOptions(2))
            .equal(adaptive_avg_pool3d(x3, 2)));
  CHECK(nn::LPPool1d(2, 3)(x1).equal(lp_pool1d(x1, 2, 3)));
  CHECK(nn::LPPool2d(nn::LPPool2dOptions(3, {2, 3}).stride(1).ceil_mode(true))(x2.abs()).equal(
      lp_pool2d(x2.abs(), 3, {2, 3}, 1, true)));
  CHECK(nn::LPPool3d(2, 2)(x3).equal(lp_pool3d(x3, 2, 2)));
  CHECK(F::lp_pool1d(x1, F::LPPool1dFuncOptions(2, 3)).equal(lp_pool1d(x1, 2, 3)));
  nn::AdaptiveMaxPool2d pool({3, std::nullopt});
  CHECK(pool->clone()->forward(x2).equal(pool(x2)));
  CHECK(message_of<ArgumentError>([] {
          nn::AdaptiveMaxPool2d({1, 2, 3});
        }) == "options: 3 values given for 2 spatial dimensions; give 2 or one for all.");
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
  CHECK(printed(nn::AdaptiveMaxPool2d({5, std::nullopt})) ==
        "AdaptiveMaxPool2d(output_size=(5, None))");
  CHECK(printed(nn::MaxUnpool2d(2)) ==
        "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))");
  CHECK(printed(nn::LPPool2d(2, 3)) ==
        "LPPool2d(norm_type=2, kernel_size=3, stride=3, ceil_mode=False)");
  CHECK(printed(nn::Dropout(0.25)) == "Dropout(p=0.25)");
}
