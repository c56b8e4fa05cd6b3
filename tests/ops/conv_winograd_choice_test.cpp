#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_problems.h"

#include <reel/autograd/engine.h>
#include <reel/core/isa.h>

using namespace reel;
using namespace reel::tests;

TEST_CASE("conv winograd: can be switched off") {
  const ConvProblem p = problem(2, 16, 16, 12, 12, 1, 1);
  const Tensor x = uniform(p.input(), 1, -1, 1, kFloat32).requires_grad_();
  const Tensor w = uniform(p.weight(), 2, -1, 1, kFloat32).requires_grad_();
  const auto all = [&] {
    const Tensor y = conv(p, x, w);
    const TensorList grads = autograd::grad({y}, {x, w}, {ones_like(y)});
    return TensorList{y.detach(), grads[0], grads[1]};
  };
  WinogradScope on(true);
  const TensorList fast = all();
  CHECK(count(explain(p), "winograd_6: computes") == 3);
  {
    WinogradScope off(false);
    CHECK_FALSE(winograd());
    CHECK(count(explain(p),
                "winograd_6: declines: switched off by set_winograd or REEL_WINOGRAD\n"
                "  winograd_4: declines: switched off by set_winograd or REEL_WINOGRAD\n"
                "  winograd_3: declines: switched off by set_winograd or REEL_WINOGRAD\n") == 3);
    const TensorList direct = all();
    for (size_t i = 0; i < fast.size(); ++i) {
      CHECK_FALSE(direct[i].equal(fast[i]));
      CHECK(relative_error(fast[i], direct[i]) < 1e-5);
    }
  }
  const TensorList again = all();
  for (size_t i = 0; i < fast.size(); ++i) CHECK(again[i].equal(fast[i]));
}

TEST_CASE("conv winograd: says why it declines") {
  const auto reasons = [](IntArrayRef x, IntArrayRef w, int64_t stride, int64_t padding,
                          int64_t dilation, int64_t groups) {
    return explain_conv2d(zeros(x, kFloat32), zeros(w, kFloat32), stride, padding, dilation,
                          groups);
  };
  const auto says = [](const std::string& text, const std::string& reason,
                       const std::string& algorithm = "winograd_6", size_t directions = 3) {
    CAPTURE(text, reason);
    CHECK(count(text, algorithm + ": declines: " + reason + "\n") == directions);
  };
  says(reasons({4, 16, 16, 16}, {16, 16, 9, 9}, 1, 2, 1, 1), "the kernel has more than 64 taps");
  says(reasons({4, 16, 16, 16}, {16, 16, 2, 2}, 1, 1, 1, 1),
       "the kernel is smaller than 1x3 or 3x3");
  says(reasons({4, 16, 16, 16}, {16, 16, 5, 1}, 1, 2, 1, 1),
       "the kernel is smaller than 1x3 or 3x3");
  says(reasons({4, 16, 16, 16}, {16, 16, 3, 3}, 3, 1, 1, 1), "the stride is not 1 or 2");
  says(reasons({4, 16, 16, 16}, {16, 16, 3, 3}, 2, 1, 2, 1), "it has both stride and dilation");
  says(reasons({4, 36, 16, 16}, {36, 18, 3, 3}, 1, 1, 1, 2),
       "no groups together fill whole vectors");
  const bool wide = active_isa() == Isa::kAvx512;
  const char* few = wide ? "fewer than 16 channels" : "fewer than 8 channels";
  const int64_t C = wide ? 15 : 7;
  says(reasons({4, C, 16, 16}, {16, C, 3, 3}, 1, 1, 1, 1), few);
  says(reasons({4, 16, 16, 16}, {C, 16, 3, 3}, 1, 1, 1, 1), few);
  says(reasons({99, 16, 2, 2}, {16, 16, 3, 3}, 1, 1, 1, 1),
       "too few pixels of a tile lie in the image");
  says(reasons({1, 16, 8, 8}, {16, 16, 3, 3}, 1, 1, 1, 1),
       "too few tiles to pay for transforming the weights");
  CHECK(count(explain_conv2d(zeros({4, 16, 16, 16}, kFloat32), zeros({16, 16, 3, 3}, kFloat32), 1,
                             1, {2, 1}),
              "winograd_6: declines: the dilations differ\n") == 3);
  CHECK(count(explain_conv2d(zeros({4, 32, 16, 16}, kFloat32), zeros({32, 32, 3, 3}, kFloat32),
                             {2, 1}, 1),
              "winograd_6: declines: the strides differ\n") == 3);
  CHECK(count(explain_conv3d(zeros({4, 17, 9, 9, 9}, kFloat32), zeros({17, 17, 3, 3, 3}, kFloat32)),
              "winograd_6: declines: its channels are no multiple of 16\n") == 3);
  CHECK(count(explain_conv3d(zeros({4, 32, 9, 9, 9}, kFloat32), zeros({32, 32, 3, 3, 3}, kFloat32),
                             {1, 2, 2}, 1),
              "winograd_3: declines: the kernel has several planes\n") == 3);

  const char *six = "winograd_6", *four = "winograd_4", *three = "winograd_3";
  says(reasons({4, 32, 16, 16}, {32, 32, 4, 7}, 2, 2, 1, 1), "the kernel is not square", six);
  says(reasons({4, 32, 16, 16}, {32, 32, 3, 3}, 2, 1, 1, 1), "the kernel is not 5x5 to 8x8", six);
  says(reasons({4, 32, 16, 16}, {32, 32, 5, 5}, 2, 2, 1, 1), "the kernel is not 3x3 to 4x4", four);
  says(reasons({4, 32, 16, 16}, {32, 32, 3, 3}, 2, 1, 1, 1), "the kernel is 3x3", four);
  says(reasons({4, 32, 16, 16}, {32, 32, 5, 5}, 1, 2, 1, 1), "the kernel is not 1x3 or 3x3", four);
  says(reasons({4, 32, 16, 16}, {32, 32, 3, 3}, 1, 1, 1, 1), "the stride is not 2", three);
  says(reasons({4, C, 16, 16}, {32, C, 3, 3}, 2, 1, 1, 1), few, three);
  says(reasons({9, 32, 14, 14}, {32, 32, 3, 3}, 2, 1, 1, 1),
       "too few pixels of a tile lie in the image", three);
  says(reasons({1, 32, 8, 8}, {32, 32, 3, 3}, 2, 1, 1, 1),
       "too few tiles to pay for transforming the weights", three);
  says(reasons({2, 32, 32, 32}, {32, 32, 3, 3}, 2, 0, 1, 1), "the padding is not odd", three, 1);
  says(reasons({2, 3, 64, 64}, {32, 3, 4, 4}, 2, 1, 1, 1), "too few taps of few channels", four, 2);
}
