#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_problems.h"

#include <reel/autograd/engine.h>
#include <reel/core/isa.h>
#include <reel/core/parallel.h>
#include <reel/core/random.h>

using namespace reel;
using namespace reel::tests;

namespace {

// The largest error of y, dx and dw in float32, relative to their largest elements.
double worst_error(const ConvProblem& p) {
  manual_seed(7);
  const Tensor x = randn(p.input()), w = randn(p.weight()), dy = randn(p.output());
  const auto all = [&](Dtype dtype) {
    const Tensor a = x.to(dtype).requires_grad_(), b = w.to(dtype).requires_grad_();
    const Tensor y = conv(p, a, b);
    const TensorList grads = autograd::grad({y}, {a, b}, {dy.to(dtype)});
    return TensorList{y.detach(), grads[0], grads[1]};
  };
  const TensorList got = all(kFloat32), exact = all(kFloat64);
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(relative_error(got[i], exact[i]) > 1e-8);  // it is float32 that computed
    worst = std::max(worst, relative_error(got[i], exact[i]));
  }
  return worst;
}

}  // namespace

TEST_CASE("conv winograd: tiles of 4x4") {
  check_computed_by("winograd_6", problem(1, 16, 16, 9, 9, 1, 1));
  check_computed_by("winograd_6", problem(2, 17, 33, 11, 13, 0, 0));
  check_computed_by("winograd_6", problem(1, 31, 16, 8, 15, 2, 2), false);
  check_computed_by("winograd_6", problem(1, 16, 49, 15, 16, 1, 1));
  check_computed_by("winograd_6", problem(3, 33, 17, 7, 31, 0, 2));
  check_computed_by("winograd_6", problem(2, 65, 24, 10, 9, 2, 0));
  check_computed_by("winograd_6", problem(1, 18, 97, 12, 10, 1, 1), false);
}

TEST_CASE("conv winograd: kernels of several planes") {
  check_computed_by("winograd_6", volume(problem(1, 16, 16, 9, 9, 1, 1), 3, 4, 1));
  check_computed_by("winograd_6", volume(problem(2, 32, 16, 8, 7, 0, 2), 3, 3, 0));
  check_computed_by("winograd_6", volume(problem(1, 16, 48, 12, 8, 1, 0), 2, 3, 1), false);
  check_computed_by("winograd_6", volume(problem(1, 48, 32, 11, 9, 1, 1), 1, 3, 0));
  check_computed_by("winograd_4", volume(problem(1, 16, 32, 4, 4, 1, 1), 3, 5, 2));
  check_computed_by("winograd_6", volume(problem(3, 16, 16, 24, 20, 1, 1), 3, 6, 1), false);
}

TEST_CASE("conv winograd: kernels of one row") {
  check_computed_by("winograd_6", line(1, 2, 32, 32, 1, 31, 1));
  check_computed_by("winograd_6", line(1, 3, 35, 33, 1, 16, 0));
  check_computed_by("winograd_6", line(1, 1, 33, 40, 1, 65, 2), false);
  check_computed_by("winograd_6", line(2, 1, 32, 40, 5, 9, 1));
  check_computed_by("winograd_6", volume(line(3, 1, 32, 32, 3, 8, 1), 3, 4, 1));
  check_computed_by("winograd_4", line(1, 19, 32, 35, 1, 2, 1));
  check_computed_by("winograd_6", line(1, 40, 64, 48, 1, 33, 1), false);
}

TEST_CASE("conv winograd: kernels of one row and many taps") {
  for (int64_t taps : {4, 5, 6, 7, 9, 16, 63, 64})
    check_computed_by("winograd_6", sized(line(1, 2, 32, 33, 1, 41, taps / 2), 1, taps),
                      taps % 2 == 0);
  check_computed_by("winograd_6", sized(line(2, 1, 47, 32, 4, 30, 3), 1, 8));
  check_computed_by("winograd_6", dilated(sized(line(1, 2, 32, 32, 1, 50, 3), 1, 7), 3));
  for (int64_t taps : {5, 6, 7, 8})
    check_computed_by("winograd_6", halved(sized(line(1, 3, 32, 48, 1, 64 + taps, 2), 1, taps)));
  check_computed_by("winograd_4", halved(sized(line(1, 3, 48, 32, 1, 97, 1), 1, 4)));
}

