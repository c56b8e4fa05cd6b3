#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/conv_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/core/isa.h>
#include <reel/core/layout.h>

using namespace reel;
using namespace reel::tests;

namespace {

using Values = std::vector<double>;

struct Options {
  int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
};

ConvProblem problem(IntArrayRef x, IntArrayRef w, Options o = {}) {
  const int D = static_cast<int>(x.size()) - 2;
  ConvProblem p{D, {x[0], x[1], w[0], o.groups}};
  for (int i = 0; i < D; ++i) {
    const int d = 3 - D + i;
    const auto at = static_cast<size_t>(2 + i);
    p.g.in[d] = x[at];
    p.g.kernel[d] = w[at];
    p.g.stride[d] = o.stride;
    p.g.pad[d] = o.padding;
    p.g.dilation[d] = o.dilation;
    p.g.out[d] = (x[at] + 2 * o.padding - o.dilation * (w[at] - 1) - 1) / o.stride + 1;
  }
  return p;
}

// dx and dw, as operations of x, weight and dy.
TensorList gradients(const ConvProblem& p, const TensorList& in) {
  const ConvGeometry& g = p.g;
  if (p.D == 1)
    return {conv_input_grad<1>(g, in[2], in[1], {}, "conv_input_grad"),
            conv_weight_grad<1>(g, in[2], in[0])};
  if (p.D == 2)
    return {conv_input_grad<2>(g, in[2], in[1], {}, "conv_input_grad"),
            conv_weight_grad<2>(g, in[2], in[0])};
  return {conv_input_grad<3>(g, in[2], in[1], {}, "conv_input_grad"),
          conv_weight_grad<3>(g, in[2], in[0])};
}

TensorList reference_gradients(const ConvProblem& p, const TensorList& in) {
  const Values x = in[0].to_vector(), w = in[1].to_vector(), dy = in[2].to_vector();
  Values dx(x.size()), dw(w.size());
  for_each_product(p.g, [&](size_t i, size_t j, size_t k) {
    dx[j] += dy[i] * w[k];
    dw[k] += dy[i] * x[j];
  });
  return {tensor_of(p.input(), dx), tensor_of(p.weight(), dw)};
}

// y with its gradients, and those gradients with theirs.
void check_conv(const std::string& name, const ConvProblem& p, bool bias = true) {
  check_problem(name, p, bias);
  OpCase c;
  c.name = name + ", gradients";
  c.op = [&](const TensorList& in) { return gradients(p, in); };
  c.inputs = [&] {
    return TensorList{uniform(p.input(), 1), uniform(p.weight(), 2), uniform(p.output(), 3)};
  };
  c.reference = [&](const TensorList& in) { return reference_gradients(p, in); };
  c.mode = GradcheckMode::kDirectional;
  c.zero_gradient = is_empty(p);
  check_op(c);
}

// Every value of every list, in combinations that a step through them with different strides meets.
ConvProblem grid_problem(int D, int64_t i) {
  constexpr int64_t kChannels[] = {1, 3, 4, 7, 8, 9, 16, 17}, kKernels[] = {1, 2, 3, 4, 5, 7};
  const auto pick = [](const auto& list, int64_t at) {
    return list[static_cast<size_t>(at) % std::size(list)];
  };
  Options o;
  const int64_t C = pick(kChannels, i), K = pick(kChannels, i / 8 + 3 * i);
  o.stride = 1 + (i + i / 3) % 3;
  o.dilation = 1 + (i / 2) % 2;
  Shape x{1 + i % 3, C}, w{K, C};
  if (i % 5 == 3) {  // depthwise
    o.groups = x[1] = w[0] = C;
    w[1] = 1;
  } else if (i % 5 == 1 || i % 5 == 4) {
    o.groups = 1 + i % 3;
    w[1] = 1 + C % 4;
    x[1] = w[1] * o.groups;
    w[0] = (1 + K % 5) * o.groups;
  }
  int64_t least = 1;
  for (int d = 0; d < D; ++d) {
    const int64_t k = D == 3 ? 1 + (i + d) % 3 : pick(kKernels, i + i / 6 + 2 * d);
    w.push_back(k);
    const int64_t covered = o.dilation * (k - 1) + 1;
    o.padding = d == 0 ? (i * 7) % (covered + 1) : o.padding;
    least = covered - 2 * o.padding;
    x.push_back((least > 1 ? least : 1) + (i * 3 + d) % 7);
  }
  return problem(x, w, o);
}

void check_grid(int D, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    check_conv("grid " + std::to_string(i), grid_problem(D, i), i % 4 != 2);
}

}  // namespace

