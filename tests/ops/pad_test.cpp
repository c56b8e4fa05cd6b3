#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/shapes.h>
#include <reel/core/creation.h>
#include <reel/core/layout.h>

#include <algorithm>

using namespace reel;
using namespace reel::tests;

namespace {

constexpr PaddingMode kModes[] = {kConstant, kReflect, kReplicate, kCircular};
constexpr const char* kNames[] = {"constant", "reflect", "replicate", "circular"};

// The place in a dimension of n pixels whose value place j takes, or -1; a before and b after.
int64_t source_of(PaddingMode mode, int64_t j, int64_t n, int64_t a, int64_t b) {
  if (j >= 0 && j < n) return j;
  if (mode == kReflect) return j < 0 ? -j : 2 * n - 2 - j;
  if (mode == kReplicate) return j < 0 ? 0 : n - 1;
  if (mode != kCircular) return -1;
  // Cropped first.
  const int64_t first = std::max<int64_t>(-a, 0), kept = n - first - std::max<int64_t>(-b, 0);
  return first + (j - first + kept) % kept;
}

Tensor reference(const Tensor& x, const std::vector<int64_t>& pads, PaddingMode mode,
                 double value) {
  const Shape in = x.sizes();
  Shape out = in, before = Shape::filled(in.size(), 0);
  for (size_t i = 0; i < pads.size() / 2; ++i) {
    const size_t d = in.size() - 1 - i;
    before[d] = pads[2 * i];
    out[d] += pads[2 * i] + pads[2 * i + 1];
  }
  const std::vector<double> from = x.to_vector();
  std::vector<double> y(static_cast<size_t>(numel_of(out)));
  for (size_t i = 0; i < y.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), source = 0, step = 1;
    bool inside = true;
    for (size_t d = in.size(); d-- > 0;) {
      const int64_t j =
          source_of(mode, rest % out[d] - before[d], in[d], before[d], out[d] - in[d] - before[d]);
      inside = inside && j >= 0;
      source += j * step;
      step *= in[d];
      rest /= out[d];
    }
    y[i] = inside ? from[static_cast<size_t>(source)] : value;
  }
  return tensor_of(out, y);
}

void check_pad(Shape sizes, std::vector<int64_t> pads, PaddingMode mode, double value = 0) {
  OpCase c;
  c.name = as_text(kNames[static_cast<size_t>(mode)], " ", IntArrayRef(sizes), " by ",
                   IntArrayRef(pads));
  c.op = [=](const TensorList& in) { return pad(in[0], pads, mode, value); };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) { return reference(in[0], pads, mode, value); };
  c.second_order = true;
  check_op(c);
}

}  // namespace

TEST_CASE("pad") {
  for (PaddingMode mode : kModes) {
    check_pad({2, 3, 9}, {1, 2}, mode, 0.5);
    check_pad({3, 9}, {2, 1}, mode);
    check_pad({2, 3, 5, 4}, {1, 2, 2, 0}, mode, 0.5);
    check_pad({2, 9, 4, 5}, {3, 3, 3, 3}, mode);
    check_pad({3, 4, 5}, {0, 1, 2, 1}, mode);
    check_pad({1, 2, 3, 4, 3}, {1, 2, 2, 0, 1, 1}, mode);
    check_pad({2, 3, 3, 4}, {1, 1, 2, 2, 0, 0}, mode);
    check_pad({2, 17, 6, 7}, {-1, 2, 3, -2}, mode);
    check_pad({2, 3, 7}, {-5, 2}, mode);
    check_pad({2, 3, 7, 6}, {2, -3, -1, 4}, mode);
  }
  check_pad({2, 3, 4}, {4, 4}, kCircular);
  check_pad({2, 3, 1}, {4, 4}, kReplicate);
}

TEST_CASE("pad: circular padding repeats what cropping leaves, as in PyTorch") {
  using Values = std::vector<double>;
  const Tensor x = tensor_of({1, 4}, {1, 2, 3, 4});
  CHECK(pad(x, {-1, 2}, kCircular).to_vector() == Values{2, 3, 4, 2, 3});
  CHECK(pad(x, {3, -1}, kCircular).to_vector() == Values{1, 2, 3, 1, 2, 3});
  CHECK(pad(x, {-1, -1}, kCircular).to_vector() == Values{2, 3});
}

