#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/nn/printed.h"

#include <reel/autograd/ops/norms.h>
#include <reel/autograd/ops/resampling.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/nn/functional/norm.h>
#include <reel/nn/functional/pad.h>
#include <reel/nn/functional/resampling.h>
#include <reel/nn/padding.h>
#include <reel/nn/sequential.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("Upsample is interpolate", "[nn]") {
  const Tensor x = uniform({2, 3, 4, 5}, 0, -1, 1, kFloat32);
  const nn::Upsample twice(nn::UpsampleOptions().scale_factor(std::vector<double>{2}));
  CHECK(twice(x).equal(interpolate(x, {8, 10})));
  CHECK(printed(twice) == "Upsample(scale_factor=2.0, mode='nearest')");
  const nn::Upsample smooth(
      nn::UpsampleOptions().size(std::vector<int64_t>{7, 6}).mode(kBilinear).align_corners(true));
  CHECK(smooth(x).equal(interpolate(x, {7, 6}, {}, kBilinear, true)));
  CHECK(printed(smooth) == "Upsample(size=(7, 6), mode='bilinear')");
  CHECK(smooth->clone()->forward(x).equal(smooth(x)));
  const auto options = F::InterpolateFuncOptions()
                           .scale_factor(std::vector<double>{1.3, 0.7})
                           .mode(kBicubic)
                           .align_corners(false)
                           .recompute_scale_factor(true);
  CHECK(F::interpolate(x, options).equal(interpolate(x, {}, {1.3, 0.7}, kBicubic, false, true)));
  CHECK(message_of<ArgumentError>([&] { nn::Upsample()->forward(x); }) ==
        "interpolate: neither size nor scale_factor is given; give one of them.");
}

TEST_CASE("PixelShuffle and PixelUnshuffle", "[nn]") {
  const Tensor x = uniform({2, 8, 4, 6}, 0, -1, 1, kFloat32);
  CHECK(nn::PixelShuffle(2)(x).equal(pixel_shuffle(x, 2)));
  CHECK(nn::PixelUnshuffle(2)(x).equal(pixel_unshuffle(x, 2)));
  CHECK(F::pixel_shuffle(x, F::PixelShuffleFuncOptions(2)).equal(pixel_shuffle(x, 2)));
  CHECK(F::pixel_unshuffle(x, 2).equal(pixel_unshuffle(x, 2)));
  CHECK(printed(nn::PixelShuffle(2)) == "PixelShuffle(upscale_factor=2)");
  CHECK(printed(nn::PixelUnshuffle(3)) == "PixelUnshuffle(downscale_factor=3)");
}

TEST_CASE("Unfold and Fold", "[nn]") {
  const Tensor x = uniform({2, 3, 5, 6}, 0, -1, 1, kFloat32);
  const nn::Unfold unfold_layer(nn::UnfoldOptions({3, 2}).dilation(2).padding(1).stride({1, 2}));
  const Tensor columns = unfold(x, {3, 2}, 2, 1, {1, 2});
  CHECK(unfold_layer(x).equal(columns));
  CHECK(nn::Unfold({3, 2})(x).equal(unfold(x, {3, 2})));
  CHECK(F::unfold(x, F::UnfoldFuncOptions(2)).equal(unfold(x, 2)));
  CHECK(printed(unfold_layer) ==
        "Unfold(kernel_size=(3, 2), dilation=2, padding=1, stride=(1, 2))");
  const auto options = nn::FoldOptions({5, 6}, {3, 2}).dilation(2).padding(1).stride({1, 2});
  const nn::Fold fold_layer(options);
  CHECK(fold_layer(columns).equal(fold(columns, {5, 6}, {3, 2}, 2, 1, {1, 2})));
  CHECK(F::fold(columns, options).equal(fold_layer(columns)));
  CHECK(nn::Fold({4, 4}, 2)(unfold(ones({1, 1, 4, 4}), 2)).sizes() == Shape{1, 1, 4, 4});
  CHECK(printed(fold_layer) ==
        "Fold(output_size=(5, 6), kernel_size=(3, 2), dilation=2, padding=1, stride=(1, 2))");
}