TEST_CASE("conv winograd: kernels cut into parts") {
  check_computed_by("winograd_6", sized(problem(2, 16, 16, 12, 13, 3, 3), 6, 6));
  check_computed_by("winograd_6", sized(problem(1, 17, 33, 18, 20, 3, 2), 7, 7), false);
  check_computed_by("winograd_6", sized(problem(1, 33, 18, 19, 16, 0, 4), 8, 8));
  check_computed_by("winograd_6", sized(problem(2, 24, 16, 13, 15, 1, 2), 3, 5));
  check_computed_by("winograd_6", sized(problem(2, 16, 40, 15, 13, 3, 1), 7, 3), false);
  check_computed_by("winograd_6", volume(sized(problem(1, 16, 32, 12, 12, 3, 3), 7, 7), 2, 3, 1));
}

TEST_CASE("conv winograd: dilation") {
  check_computed_by("winograd_6", dilated(problem(1, 16, 16, 16, 16, 1, 1), 2));
  check_computed_by("winograd_6", dilated(problem(2, 17, 33, 17, 19, 0, 2), 2), false);
  check_computed_by("winograd_6", dilated(problem(1, 33, 18, 25, 24, 1, 1), 3));
  check_computed_by("winograd_4", dilated(problem(1, 16, 24, 8, 8, 1, 1), 2));
  check_computed_by("winograd_6", dilated(sized(problem(1, 16, 32, 24, 24, 2, 2), 5, 5), 2));
  check_computed_by("winograd_6", dilated(volume(problem(1, 16, 16, 16, 15, 1, 1), 3, 5, 1), 2));
  check_computed_by("winograd_6", dilated(line(1, 3, 32, 35, 1, 70, 1), 4));
}

TEST_CASE("conv winograd: groups") {
  check_computed_by("winograd_6", grouped(problem(2, 32, 64, 9, 12, 1, 1), 2));
  check_computed_by("winograd_6", grouped(problem(1, 96, 48, 12, 11, 0, 2), 3), false);
  check_computed_by("winograd_4", grouped(problem(4, 64, 64, 4, 4, 1, 1), 4));
  check_computed_by("winograd_6", grouped(dilated(problem(1, 32, 32, 16, 17, 1, 1), 2), 2));
  check_computed_by("winograd_6", grouped(sized(problem(1, 64, 32, 12, 12, 3, 3), 7, 7), 2));
  check_computed_by("winograd_6", grouped(volume(problem(1, 32, 32, 9, 9, 1, 1), 3, 3, 1), 2));
  check_computed_by("winograd_3", grouped(halved(problem(2, 64, 96, 16, 16, 1, 1)), 2));
}

TEST_CASE("conv winograd: groups of few channels are joined") {
  const auto check = [](const char* algorithm, const ConvProblem& p, bool bias = true) {
    // Fewer lanes idle in shorter vectors, so the direct sums may do.
    if (active_isa() == Isa::kAvx512) return check_computed_by(algorithm, p, bias);
    check_problem(as_text(p.input(), " to ", p.g.K), p, bias, 1e-5);
  };
  check("winograd_6", grouped(problem(2, 32, 32, 8, 12, 1, 1), 8));
  check("winograd_6", grouped(problem(1, 48, 48, 14, 10, 0, 2), 6), false);
  check("winograd_6", grouped(problem(2, 16, 16, 9, 11, 1, 1), 8));
  check("winograd_4", grouped(problem(4, 32, 32, 4, 4, 1, 1), 8));
  check("winograd_6", grouped(dilated(problem(1, 64, 64, 16, 16, 1, 1), 2), 16));
  check("winograd_6", grouped(volume(problem(1, 16, 16, 8, 12, 1, 1), 3, 3, 1), 4));
}