TEST_CASE("conv1d: grid") { check_grid(1, 64); }
TEST_CASE("conv2d: grid") { check_grid(2, 80); }
TEST_CASE("conv3d: grid") { check_grid(3, 40); }

TEST_CASE("conv2d: shapes that have gone wrong elsewhere") {
  check_conv("1 x N kernel", problem({2, 3, 1, 9}, {4, 3, 1, 5}));
  check_conv("N x 1 kernel", problem({2, 3, 9, 6}, {4, 3, 5, 1}));
  check_conv("padding beyond half the kernel", problem({1, 2, 4, 5}, {3, 2, 3, 3}, {.padding = 4}));
  check_conv("stride beyond the kernel", problem({2, 3, 9, 11}, {4, 3, 2, 2}, {.stride = 4}));
  check_conv("stride beyond any image", problem({1, 2, 4, 5}, {3, 2, 2, 2}, {.stride = INT32_MAX}));
  check_conv("stride and dilation with a common factor",
             problem({1, 2, 13, 12}, {3, 2, 3, 2}, {.stride = 4, .padding = 3, .dilation = 2}));
  check_conv("stride divides dilation",
             problem({1, 2, 11, 14}, {3, 2, 3, 3}, {.stride = 2, .padding = 2, .dilation = 4}));
  check_conv("9 to 3 channels, k5 s3",
             problem({2, 9, 10, 11}, {3, 9, 5, 5}, {.stride = 3, .padding = 1}));
  check_conv("24 depthwise channels",
             problem({2, 24, 7, 7}, {24, 1, 3, 3}, {.stride = 2, .padding = 1, .groups = 24}));
  check_conv("groups with several outputs a channel",
             problem({2, 3, 6, 6}, {12, 1, 3, 3}, {.stride = 2, .padding = 1, .groups = 3}));
  check_conv("groups, stride and dilation",
             problem({2, 6, 11, 9}, {4, 3, 3, 2},
                     {.stride = 3, .padding = 2, .dilation = 2, .groups = 2}));
  check_conv("dilated far beyond the image",
             problem({1, 2, 5, 5}, {2, 2, 3, 3}, {.padding = 1000, .dilation = 1000}));
  check_conv("more outputs than a block", problem({1, 5, 5, 4}, {67, 5, 2, 2}));
  check_conv("more samples than chunks", problem({19, 2, 3, 3}, {2, 2, 2, 2}));
  check_conv("no samples", problem({0, 3, 5, 5}, {4, 3, 3, 3}, {.padding = 1}));
}

TEST_CASE("conv: several boxes a sample") {
  check_conv("with a border", problem({1, 24, 40, 41}, {5, 24, 3, 3}, {.padding = 1}));
  check_conv("without", problem({1, 24, 40, 41}, {5, 24, 3, 3}));
  check_conv("long rows", problem({1, 1, 30000}, {3, 1, 80}, {.stride = 4, .padding = 40}));
  check_conv("depthwise", problem({2, 40, 30, 29}, {40, 1, 3, 3}, {.padding = 1, .groups = 40}));
}