TEST_CASE("pad: a constant goes around any dimension") {
  check_pad({3}, {2, 1}, kConstant, -1);
  check_pad({2, 3, 4, 2}, {0, 0, 1, 1, 2, 0, 0, 3}, kConstant, 2);
  check_pad({2, 3, 4, 2}, {0, 0, 0, 0, -1, 2}, kConstant, 2);
  CHECK(pad(tensor_of({}, {3}), {}).item<double>() == 3);
  CHECK(pad(zeros({2, 0}), {1, 2}, kConstant, 7).equal(full({2, 3}, 7.0)));
  CHECK(pad(zeros({2, 3}), {-1, -2}).sizes() == Shape{2, 0});
  CHECK(pad(zeros({0, 3}), {1, 1}, kReflect).sizes() == Shape{0, 5});
}

TEST_CASE("pad: integers and bytes") {
  for (Dtype dtype : {kBool, kUInt8, kInt32, kInt64}) {
    const Tensor x = tensor_of({2, 3}, {1, 0, 1, 1, 1, 0}).to(dtype);
    CHECK(pad(x, {1, 0}, kConstant, 1).to_vector() == std::vector<double>{1, 1, 0, 1, 1, 1, 1, 0});
    CHECK(pad(x, {1, 0}, kReflect).dtype() == dtype);
  }
}

TEST_CASE("pad: channels-last stays so") {
  const Tensor x = to_channels_last(uniform({2, 3, 4, 5}));
  for (PaddingMode mode : kModes) CHECK(is_held(pad(x, {1, 1, 1, 1}, mode)));
}

TEST_CASE("pad: errors say what does not fit") {
  const auto message = [](auto f) { return message_of<ArgumentError>(f); };
  const Tensor x = zeros({2, 3, 4});
  CHECK(message([&] { pad(x, {1}); }) ==
        "pad: 1 values [1]; there must be two for each padded dimension, the last dimension's "
        "first.");
  CHECK(message([&] {
          pad(x, {1, 1, 1, 1, 1, 1, 1, 1});
        }) ==
        "pad: [1, 1, 1, 1, 1, 1, 1, 1] pads 4 dimensions, but input [2, 3, 4] has 3; there must be "
        "as many.");
  CHECK(
      message([&] {
        pad(x, {4, 0}, kReflect);
      }) ==
      "pad: reflect padding 4 and 0 of the 4 pixels in dimension 2 of input [2, 3, 4]; it must be "
      "less than their number.");
  CHECK(
      message([&] {
        pad(x, {1, 5}, kCircular);
      }) ==
      "pad: circular padding 1 and 5 of the 4 pixels in dimension 2 of input [2, 3, 4]; it must be "
      "at most the 4 that are not cropped.");
  CHECK(
      message([&] {
        pad(x, {-5, 0});
      }) ==
      "pad: padding -5 and 0 leaves -1 of the 4 pixels in dimension 2 of input [2, 3, 4]; at least "
      "0 must remain.");
  CHECK(message([&] {
          pad(zeros({2, 0}), {1, 1}, kReplicate);
        }) ==
        "pad: dimension 1 of input [2, 0] is empty; mode replicate needs pixels to take values "
        "from.");
  CHECK(
      message([&] {
        pad(zeros({2, 3, 4, 4}), {1, 1}, kReflect);
      }) ==
      "pad: [1, 1] pads 1 of the 4 dimensions of input [2, 3, 4, 4]; mode reflect pads all spatial "
      "dimensions of (N, C, 1 to 3 spatial) or (C, 1 to 3 spatial).");
  CHECK(message([&] {
          pad(x, {int64_t{1} << 40, 0});
        }) ==
        "pad: padding 1099511627776 and 0 of dimension 2; each must be from -2147483647 to "
        "2147483647.");
}