TEST_CASE("conv winograd: more padding than a gradient needs") {
  check_computed_by("winograd_6", volume(problem(1, 16, 16, 9, 10, 1, 1), 2, 3, 3));
  check_computed_by("winograd_6", problem(2, 16, 18, 9, 10, 3, 4));
}

TEST_CASE("conv winograd: tiles of 2x2") {
  check_computed_by("winograd_4", problem(1, 16, 16, 8, 8, 1, 1));
  check_computed_by("winograd_4", problem(4, 17, 33, 4, 4, 1, 1));
  check_computed_by("winograd_4", problem(1, 130, 129, 7, 8, 1, 1), false);
  check_computed_by("winograd_4", problem(5, 31, 16, 4, 4, 1, 1));
}

TEST_CASE("conv winograd: kernels of 4x4 and 5x5") {
  check_computed_by("winograd_6", sized(problem(2, 16, 16, 9, 10, 1, 2), 4, 4));
  check_computed_by("winograd_6", sized(problem(1, 33, 17, 15, 16, 0, 0), 4, 4), false);
  check_computed_by("winograd_6", sized(problem(2, 16, 49, 8, 9, 3, 1), 4, 4));
  check_computed_by("winograd_6", sized(problem(2, 16, 16, 8, 9, 2, 2), 5, 5));
  check_computed_by("winograd_6", sized(problem(1, 31, 33, 21, 24, 0, 0), 5, 5));
  check_computed_by("winograd_6", sized(problem(1, 17, 65, 7, 15, 4, 1), 5, 5), false);
  check_computed_by("winograd_6", volume(sized(problem(1, 16, 32, 8, 8, 2, 2), 5, 5), 2, 3, 1));
}

TEST_CASE("conv winograd: 3x3 with stride 2") {
  const char* three = "winograd_3";
  check_computed_by(three, halved(problem(2, 32, 32, 16, 16, 1, 1)));
  check_computed_by(three, halved(problem(1, 33, 47, 31, 33, 1, 1)));
  check_computed_by(three, halved(problem(2, 35, 32, 16, 18, 3, 1)), false);
  check_computed_by(three, halved(problem(9, 32, 49, 7, 8, 1, 1)));
  check_computed_by(three, halved(problem(33, 48, 33, 4, 4, 1, 1)));
  check_computed_by(three, halved(problem(3, 65, 32, 15, 28, 1, 1)), false);
  // Rows of the image that no window reaches.
  check_computed_by(three, halved(problem(4, 32, 40, 17, 16, 0, 0)), true, 2);
  // An image of one plane, and several shares or blocks of tiles.
  check_computed_by(three, halved(volume(problem(2, 32, 32, 16, 16, 1, 1), 1, 3, 1)));
  check_computed_by(three, halved(problem(12, 32, 32, 40, 36, 1, 1)), false);
  check_computed_by(three, halved(problem(1, 64, 96, 36, 40, 1, 1)));
}

