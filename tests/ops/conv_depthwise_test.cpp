#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/random.h>

#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

// One spatial dimension.
struct Side {
  int64_t in, kernel, stride = 1, padding = 0, dilation = 1;
};

ConvProblem problem(int64_t N, int64_t C, const std::vector<Side>& sides) {
  const int D = static_cast<int>(sides.size());
  ConvProblem p{D, {N, C, C, C}};
  for (int i = 0; i < D; ++i) {
    const Side& s = sides[static_cast<size_t>(i)];
    const int d = 3 - D + i;
    p.g.in[d] = s.in;
    p.g.kernel[d] = s.kernel;
    p.g.stride[d] = s.stride;
    p.g.pad[d] = s.padding;
    p.g.dilation[d] = s.dilation;
    p.g.out[d] = (s.in + 2 * s.padding - s.dilation * (s.kernel - 1) - 1) / s.stride + 1;
  }
  return p;
}

// y, dx, dw and db, each by the depthwise kernels.
void check_depthwise(const std::string& name, const ConvProblem& p, bool bias = true) {
  CAPTURE(name);
  for (Dtype dtype : {kFloat32, kFloat64})
    CHECK(count(explain(p, dtype), "depthwise: computes\n") == 3);
  check_problem(name, p, bias);
}

// Every value of every list, in combinations that steps through them meet; each side has a kernel,
// stride, dilation and padding of its own, and images are as small as the kernel allows, or a few
// pixels larger, the last side up to three tiles.
ConvProblem grid_problem(int D, int64_t i) {
  constexpr int64_t kChannels[] = {2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64};
  std::vector<Side> sides;
  for (int d = 0; d < D; ++d) {
    const int64_t at = i + 5 * d;
    Side s{};
    s.kernel = D == 3 && d < 2 ? 1 + (at + at / 3) % 3 : 1 + at % 7;
    s.stride = 1 + (at / 2 + at / 7) % 3;
    s.dilation = 1 + (at / 3) % 2;
    const int64_t covered = s.dilation * (s.kernel - 1) + 1;
    s.padding = (3 * at + at / 5) % (covered + 1);
    const int64_t least = covered - 2 * s.padding;
    s.in = (least > 1 ? least : 1) + (D == 3 ? at % 4 : d + 1 < D ? at % 6 : (11 * at) % 26);
    sides.push_back(s);
  }
  return problem(1 + i % 3, kChannels[(i + i / 12) % 12], sides);
}

void check_grid(int D, int64_t number) {
  for (int64_t i = 0; i < number; ++i)
    check_depthwise("grid " + std::to_string(i), grid_problem(D, i), i % 4 != 2);
}

}  // namespace

TEST_CASE("conv depthwise: grid of one dimension") { check_grid(1, 42); }
TEST_CASE("conv depthwise: grid of two dimensions") { check_grid(2, 84); }
TEST_CASE("conv depthwise: grid of three dimensions") { check_grid(3, 36); }

TEST_CASE("conv depthwise: the usual kernels and channels") {
  for (int64_t k : {3, 5, 7})
    for (int64_t stride : {1, 2})
      for (int64_t C : {16, 31, 33}) {
        const Side s{k + 12, k, stride, k / 2, 1};
        check_depthwise(as_text("k", k, " s", stride, " of ", C), problem(2, C, {s, s}));
      }
}

TEST_CASE("conv depthwise: images smaller than the kernel or its padding") {
  check_depthwise("4x4, k7", problem(3, 17, {{4, 7, 1, 3}, {4, 7, 1, 3}}));
  check_depthwise("1x1, k3", problem(5, 16, {{1, 3, 1, 1}, {1, 3, 1, 1}}));
  check_depthwise("padding beyond the image", problem(2, 9, {{2, 3, 1, 6}, {3, 3, 1, 7}}));
  check_depthwise("padding beyond the image, strides",
                  problem(2, 9, {{2, 3, 3, 6}, {3, 5, 2, 7, 2}}));
  check_depthwise("dilated far beyond it",
                  problem(1, 8, {{5, 3, 1, 1000, 1000}, {6, 3, 1, 99, 99}}));
  check_depthwise("no window meets it", problem(1, 8, {{1, 2, 7, 3, 4}}));
}

TEST_CASE("conv depthwise: kernels and strides that have no code of their own") {
  check_depthwise("k8 to k11", problem(1, 16, {{12, 8, 1, 4}, {25, 11, 1, 5}}));
  check_depthwise("k9, stride 2", problem(1, 17, {{3, 1}, {31, 9, 2, 4}}));
  check_depthwise("k16, stride 4", problem(2, 20, {{70, 16, 4, 8}}));
  check_depthwise("stride beyond the kernel", problem(2, 33, {{9, 2, 4}, {23, 2, 5}}));
  check_depthwise("stride beyond any image", problem(1, 7, {{4, 2, INT32_MAX}, {5, 2, INT32_MAX}}));
  check_depthwise("stride and dilation with a common factor",
                  problem(1, 8, {{13, 3, 4, 3, 2}, {29, 2, 4, 3, 6}}));
  check_depthwise("stride divides dilation", problem(1, 8, {{11, 3, 2, 2, 4}, {34, 3, 2, 2, 4}}));
}

