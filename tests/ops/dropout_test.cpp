#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

#include <reel/autograd/ops/activations.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

using namespace reel;
using namespace reel::tests;

namespace {

// The generator starts anew at every call: the same draw each time.
OpCase dropout_case(std::string name, Shape sizes, double p) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    manual_seed(3);
    return dropout(in[0], p);
  };
  c.inputs = CaseInputs{sizes};
  c.reference = [=](const TensorList& in) {
    // (n, c, p): number p % 4 of block (n, p / 4, c); a matrix is one channel
    const bool spatial = sizes.size() > 2;
    const int64_t N = spatial ? sizes[0] : 1, C = spatial ? sizes[1] : 1,
                  P = in[0].numel() / (N * C);
    std::vector<double> y = in[0].to_vector();
    for (int64_t i = 0; i < in[0].numel(); ++i) {
      const int64_t n = i / (C * P), channel = i / P % C, pixel = i % P;
      const auto block = static_cast<uint64_t>((n * ((P + 3) / 4) + pixel / 4) * C + channel);
      const double u = philox(3, block).v[pixel % 4] / 4294967296.0;
      y[static_cast<size_t>(i)] *= u < p ? 0 : 1 / (1 - p);
    }
    return tensor_of(sizes, y);
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("dropout") {
  check_op(dropout_case("a matrix", {3, 7}, 0.5));
  check_op(dropout_case("an image", {2, 3, 3, 3}, 0.25));
  check_op(dropout_case("a sequence", {2, 5, 9}, 0.7));
  for (int64_t n : {8, 9, 15, 16, 17, 31, 33})
    check_op(dropout_case("n = " + std::to_string(n), {n}, 0.4));
}

TEST_CASE("dropout: keeps what it should") {
  manual_seed(0);
  const Tensor x = ones({100, 1000});
  const Tensor y = dropout(x, 0.3);
  // 100,000 draws: the mean's deviation is sqrt(.3 * .7 / 1e5) = 0.0015.
  CHECK((y == 0.0).to(kFloat32).mean().item<double>() == Catch::Approx(0.3).margin(0.007));
  CHECK(y.mean().item<double>() == Catch::Approx(1).margin(0.01));
  CHECK(!dropout(x, 0.3).equal(y));
  manual_seed(0);
  CHECK(dropout(x, 0.3).equal(y));
}

TEST_CASE("dropout: nothing, everything, and evaluation") {
  const Tensor x = uniform({4, 5});
  CHECK(dropout(x, 0).is_same(x));
  CHECK(dropout(x, 0.5, false).is_same(x));
  CHECK(dropout(x, 1).equal(zeros_like(x)));
}

TEST_CASE("dropout: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { dropout(ones({2}), 1.5); }) ==
        "dropout: the probability is 1.5; it must be from 0 to 1.");
  CHECK(message_of<ArgumentError>([&] { dropout(ones({2}, kInt64), 0.5); }) ==
        "dropout: the input is int64; it must be float32 or float64.");
}