// Phases of rows and columns: even and odd sides of the kernel, padding and image.
TEST_CASE("conv winograd: larger kernels with stride 2") {
  const auto strided = [](int64_t N, int64_t C, int64_t K, int64_t H, int64_t W, int64_t pad_y,
                          int64_t pad_x, int64_t rows, int64_t columns) {
    return halved(sized(problem(N, C, K, H, W, pad_y, pad_x), rows, columns));
  };
  check_computed_by("winograd_4", strided(2, 32, 48, 16, 24, 1, 1, 4, 4));
  check_computed_by("winograd_4", strided(4, 33, 32, 13, 12, 0, 2, 4, 4), false);
  check_computed_by("winograd_4", strided(3, 40, 33, 16, 15, 1, 0, 3, 4), true, 2);
  check_computed_by("winograd_4", strided(3, 32, 65, 13, 12, 2, 1, 4, 3));
  check_computed_by("winograd_3", strided(17, 32, 33, 8, 4, 1, 1, 4, 4), true, 2);
  check_computed_by("winograd_6", strided(9, 32, 33, 15, 16, 2, 2, 5, 5));
  check_computed_by("winograd_6", strided(9, 47, 32, 17, 15, 1, 0, 6, 6));
  check_computed_by("winograd_6", strided(9, 32, 32, 16, 16, 3, 2, 5, 6), false);
  check_computed_by("winograd_6", strided(12, 32, 49, 13, 14, 3, 3, 7, 7));
  check_computed_by("winograd_6", strided(15, 34, 32, 14, 12, 2, 4, 8, 8));
  check_computed_by("winograd_6", volume(strided(5, 32, 32, 16, 15, 2, 3, 7, 8), 1, 3, 0));
  // Sums of their own for shares of the tiles, and weights too large for them.
  check_computed_by("winograd_4", strided(12, 32, 32, 40, 36, 1, 1, 4, 4), false);
  check_computed_by("winograd_6", strided(1, 96, 112, 36, 40, 2, 2, 5, 5), false);
}

TEST_CASE("conv winograd: few channels with stride 2") {
  const auto first = [](int64_t N, int64_t C, int64_t K, int64_t H, int64_t W, int64_t pad,
                        int64_t size) {
    return halved(sized(problem(N, C, K, H, W, pad, pad), size, size));
  };
  check_computed_by("winograd_6", first(2, 3, 32, 24, 25, 3, 7), true, 2);
  check_computed_by("winograd_6", first(1, 3, 33, 31, 40, 0, 7), false, 2);
  check_computed_by("winograd_6", first(2, 4, 47, 27, 24, 2, 5), true, 2);
  check_computed_by("winograd_6", first(3, 3, 32, 23, 24, 2, 6), true, 2);
  check_computed_by("winograd_6", first(3, 2, 32, 26, 27, 4, 8), true, 2);
}

TEST_CASE("conv winograd: more tiles than a block of them") {
  check_computed_by("winograd_6",
                    problem(6, 16, 16, 40, 37, 1, 1));  // shares with sums of their own
  check_computed_by("winograd_6", problem(1, 64, 48, 33, 32, 1, 1));  // one share, several blocks
}

// Sums of weights too large to be kept apart are cut among threads by points and by columns, which
// the sizes of the harness are too small for.
TEST_CASE("conv winograd: large weights have equal bits for any number of threads") {
  const ConvProblem kProblems[] = {problem(2, 96, 120, 12, 13, 1, 1),
                                   problem(1, 64, 256, 9, 12, 1, 1),
                                   volume(problem(1, 48, 80, 8, 8, 1, 1), 3, 3, 1),
                                   line(1, 2, 320, 304, 1, 24, 1),
                                   sized(line(1, 2, 80, 96, 1, 40, 4), 1, 9),
                                   sized(problem(1, 64, 80, 12, 13, 3, 3), 7, 7),
                                   dilated(problem(1, 96, 80, 24, 26, 1, 1), 2),
                                   grouped(problem(1, 192, 288, 12, 13, 1, 1), 3),
                                   grouped(problem(1, 64, 64, 12, 13, 1, 1), 16),
                                   halved(problem(2, 160, 144, 20, 16, 1, 1)),
                                   sized(problem(1, 96, 128, 12, 13, 2, 2), 5, 5),
                                   halved(sized(problem(2, 80, 144, 20, 22, 1, 1), 4, 4)),
                                   halved(sized(problem(1, 80, 112, 24, 20, 3, 3), 7, 7))};
  ExecutionScope scope;
  set_parallel_work(0);
  for (const ConvProblem& p : kProblems) {
    const Tensor x = uniform(p.input(), 1, -1, 1, kFloat32).requires_grad_();
    const Tensor w = uniform(p.weight(), 2, -1, 1, kFloat32).requires_grad_();
    const Tensor b = uniform({p.g.K}, 3, -1, 1, kFloat32).requires_grad_();
    const Tensor dy = uniform(p.output(), 4, -1, 1, kFloat32);
    TensorList expected;
    for (int threads : {1, 2, 3, 4, 7}) {
      set_num_threads(threads);
      const Tensor y = conv(p, x, w, b);
      TensorList got = autograd::grad({y}, {x, w, b}, {dy});
      got.push_back(y.detach());
      if (threads == 1) expected = got;
      for (size_t i = 0; i < got.size(); ++i) {
        CAPTURE(p.g.C, p.g.K, threads, i);
        CHECK(got[i].equal(expected[i]));
      }
    }
  }
}