TEST_CASE("conv depthwise: rows in parts, units of several rows, sums in chunks and chains") {
  check_depthwise("long rows", problem(2, 9, {{700, 3, 1, 1}}));
  check_depthwise("long rows, stride and dilation", problem(1, 4, {{901, 5, 2, 4, 3}}));
  check_depthwise("many rows", problem(5, 18, {{61, 3, 1, 1}, {11, 3, 1, 1}}));
  check_depthwise("many planes", problem(2, 4, {{13, 3, 1, 1}, {15, 3, 2, 1}, {9, 3, 1, 1}}));
  check_depthwise("many samples", problem(67, 3, {{7, 3, 2, 1}, {9, 3, 1, 1}}));
}

TEST_CASE("conv depthwise: no sample") {
  const ConvProblem p = problem(0, 16, {{9, 3, 1, 1}, {9, 3, 1, 1}});
  const Tensor x = zeros(p.input(), kFloat32).requires_grad_();
  const Tensor w = zeros(p.weight(), kFloat32).requires_grad_();
  const Tensor b = zeros(p.g.K, kFloat32).requires_grad_();
  const TensorList grads =
      autograd::grad({conv(p, x, w, b)}, {x, w, b}, {zeros(p.output(), kFloat32)});
  CHECK(grads[0].sizes() == p.input());
  CHECK(grads[1].equal(zeros(p.weight(), kFloat32)));
  CHECK(grads[2].equal(zeros(p.g.K, kFloat32)));
}

// Infinity times a zero that takes the place of a pixel would be NaN.
TEST_CASE("conv depthwise: an infinite pixel reaches what its windows reach") {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (int64_t width : {5, 7, 10, 13}) {
      CAPTURE(name_of(isa), width);
      const ConvProblem p = problem(1, 16, {{width, 3}});
      std::vector<double> values(static_cast<size_t>(16 * width), 1);
      for (int64_t c = 0; c < 16; ++c) values[static_cast<size_t>((c + 1) * width - 1)] = kInf;
      const Tensor x = tensor_of(p.input(), values).to(kFloat32).requires_grad_();
      const Tensor w = ones(p.weight(), kFloat32).requires_grad_();
      const Tensor y = conv(p, x, w);
      const TensorList grads = autograd::grad({y}, {w}, {ones_like(y)});
      const auto outputs = y.to_vector(), dw = grads[0].to_vector();
      for (int64_t c = 0; c < 16; ++c) {
        for (int64_t o = 0; o < width - 2; ++o)
          CHECK(outputs[static_cast<size_t>(c * (width - 2) + o)] == (o < width - 3 ? 3 : kInf));
        for (int64_t t = 0; t < 3; ++t)
          CHECK(dw[static_cast<size_t>(3 * c + t)] ==
                (t < 2 ? static_cast<double>(width - 2) : kInf));
      }
    }
  }
}

// One chain of additions would be off by more.
TEST_CASE("conv depthwise: sums over many pixels keep their digits") {
  manual_seed(7);
  const ConvProblem p = problem(8, 16, {{64, 3, 1, 1}, {64, 3, 1, 1}});
  const Tensor x = rand(p.input()) + 1, w = randn(p.weight()), dy = rand(p.output()) + 1;
  const auto sums = [&](Dtype dtype) {
    const Tensor weight = w.to(dtype).requires_grad_();
    const Tensor bias = zeros(p.g.K, dtype).requires_grad_();
    return autograd::grad({conv(p, x.to(dtype), weight, bias)}, {weight, bias}, {dy.to(dtype)});
  };
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    CAPTURE(name_of(isa));
    const TensorList got = sums(kFloat32), exact = sums(kFloat64);
    CHECK(relative_error(got[0], exact[0]) < 2e-6);
    CHECK(relative_error(got[1], exact[1]) < 2e-6);
  }
}

TEST_CASE("conv depthwise: says why it declines") {
  const auto declines = [](IntArrayRef x, IntArrayRef w, int64_t groups, const char* reason) {
    const std::string text =
        explain_conv2d(zeros(x, kFloat32), zeros(w, kFloat32), 1, 1, 1, groups);
    CAPTURE(text, reason);
    CHECK(count(text, as_text("depthwise: declines: ", reason, "\n")) == 3);
  };
  declines({1, 16, 8, 8}, {16, 16, 3, 3}, 1, "it has no groups");
  declines({1, 1, 8, 8}, {1, 1, 3, 3}, 1, "it has no groups");
  declines({1, 16, 8, 8}, {16, 2, 3, 3}, 8, "its groups have several channels");
  declines({1, 16, 8, 8}, {32, 1, 3, 3}, 16, "its groups have several channels");
}
