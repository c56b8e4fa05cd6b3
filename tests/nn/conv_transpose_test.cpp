#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>
#include <reel/nn/check_module.h>
#include <reel/nn/check_module_matchers.h>
#include <reel/nn/conv_transpose.h>
#include <reel/nn/functional/conv.h>
#include <reel/nn/sequential.h>

#include <algorithm>
#include <cmath>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("ConvTranspose: every option reaches the operation and the clone", "[nn]") {
  const auto options = nn::ConvTranspose1dOptions(4, 6, 3)
                           .stride(2)
                           .padding(1)
                           .output_padding(1)
                           .groups(2)
                           .dilation(3)
                           .bias(false);
  const nn::ConvTranspose1d conv(options);
  CHECK(conv->weight.sizes() == Shape{4, 3, 3});
  CHECK_FALSE(conv->bias.defined());
  CHECK(to_string(*conv) ==
        "ConvTranspose1d(4, 6, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(3,), "
        "output_padding=(1,), groups=2, bias=False)  # 36 parameters");
  const Tensor x = uniform({2, 4, 7}, 1, -1, 1, kFloat32);
  const std::vector<double> y = conv_transpose1d(x, conv->weight, {}, 2, 1, 1, 2, 3).to_vector();
  CHECK(conv(x).to_vector() == y);
  CHECK(conv->clone()->forward(x).to_vector() == y);
  const auto function =
      F::ConvTranspose1dFuncOptions().stride(2).padding(1).output_padding(1).groups(2).dilation(3);
  CHECK(F::conv_transpose1d(x, conv->weight, function).to_vector() == y);
}

TEST_CASE("ConvTranspose: starts uniform in +-1 / sqrt(out_channels / groups * taps)", "[nn]") {
  manual_seed(2);
  const nn::ConvTranspose3d conv(nn::ConvTranspose3dOptions(64, 8, {1, 2, 3}).groups(2));
  const double bound = 1 / std::sqrt(4.0 * 6);
  for (const Tensor& p : {Tensor(conv->weight), Tensor(conv->bias)}) {
    double largest = 0;
    for (double v : p.to_vector()) largest = std::max(largest, std::fabs(v));
    CHECK(largest <= bound);
    CHECK(largest > 0.5 * bound);
  }
}

TEST_CASE("ConvTranspose: the output's size can be asked for", "[nn]") {
  const nn::ConvTranspose2d conv(nn::ConvTranspose2dOptions(3, 4, 3).stride({2, 3}).padding(1));
  const Tensor x = uniform({2, 3, 5, 4}, 1, -1, 1, kFloat32);
  CHECK(conv(x).sizes() == Shape{2, 4, 9, 10});
  CHECK(conv(x, IntArrayRef{10, 12}).sizes() == Shape{2, 4, 10, 12});
  CHECK(conv(x, IntArrayRef{2, 4, 9, 11}).sizes() == Shape{2, 4, 9, 11});
  CHECK(conv(x, IntArrayRef{10, 12})
            .equal(conv_transpose2d(x, conv->weight, conv->bias, {2, 3}, 1, {1, 2})));
  CHECK(conv(x.select(0, 1), IntArrayRef{10, 12}).sizes() == Shape{4, 10, 12});
  const auto message = [&](IntArrayRef size) {
    return message_of<ArgumentError>([&] { conv->forward(x, size); });
  };
  CHECK(message({11, 12}) ==
        "ConvTranspose2d: output_size [11, 12] asks for 11 pixels in spatial dimension 0; input "
        "[2, 3, 5, 4] can make 9 to 10.");
  CHECK(message({1, 10, 12}) ==
        "ConvTranspose2d: output_size [1, 10, 12] has 3 values; it must have 2, or 4 as input "
        "[2, 3, 5, 4].");
}

TEST_CASE("ConvTranspose: in a Sequential, and checked", "[nn]") {
  const nn::Sequential net(nn::ConvTranspose2d(3, 4, 2));
  CHECK(net->forward(ones({2, 3, 4, 4})).sizes() == Shape{2, 4, 5, 5});
  CHECK_THAT(nn::ConvTranspose2d(nn::ConvTranspose2dOptions(3, 4, 3).stride(2)),
             nn::PassesCheck(uniform({2, 3, 4, 4}, 0, -1, 1, kFloat32)));
}

TEST_CASE("ConvTranspose: impossible options", "[nn]") {
  const auto message = [](auto options) {
    return message_of<ArgumentError>([&] { nn::ConvTranspose2d conv(options); });
  };
  CHECK(message(nn::ConvTranspose2dOptions(0, 4, 3)) ==
        "ConvTranspose2d: in_channels is 0, out_channels 4 and groups 1; each must be at least 1.");
  CHECK(
      message(nn::ConvTranspose2dOptions(6, 4, 3).groups(3)) ==
      "ConvTranspose2d: groups=3 does not divide both in_channels=6 and out_channels=4; it must.");
  CHECK(message(nn::ConvTranspose2dOptions(6, 4, 3).output_padding(-1)) ==
        "ConvTranspose2d: output_padding [-1, -1]; each value must be from 0 to 2147483647.");
  CHECK(message(nn::ConvTranspose2dOptions(6, 4, 3).padding_mode(kReflect)) ==
        "ConvTranspose2d: the padding mode is not kZeros; there is no other.");
}
