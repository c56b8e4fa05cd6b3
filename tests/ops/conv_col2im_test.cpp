#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/conv_reference.h"

#include <reel/autograd/ops/convolutions.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>

#include <cmath>
#include <limits>

using namespace reel;
using namespace reel::tests;

namespace {

struct Size {
  int64_t in, kernel, stride = 1, padding = 0, dilation = 1;
};

// C and K are channels of a group.
ConvProblem problem(int64_t N, int64_t C, int64_t K, std::vector<Size> sizes, int64_t groups = 1) {
  const int D = static_cast<int>(sizes.size());
  ConvProblem p{D, {N, C * groups, K * groups, groups}};
  for (int i = 0; i < D; ++i) {
    const int d = 3 - D + i;
    const Size& s = sizes[static_cast<size_t>(i)];
    p.g.in[d] = s.in;
    p.g.kernel[d] = s.kernel;
    p.g.stride[d] = s.stride;
    p.g.dilation[d] = s.dilation;
    p.g.pad[d] = s.padding;
    p.g.out[d] = (s.in + 2 * s.padding - s.dilation * (s.kernel - 1) - 1) / s.stride + 1;
  }
  return p;
}

Tensor input_grad(const ConvProblem& p, const Tensor& dy, const Tensor& w) {
  if (p.D == 1) return conv_input_grad<1>(p.g, dy, w, {}, "conv_input_grad");
  if (p.D == 2) return conv_input_grad<2>(p.g, dy, w, {}, "conv_input_grad");
  return conv_input_grad<3>(p.g, dy, w, {}, "conv_input_grad");
}

TensorList gradient_reference(const ConvProblem& p, const TensorList& in) {
  const auto dy = in[0].to_vector(), w = in[1].to_vector();
  std::vector<double> dx(static_cast<size_t>(numel_of(p.input())));
  for_each_product(p.g, [&](size_t i, size_t j, size_t k) { dx[j] += dy[i] * w[k]; });
  return {tensor_of(p.input(), dx)};
}

// What explain_conv says of the gradient of x.
std::string explain_gradient(const ConvProblem& p, Dtype dtype = kFloat32) {
  const std::string text = explain(p, dtype);
  const size_t begin = text.find("input_grad\n"), end = text.find("weight_grad\n");
  return text.substr(begin, end - begin);
}

bool is_taken(const ConvProblem& p, Dtype dtype) {
  return explain_gradient(p, dtype).find("col2im: computes") != std::string::npos;
}

void check_input_grad(const std::string& name, const ConvProblem& p) {
  OpCase c;
  c.name = name;
  c.op = [&](const TensorList& in) { return input_grad(p, in[0], in[1]); };
  c.inputs = [&] { return TensorList{uniform(p.output(), 1), uniform(p.weight(), 2)}; };
  c.reference = [&](const TensorList& in) { return gradient_reference(p, in); };
  c.mode = GradcheckMode::kDirectional;
  check_op(c);
}

// dx of few channels, which no level and dtype leaves to the direct algorithm.
void check_col2im(const std::string& name, const ConvProblem& p) {
  {
    ExecutionScope scope;
    for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
      if (!isa_available(isa)) continue;
      set_isa(isa);
      for (Dtype dtype : {kFloat32, kFloat64}) {
        CAPTURE(name, name_of(isa), dtype, explain_gradient(p, dtype));
        CHECK(is_taken(p, dtype));
      }
    }
  }
  check_input_grad(name, p);
}

// The same of more channels, which wider vectors hold.
void check_wide(const std::string& name, const ConvProblem& p) {
  if (active_isa() != Isa::kBaseline) {
    CAPTURE(name, explain_gradient(p));
    CHECK(is_taken(p, kFloat32));
  }
  check_input_grad(name, p);
}

}  // namespace

TEST_CASE("conv col2im: one and two channels, in pairs of dy and alone") {
  for (int64_t C : {1, 2})
    for (int64_t K : {3, 4, 7, 8, 16, 17})
      check_col2im(as_text(C, " to ", K), problem(2, C, K, {{9, 3}, {11, 3, 1, 1}}));
}

TEST_CASE("conv col2im: runs around the vectors' widths") {
  for (int64_t k : {1, 2, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65})
    check_col2im(as_text("kernel ", k), problem(2, 1, 6, {{k + 40, k, 1, k / 2}}));
  for (int64_t C : {3, 5, 6, 7, 8, 9})
    check_wide(as_text(C, " channels"), problem(2, C, 16, {{12, 5}, {10, 5}}));
}

TEST_CASE("conv col2im: all numbers of rows of a tile") {
  for (int64_t rows = 1; rows <= 17; ++rows)
    check_col2im(as_text(rows, " rows"), problem(9, 2, 6, {{rows + 2, 3}, {5, 3}}));
}

