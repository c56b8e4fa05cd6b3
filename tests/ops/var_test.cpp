#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/engine.h>
#include <reel/autograd/ops/elementwise.h>
#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>
#include <reel/core/random.h>

#include <limits>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

double variance(const Group& group, bool unbiased) {
  const auto n = static_cast<double>(group.size());
  double mean = 0, sum = 0;
  for (double v : group) mean += v / n;
  for (double v : group) sum += (v - mean) * (v - mean);
  return sum / (n - (unbiased ? 1 : 0));
}

size_t group_size(const ReductionShape& s) {
  return static_cast<size_t>(reduced_dims("test", s.sizes, s.dims).count);
}

}  // namespace

TEST_CASE("var") {
  for (bool unbiased : {true, false})
    for (const ReductionShape& s : reduction_shapes()) {
      if (group_size(s) < 2) continue;
      check_op(reduction_case(
          as_text("var of ", name_of(s), unbiased ? ", unbiased" : ""), s.sizes,
          [=](const TensorList& in) { return in[0].var(s.dims, unbiased, s.keepdim); },
          [=](const TensorList& in) {
            return reduce_reference(in[0], s.dims, s.keepdim,
                                    [=](const Group& g) { return variance(g, unbiased); });
          }));
    }
}

TEST_CASE("std") {
  for (bool unbiased : {true, false})
    for (const ReductionShape& s : reduction_shapes()) {
      if (group_size(s) < 3) continue;
      check_op(reduction_case(
          as_text("std of ", name_of(s), unbiased ? ", unbiased" : ""), s.sizes,
          [=](const TensorList& in) { return in[0].std(s.dims, unbiased, s.keepdim); },
          [=](const TensorList& in) {
            return reduce_reference(in[0], s.dims, s.keepdim, [=](const Group& g) {
              return std::sqrt(variance(g, unbiased));
            });
          }));
    }
}

TEST_CASE("var: all elements") {
  const Tensor x = tensor_of({4}, {1, 2, 3, 4});
  CHECK(x.var().item<double>() == Catch::Approx(5.0 / 3));
  CHECK(x.var(false).item<double>() == Catch::Approx(1.25));
  CHECK(x.std().item<double>() == Catch::Approx(std::sqrt(5.0 / 3)));
  CHECK(x.std(false).item<double>() == Catch::Approx(std::sqrt(1.25)));
}

TEST_CASE("var: a number is a dimension, only a bool says unbiased") {
  const Tensor x = uniform({3, 4});
  CHECK(x.var(1).sizes() == IntArrayRef(3));
  CHECK(reel::std(x, 0).sizes() == IntArrayRef(4));
  CHECK(x.std(true).sizes().empty());
  CHECK(var(x, false).sizes().empty());
}

TEST_CASE("var: does not cancel where the mean is large") {
  const Tensor x = (uniform({1000}, 1, 0, 1, kFloat32) + 4096.0f);
  CHECK(x.var().item<double>() == Catch::Approx(x.to(kFloat64).var().item<double>()).epsilon(1e-5));
}

TEST_CASE("var and std: too few values") {
  CHECK(std::isnan(ones({1}).var().item<double>()));
  CHECK(ones({1}).var(false).item<double>() == 0);
  CHECK(std::isnan(ones({0}).var().item<double>()));
  CHECK(std::isnan(ones({3, 1}).std(1).to_vector()[2]));
}

TEST_CASE("std: where all values agree the gradient is 0") {
  const Tensor x = ones({4}).requires_grad_();
  x.std().backward();
  CHECK(x.grad().to_vector() == std::vector<double>(4, 0.0));
}

TEST_CASE("var and std: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { ones({2}, kInt64).var(); }) ==
        "var: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
  CHECK(message_of<ArgumentError>([&] { ones({2}).std(1); }) ==
        "std: dimension 1 is out of range; the tensor has 1, so it must be in [-1, 0].");
}

TEST_CASE("var: together with the mean") {
  const Tensor x = uniform({3, 5});
  const auto [var, mean] = var_mean(x, 1, true, true);
  CHECK(var.equal(x.var(1, true, true)));
  CHECK(mean.equal(x.mean(1, true)));
  const auto [std, centre] = std_mean(x, false);
  CHECK(std.equal(x.std(false)));
  CHECK(centre.equal(x.mean()));
  CHECK(std::get<0>(var_mean(x)).equal(x.var()));
}
