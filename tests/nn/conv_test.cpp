#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/conv.h>
#include <reel/nn/functional/conv.h>
#include <reel/nn/functional/pad.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("Conv: parameters, forward, printing", "[nn]") {
  manual_seed(1);
  nn::Conv2d conv(3, 8, 5);
  CHECK(conv->weight.sizes() == IntArrayRef{8, 3, 5, 5});
  CHECK(conv->bias.sizes() == IntArrayRef(8));
  CHECK(conv->named_parameters().size() == 2);
  CHECK(to_string(*conv) == "Conv2d(3, 8, kernel_size=(5, 5), stride=(1, 1))  # 608 parameters");
  const Tensor x = uniform({2, 3, 9, 7}, 1, -1, 1, kFloat32);
  const Tensor y = conv(x);
  CHECK(y.sizes() == IntArrayRef{2, 8, 5, 3});
  CHECK(y.to_vector() == conv2d(x, conv->weight, conv->bias).to_vector());
  y.backward(ones_like(y));
  CHECK(conv->bias.grad().to_vector() == std::vector<double>(8, 2.0 * 5 * 3));
  CHECK(conv->weight.grad().defined());
}

TEST_CASE("Conv: starts uniform in +-1 / sqrt(inputs of an output)", "[nn]") {
  manual_seed(2);
  nn::Conv3d conv(nn::Conv3dOptions(8, 64, {1, 2, 3}).groups(2));
  const double bound = 1 / std::sqrt(4.0 * 6);
  for (const Tensor& p : {Tensor(conv->weight), Tensor(conv->bias)}) {
    double largest = 0;
    for (double v : p.to_vector()) largest = std::max(largest, std::fabs(v));
    CHECK(largest <= bound);
    CHECK(largest > 0.9 * bound);
  }
}

TEST_CASE("Conv: every option reaches the operation and the clone", "[nn]") {
  const auto options =
      nn::Conv1dOptions(4, 6, 3).stride(2).padding(3).dilation(2).groups(2).bias(false);
  nn::Conv1d conv(options);
  CHECK_FALSE(conv->bias.defined());
  CHECK(conv->parameters().size() == 1);
  CHECK(to_string(*conv) ==
        "Conv1d(4, 6, kernel_size=(3,), stride=(2,), padding=(3,), dilation=(2,), groups=2, "
        "bias=False)  # 36 parameters");
  const Tensor x = uniform({2, 4, 11}, 1, -1, 1, kFloat32);
  const std::vector<double> y = conv1d(x, conv->weight, {}, 2, 3, 2, 2).to_vector();
  CHECK(conv(x).to_vector() == y);
  CHECK(conv->clone()->forward(x).to_vector() == y);
  const auto function = F::Conv1dFuncOptions().stride(2).padding(3).dilation(2).groups(2);
  CHECK(F::conv1d(x, conv->weight, function).to_vector() == y);
}

TEST_CASE("Conv: padding modes are pad, then a convolution without", "[nn]") {
  const Tensor x = uniform({2, 3, 9, 8}, 1, -1, 1, kFloat32);
  for (PaddingMode mode : {kZeros, kReflect, kReplicate, kCircular}) {
    nn::Conv2d numbers(nn::Conv2dOptions(3, 4, {3, 2}).padding({2, 1}).padding_mode(mode));
    const Tensor by_hand = F::pad(x, F::PadFuncOptions({1, 1, 2, 2}).mode(mode));
    CHECK(numbers(x).to_vector() == conv2d(by_hand, numbers->weight, numbers->bias).to_vector());
    nn::Conv2d same(
        nn::Conv2dOptions(3, 4, {3, 4}).padding("same").dilation({1, 2}).padding_mode(mode));
    const Tensor around = pad(x, {3, 3, 1, 1}, mode);
    CHECK(same(x).sizes() == IntArrayRef{2, 4, 9, 8});
    CHECK(same(x).to_vector() ==
          conv2d(around, same->weight, same->bias, 1, 0, {1, 2}).to_vector());
  }
  nn::Conv2d conv(nn::Conv2dOptions(3, 4, 2).padding(kSame).padding_mode(kReflect));
  CHECK(to_string(*conv) ==
        "Conv2d(3, 4, kernel_size=(2, 2), stride=(1, 1), padding=same, padding_mode=reflect)"
        "  # 52 parameters");
  CHECK(conv(x.select(0, 1)).to_vector() == conv(x).select(0, 1).to_vector());
}

TEST_CASE("Conv: impossible options", "[nn]") {
  const auto message = [](auto options) {
    return message_of<ArgumentError>([&] { nn::Conv2d conv(options); });
  };
  CHECK(message(nn::Conv2dOptions(0, 4, 3)) ==
        "Conv2d: in_channels is 0, out_channels 4 and groups 1; each must be at least 1.");
  CHECK(message(nn::Conv2dOptions(6, 4, 3).groups(3)) ==
        "Conv2d: groups=3 does not divide both in_channels=6 and out_channels=4; it must.");
  CHECK(message(nn::Conv2dOptions(6, 4, {3, 0})) ==
        "Conv2d: kernel_size [3, 0]; each value must be from 1 to 2147483647.");
  CHECK(message(nn::Conv2dOptions(6, 4, 3).dilation(0)) ==
        "Conv2d: dilation [0, 0]; each value must be from 1 to 2147483647.");
  CHECK(message(nn::Conv2dOptions(6, 4, 3).padding(kSame).stride({1, 2})) ==
        "Conv2d: padding 'same' with stride [1, 2]; it needs stride 1. [give the padding in "
        "numbers]");
}