TEST_CASE("conv col2im: strides, paddings and dilations") {
  check_col2im("stride 2", problem(2, 3, 16, {{13, 3, 2, 1}, {12, 5, 2, 2}}));
  check_col2im("stride beyond the kernel", problem(2, 1, 16, {{13, 2, 3}, {14, 1, 4}}));
  check_wide("padding beyond the kernel", problem(2, 2, 16, {{5, 2, 1, 3}, {6, 3, 1, 4}}));
  check_col2im("dilation", problem(2, 1, 32, {{12, 3, 1, 1, 2}, {15, 4, 1, 0, 3}}));
  check_col2im("dilation and stride", problem(2, 1, 32, {{12, 2, 2, 1, 3}, {15, 3, 3, 2, 2}}));
  check_col2im("dilation beyond the image", problem(2, 1, 32, {{6, 3, 1, 9, 9}, {5, 3, 1, 9, 9}}));
  check_col2im("columns alone dilated", problem(2, 2, 16, {{12, 3, 1, 1, 2}, {15, 3, 1, 1}}));
}

TEST_CASE("conv col2im: one and three dimensions") {
  check_col2im("1d", problem(2, 1, 8, {{101, 16, 4, 3}}));
  check_col2im("1d, dilation", problem(2, 1, 32, {{101, 5, 2, 3, 4}}));
  check_col2im("1d, a run longer than its row", problem(9, 3, 8, {{18, 17}}));
  check_col2im("3d", problem(2, 1, 8, {{5, 3, 1, 1}, {7, 3, 1, 1}, {8, 3, 1, 1}}));
  check_col2im("3d, stride", problem(1, 3, 8, {{7, 3, 2, 1}, {7, 2, 1, 0}, {8, 3, 2, 1}}));
  check_col2im("3d, few rows", problem(2, 2, 8, {{4, 2, 1, 1}, {3, 2}, {20, 3, 1, 1}}));
}

TEST_CASE("conv col2im: groups") {
  check_col2im("2 groups", problem(2, 2, 8, {{9, 3, 1, 1}, {10, 3, 1, 1}}, 2));
  check_col2im("3 groups", problem(2, 1, 16, {{9, 3, 2, 1, 2}, {10, 3, 1, 2, 2}}, 3));
}

TEST_CASE("conv col2im: images that are cut") {
  check_col2im("rows", problem(1, 1, 4, {{100, 3, 1, 1}, {340, 3, 1, 1}}));
  check_col2im("rows and columns", problem(1, 1, 2, {{33, 3, 2, 1}, {131, 3, 2, 1}}));
  check_col2im("a long row", problem(1, 1, 4, {{700, 7, 3, 2}}));
  check_col2im("planes", problem(1, 1, 4, {{12, 3, 1, 1}, {9, 3, 1, 1}, {9, 3, 1, 1}}));
  check_wide("few long rows", problem(1, 12, 8, {{14, 1}, {120, 41}}));
}

TEST_CASE("conv col2im: tiles across samples") {
  for (int64_t N : {1, 5, 9, 33}) {
    check_col2im(as_text(N, " samples"), problem(N, 2, 6, {{4, 4}, {5, 4}}));
    check_wide(as_text(N, " samples of 20 channels"), problem(N, 20, 7, {{5, 4}, {5, 3}}));
  }
}

TEST_CASE("conv col2im: infinity and NaN stay where they belong") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const ConvProblem& p : {problem(1, 1, 8, {{9, 3, 1, 1}, {9, 3, 1, 1}}),
                               problem(1, 3, 7, {{9, 3, 1, 1}, {9, 3, 1, 1}})}) {
    Tensor dy = uniform(p.output(), 1, 1, 2, kFloat32);
    dy.select(2, 4).select(2, 4).fill_(kInfinity);
    const Tensor w = uniform(p.weight(), 2, 1, 2, kFloat32);
    ExecutionScope scope;
    for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512}) {
      if (!isa_available(isa)) continue;
      set_isa(isa);
      CAPTURE(name_of(isa), explain_gradient(p));
      CHECK(is_taken(p, kFloat32));
      const auto dx = input_grad(p, dy, w).to_vector(),
                 exact = gradient_reference(p, {dy, w})[0].to_vector();
      for (size_t i = 0; i < dx.size(); ++i) {
        CAPTURE(i);
        CHECK(std::isinf(dx[i]) == std::isinf(exact[i]));
        CHECK_FALSE(std::isnan(dx[i]));
      }
    }
  }
}

TEST_CASE("conv col2im: no sample") {
  const ConvProblem p = problem(0, 1, 8, {{9, 3}, {9, 3}});
  CHECK(explain_gradient(p).find("col2im: declines: there is no sample\n") != std::string::npos);
  CHECK(input_grad(p, zeros(p.output()), zeros(p.weight())).sizes() == p.input());
}

TEST_CASE("conv col2im: says why it declines") {
  const auto says = [](const ConvProblem& p, const char* reason) {
    CAPTURE(explain_gradient(p), reason);
    CHECK(explain_gradient(p).find(as_text("col2im: declines: ", reason, "\n")) !=
          std::string::npos);
  };
  says(problem(1, 4, 8, {{9, 3}, {9, 3, 1, 1 << 14, 1 << 14}}), "the taps lie too far apart");
  says(problem(4, 64, 64, {{16, 3, 2, 1}, {16, 3, 2, 1}}), "too many channels");
  CHECK(explain_conv2d(zeros({2, 1, 9, 9}, kFloat32), zeros({8, 1, 3, 3}, kFloat32))
            .find("col2im: declines: there is none for this direction and dtype\n") !=
        std::string::npos);
}