TEST_CASE("conv winograd: no sample") {
  const ConvProblem p = problem(0, 16, 16, 9, 9, 1, 1);
  const Tensor x = zeros(p.input(), kFloat32).requires_grad_();
  const Tensor w = zeros(p.weight(), kFloat32).requires_grad_();
  const TensorList grads = autograd::grad({conv(p, x, w)}, {x, w}, {zeros(p.output(), kFloat32)});
  CHECK(grads[0].sizes() == p.input());
  CHECK(grads[1].equal(zeros(p.weight(), kFloat32)));
}

// docs/ops/conv.md states these bounds.
TEST_CASE("conv winograd: rounding errors keep to their bounds") {
  struct Row {
    ConvProblem p;
    double bound;  // 4e-6 at six points, 2e-6 at fewer
  };
  const Row kRows[] = {
      {problem(4, 16, 16, 32, 32, 1, 1), 4e-6},
      {problem(2, 64, 64, 28, 28, 1, 1), 4e-6},
      {problem(2, 64, 128, 16, 16, 0, 0), 4e-6},
      {problem(8, 256, 256, 8, 8, 1, 1), 4e-6},
      {line(1, 4, 64, 64, 1, 200, 1), 4e-6},
      {sized(line(1, 4, 64, 64, 1, 200, 7), 1, 15), 4e-6},
      {sized(problem(2, 64, 64, 28, 28, 3, 3), 7, 7), 4e-6},
      {volume(problem(2, 64, 64, 12, 12, 1, 1), 3, 6, 1), 4e-6},
      {problem(1, 256, 256, 8, 8, 1, 1), 2e-6},
      {problem(1, 32, 32, 8, 8, 1, 1), 2e-6},
      {halved(problem(4, 32, 32, 32, 32, 1, 1)), 2e-6},
      {halved(problem(2, 128, 64, 28, 28, 1, 1)), 2e-6},
      {halved(problem(8, 256, 256, 8, 8, 1, 1)), 2e-6},
      {sized(problem(4, 32, 32, 28, 28, 2, 2), 5, 5), 4e-6},
      {sized(problem(2, 128, 128, 14, 14, 2, 2), 5, 5), 4e-6},
      {sized(problem(4, 64, 64, 16, 16, 1, 1), 4, 4), 4e-6},
      {halved(sized(problem(2, 64, 128, 32, 32, 1, 1), 4, 4)), 2e-6},
      {halved(sized(problem(4, 64, 64, 16, 16, 2, 2), 5, 5)), 4e-6},
      {halved(sized(problem(4, 64, 64, 28, 28, 3, 3), 7, 7)), 4e-6},
      {halved(sized(problem(2, 3, 64, 96, 96, 3, 3), 7, 7)), 4e-6},
  };
  ExecutionScope scope;
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
    if (!isa_available(isa)) continue;
    set_isa(isa);
    for (const Row& row : kRows) {
      CAPTURE(name_of(isa), row.p.g.N, row.p.g.C, row.p.g.K, row.p.g.in[1]);
      CHECK(worst_error(row.p) < row.bound);
      WinogradScope off(false);
      CHECK(worst_error(row.p) < 3e-6);
    }
  }
}