TEST_CASE("LocalResponseNorm", "[nn]") {
  const Tensor x = uniform({2, 5, 3, 2}, 0, -1, 1, kFloat32);
  const auto options = nn::LocalResponseNormOptions(3).alpha(0.5).beta(0.6).k(2);
  const nn::LocalResponseNorm norm(options);
  CHECK(norm(x).equal(local_response_norm(x, 3, 0.5, 0.6, 2)));
  CHECK(F::local_response_norm(x, options).equal(norm(x)));
  CHECK(nn::LocalResponseNorm(2)(x).equal(local_response_norm(x, 2)));
  CHECK(printed(norm) == "LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2)");
}

TEST_CASE("padding layers are pad", "[nn]") {
  const Tensor x1 = uniform({2, 3, 6}), x2 = uniform({2, 3, 5, 6}), x3 = uniform({2, 3, 4, 5, 6});
  CHECK(nn::ReflectionPad1d(2)(x1).equal(pad(x1, {2, 2}, kReflect)));
  CHECK(nn::ReflectionPad2d({1, 2, 3, 0})(x2).equal(pad(x2, {1, 2, 3, 0}, kReflect)));
  CHECK(nn::ReflectionPad3d(1)(x3).equal(pad(x3, {1, 1, 1, 1, 1, 1}, kReflect)));
  CHECK(nn::ReplicationPad1d({2, 9})(x1).equal(pad(x1, {2, 9}, kReplicate)));
  CHECK(nn::ReplicationPad2d(nn::ReplicationPad2dOptions({1, 2, 3, 0}))(x2).equal(
      pad(x2, {1, 2, 3, 0}, kReplicate)));
  CHECK(nn::ReplicationPad3d(1)(x3).equal(pad(x3, {1, 1, 1, 1, 1, 1}, kReplicate)));
  CHECK(nn::CircularPad1d(2)(x1).equal(pad(x1, {2, 2}, kCircular)));
  CHECK(nn::CircularPad2d({1, 2, 3, 0})(x2).equal(pad(x2, {1, 2, 3, 0}, kCircular)));
  CHECK(nn::CircularPad3d(1)(x3).equal(pad(x3, {1, 1, 1, 1, 1, 1}, kCircular)));
  CHECK(nn::ZeroPad1d({1, -2})(x1).equal(pad(x1, {1, -2})));
  CHECK(nn::ZeroPad2d(1)(x2).equal(pad(x2, {1, 1, 1, 1})));
  CHECK(nn::ZeroPad3d(1)(x3).equal(pad(x3, {1, 1, 1, 1, 1, 1})));
  CHECK(nn::ConstantPad1d(2, 3.5)(x1).equal(pad(x1, {2, 2}, kConstant, 3.5)));
  CHECK(nn::ConstantPad2d({1, 2, 3, 0}, 0.5)(x2).equal(pad(x2, {1, 2, 3, 0}, kConstant, 0.5)));
  CHECK(nn::ConstantPad3d(nn::ConstantPad3dOptions(1, 2))(x3).equal(
      pad(x3, {1, 1, 1, 1, 1, 1}, kConstant, 2)));
  CHECK(F::pad(x2, F::PadFuncOptions({1, 2}).value(4)).equal(pad(x2, {1, 2}, kConstant, 4)));
}

TEST_CASE("padding layers print as PyTorch's, and stand in a Sequential", "[nn]") {
  CHECK(printed(nn::ReflectionPad2d({1, 2, 3, 0})) == "ReflectionPad2d((1, 2, 3, 0))");
  CHECK(printed(nn::ZeroPad1d(2)) == "ZeroPad1d((2, 2))");
  CHECK(printed(nn::ReplicationPad3d(1)->clone()) == "ReplicationPad3d((1, 1, 1, 1, 1, 1))");
  CHECK(printed(nn::CircularPad1d({1, 0})->clone()) == "CircularPad1d((1, 0))");
  CHECK(printed(nn::ConstantPad1d(2, 3.5)) == "ConstantPad1d(padding=(2, 2), value=3.5)");
  const nn::Sequential net(
      nn::ReplicationPad2d(1), nn::PixelUnshuffle(2),
      nn::Upsample(nn::UpsampleOptions().scale_factor(std::vector<double>{3})));
  CHECK(net->forward(ones({1, 2, 4, 4})).sizes() == Shape{1, 8, 9, 9});
}