// One vector of output channels: tiles of 24 pixels in fours, in pairs where rows are no multiple
// of four, or one by one; in long runs of taps and in short ones.
TEST_CASE("conv: tiles of one vector") {
  for (int64_t width : {7, 8, 9, 10, 12, 14, 15, 16, 24, 28})
    for (int64_t C : {1, 3, 5, 16}) {
      const int64_t K = 9 + (width + C) % 8;
      check_conv(as_text(C, " to ", K, " channels, rows of ", width),
                 problem({1, C, 7, width + 2}, {K, C, 5, 3}), C % 2 == 0);
    }
  check_conv("stride 2", problem({2, 5, 13, 33}, {16, 5, 5, 3}, {.stride = 2, .padding = 1}));
  check_conv("groups", problem({1, 6, 8, 16}, {32, 3, 2, 3}, {.padding = 1, .groups = 2}));
}

TEST_CASE("conv: pixels in the lanes, for few output channels") {
  const auto taken = [](const ConvProblem& p) {
    const Tensor x = zeros(p.input()), w = zeros(p.weight());
    const std::string text = explain_conv2d(x, w, 1, {p.g.pad[1], p.g.pad[2]});
    return text.find("planes: computes") != std::string::npos;
  };
  for (int64_t K : {1, 2, 3, 4, 5, 6, 7, 8})
    for (int64_t C : {1, 2, 3, 5, 8, 11}) {
      const int64_t k = 1 + (K + C) % 5, side = 13 + C % 4;
      const ConvProblem p =
          problem({3, C, side + 1, side}, {K, C, k, 2 + K % 3}, {.padding = K % 3});
      check_conv(as_text(C, " to ", K, " channels"), p, C % 2 == 0);
      if (active_isa() == Isa::kAvx512) CHECK(taken(p));
    }
  for (int64_t K : {1, 2, 3, 4, 5}) {
    const ConvProblem p = problem({3, 1, 17, 15}, {K, 1, 1, 1}, {.padding = K % 2});
    check_conv(as_text("one tap of one channel to ", K), p, K % 2 == 0);
    if (active_isa() == Isa::kAvx512) CHECK(taken(p) == (K <= 4));
  }
  check_conv("more samples than chunks", problem({19, 2, 12, 9}, {3, 2, 3, 3}, {.padding = 1}));
  check_conv("bands of rows", problem({1, 3, 70, 65}, {3, 3, 3, 5}, {.padding = 2}));
  check_conv("bands of many channels", problem({1, 24, 40, 67}, {2, 24, 3, 3}, {.padding = 1}));
  check_conv("padding beyond the image", problem({2, 2, 3, 4}, {3, 2, 2, 2}, {.padding = 6}));
  check_conv("one row", problem({2, 3, 150}, {4, 3, 7}, {.padding = 3}));
}

TEST_CASE("conv: one tap and many channels, as a product of matrices") {
  const auto check = [&](const ConvProblem& p, size_t directions, bool bias = true) {
    const std::string text = p.D == 2 ? explain(p) : "";
    CAPTURE(p.input(), p.weight(), text);
    const size_t taken = count(text, "matmul: computes");
    CHECK((p.D != 2 || taken == directions));
    check_conv(as_text(p.input(), " to ", p.g.K), p, bias);
  };
  check(problem({2, 257, 3, 3}, {260, 257, 1, 1}), 3);
  check(problem({1, 520, 1, 5}, {129, 520, 1, 1}), 3, false);
  check(problem({3, 97, 7, 5}, {101, 97, 1, 1}), 1);
  check(problem({2, 96, 31}, {99, 96, 1}), 1);
  check(problem({1, 256, 2, 1, 3}, {256, 256, 1, 1, 1}), 3);

  const auto declines = [&](const ConvProblem& p, const char* reason) {
    CAPTURE(explain(p), reason);
    CHECK(explain(p).find(as_text("matmul: declines: ", reason, "\n")) != std::string::npos);
  };
  declines(problem({2, 256, 4, 4}, {256, 128, 1, 1}, {1, 0, 1, 2}), "there are groups");
  for (const Options& o : {Options{2}, Options{1, 1}})
    declines(problem({2, 256, 4, 4}, {256, 256, 1, 1}, o),
             "outputs are not of one pixel or image each");
  declines(problem({0, 256, 4, 4}, {256, 256, 1, 1}), "there is no sample");
  declines(problem({2, 64, 4, 4}, {512, 64, 1, 1}), "too few channels");
  declines(problem({2, 256, 100, 100}, {256, 256, 1, 1}), "too many pixels");
}

TEST_CASE("conv: padding 'same' puts the odd pixel behind, 'valid' is none") {
  for (int64_t k : {1, 2, 3, 4, 5})
    for (int64_t dilation : {1, 3}) {
      const Tensor x = uniform({2, 3, 9}), w = uniform({4, 3, k}, 1);
      const int64_t total = dilation * (k - 1);
      const Tensor padded = pad(x, {total / 2, total - total / 2});
      CHECK(conv1d(x, w, {}, 1, "same", dilation).equal(conv1d(padded, w, {}, 1, 0, dilation)));
      CHECK(conv1d(x, w, {}, 1, kSame, dilation).sizes() == Shape{2, 4, 9});
      if (total < 9)
        CHECK(conv1d(x, w, {}, 1, "valid", dilation).equal(conv1d(x, w, {}, 1, 0, dilation)));
    }
}

TEST_CASE("conv: padding 'same' has gradients") {
  OpCase c;
  c.name = "same";
  c.op = [](const TensorList& in) { return conv2d(in[0], in[1], in[2], 1, kSame, {1, 2}); };
  c.inputs = {{2, 3, 5, 6}, {4, 3, 2, 4}, {4}};
  c.second_order = true;
  check_op(c);
}

TEST_CASE("conv: one sample without a batch dimension") {
  OpCase c;
  c.name = "unbatched";
  c.op = [](const TensorList& in) { return conv2d(in[0], in[1], in[2], 2, 1); };
  c.inputs = {{3, 6, 5}, {4, 3, 3, 2}, {4}};
  check_op(c);
  const Tensor x = uniform({3, 6, 5}), w = uniform({4, 3, 3, 2}, 1);
  CHECK(conv2d(x, w).equal(conv2d(x.unsqueeze(0), w).squeeze(0)));
}

TEST_CASE("conv: activations stay channels-last, and look contiguous") {
  const Tensor x = uniform({2, 3, 6, 5}, 0, -1, 1, kFloat32).requires_grad_();
  const Tensor w = uniform({4, 3, 3, 3}, 1, -1, 1, kFloat32).requires_grad_();
  const Tensor y = conv2d(x, w);
  CHECK(is_held(y));
  const TensorList grads = autograd::grad({y}, {x, w}, {ones_like(y)});
  CHECK(is_held(grads[0]));
  CHECK_FALSE(is_held(grads[1]));
  CHECK(y.strides() == contiguous_strides(y.sizes()));
}

TEST_CASE("conv: the algorithms of a convolution can be read") {
  const Tensor x = zeros({2, 3, 6, 5}, kFloat64), w = zeros({4, 3, 3, 3}, kFloat64);
  const std::string text = explain_conv2d(x, w, 1, 1);
  CAPTURE(text);
  CHECK(text.starts_with("conv2d: float64, "));
  for (const char* part : {"\nforward\n", "\ninput_grad\n", "\nweight_grad\n",
                           "  winograd_6: declines: there is none for this direction and dtype\n",
                           "  direct: computes\n"})
    CHECK(text.find(part) != std::string::npos);
  CHECK(explain_conv1d(zeros({1, 8}), zeros({1, 1, 3})).starts_with("conv1d: float32, "));
  CHECK(message_of<ArgumentError>([&] { explain_conv3d(x, w); }).starts_with("conv3d: "));
}

TEST_CASE("conv: errors say what does not fit") {
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  const Tensor x = zeros({8, 3, 28, 28}), w = zeros({64, 3, 3, 3});
  CHECK(message([&] {
          conv2d(x, zeros({64, 1, 3, 3}));
        }) ==
        "conv2d: input [8, 3, 28, 28] has 3 channels, but weight [64, 1, 3, 3] with groups=1 needs "
        "1.");
  CHECK(message([&] { conv2d(x, w, {}, 1, 0, 1, 3); }) ==
        "conv2d: input [8, 3, 28, 28] has 3 channels, but weight [64, 3, 3, 3] with groups=3 needs "
        "9.");
  CHECK(message([&] {
          conv2d(x, zeros({64, 1, 3, 3}), {}, 1, 0, 1, 3);
        }) ==
        "conv2d: weight [64, 1, 3, 3] has 64 output channels, which groups=3 does not divide; it "
        "must.");
  CHECK(message([&] { conv2d(x, w, {}, 1, 0, 1, 0); }) ==
        "conv2d: groups=0; it must be at least 1.");
  CHECK(message([&] {
          conv2d(x, zeros({64, 3, 3}));
        }) ==
        "conv2d: weight [64, 3, 3] has 3 dimensions; it must have 4 (out_channels, in_channels / "
        "groups, 2 spatial).");
  CHECK(message([&] {
          conv3d(zeros({28, 28}), zeros({2, 3, 3, 3, 3}));
        }) ==
        "conv3d: input [28, 28] has 2 dimensions; it must have 5 (N, C, 3 spatial), or 4 for one "
        "sample without N.");
  CHECK(message([&] {
          conv2d(x, zeros({0, 3, 3, 3}));
        }) == "conv2d: weight [0, 3, 3, 3] is empty; each size must be at least 1.");
  CHECK(message([&] { conv2d(x, w, zeros({3})); }) ==
        "conv2d: bias [3] does not match weight [64, 3, 3, 3]; it must have one value for each of "
        "the 64 output channels.");
  CHECK(message([&] { conv2d(x, w, zeros({64}, kFloat64)); }) ==
        "conv2d: the bias is float64, the input float32; the dtypes must be equal.");
  CHECK(message([&] {
          conv2d(x, zeros({64, 3, 3, 3}, kFloat64));
        }) == "conv2d: the weight is float64, the input float32; the dtypes must be equal.");
  CHECK(message([&] {
          conv2d(zeros({1, 3, 4, 4}, kInt64), w);
        }) == "conv2d: the input is int64; it must be float32 or float64.");
  CHECK(
      message([&] {
        conv2d(zeros({8, 3, 2, 9}), w);
      }) ==
      "conv2d: input [8, 3, 2, 9] has 2 pixels with its padding in spatial dimension 0, but weight "
      "[64, 3, 3, 3] with dilation 1 covers 3; the kernel must fit. [add padding, or make the "
      "kernel smaller]");
  CHECK(message([&] {
          conv2d(zeros({8, 3, 0, 9}), w, {}, 1, 3);
        }) ==
        "conv2d: input [8, 3, 0, 9] has an empty spatial dimension; only the batch may be empty.");
  CHECK(message([&] {
          conv2d(x, w, {}, {1, 0});
        }) == "conv2d: stride [1, 0]; each value must be from 1 to 2147483647.");
  CHECK(message([&] { conv2d(x, w, {}, 1, -1); }) ==
        "conv2d: padding [-1, -1]; each value must be from 0 to 2147483647.");
  CHECK(
      message([&] { conv2d(x, w, {}, 1, 0, int64_t{1} << 40); }) ==
      "conv2d: dilation [1099511627776, 1099511627776]; each value must be from 1 to 2147483647.");
  CHECK(message([&] { conv2d(x, w, {}, 2, kSame); }) ==
        "conv2d: padding 'same' with stride [2, 2]; it needs stride 1. [give the padding in "
        "numbers]");
  CHECK(message([&] { conv2d(x, w, {}, 1, "full"); }) ==
        "padding: 'full' is no rule; it must be 'same', 'valid' or numbers.");
}
