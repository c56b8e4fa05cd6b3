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

double length(const Group& group) {
  double sum = 0;
  for (double v : group) sum += v * v;
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("vector_norm") {
  for (const ReductionShape& s : reduction_shapes())
    check_op(reduction_case(
        "norm of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return vector_norm(in[0], s.dims, s.keepdim); },
        [=](const TensorList& in) { return reduce_reference(in[0], s.dims, s.keepdim, length); }));
}

TEST_CASE("vector_norm: at zero the gradient is 0") {
  const Tensor x = zeros({3}).requires_grad_();
  x.norm().backward();
  CHECK(x.grad().to_vector() == std::vector<double>{0, 0, 0});
  CHECK(zeros({0}).norm().item<float>() == 0);
}

TEST_CASE("vector_norm: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { ones({2}, kInt64).norm(); }) ==
        "vector_norm: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
}

TEST_CASE("vector_norm: any power") {
  const double inf = std::numeric_limits<double>::infinity();
  for (double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, inf, -inf})
    for (const ReductionShape& s : {ReductionShape{{9}, {}}, ReductionShape{{3, 5}, {1}, true},
                                    ReductionShape{{2, 3, 4}, {0, 2}}}) {
      const auto norm_of = [p](const Group& group) {
        double sum = 0, most = 0, least = HUGE_VAL;
        for (double v : group) {
          sum += p == 0 ? (v != 0) : std::pow(std::fabs(v), p);
          most = std::fmax(most, std::fabs(v));
          least = std::fmin(least, std::fabs(v));
        }
        return std::isinf(p) ? (p > 0 ? most : least) : p == 0 ? sum : std::pow(sum, 1 / p);
      };
      OpCase c = reduction_case(
          "norm " + std::to_string(p) + " of " + name_of(s), s.sizes,
          [=](const TensorList& in) { return norm(in[0], p, s.dims, s.keepdim); },
          [=](const TensorList& in) {
            return reduce_reference(in[0], s.dims, s.keepdim, norm_of);
          });
      c.differentiable = p != 0;
      c.second_order = p != 0;
      check_op(c);
    }
}

TEST_CASE("vector_norm: other powers at zero and at ties") {
  const auto slope = [](double p, const std::vector<double>& at) {
    const Tensor x = tensor_of({static_cast<int64_t>(at.size())}, at).requires_grad_();
    x.norm(p).backward();
    return x.grad().to_vector();
  };
  const std::vector<double> none = {0, 0};
  CHECK(slope(3, {0, 0}) == none);
  CHECK(slope(1.5, {0, 0}) == none);
  CHECK(slope(1, {0, 0}) == none);
  CHECK(slope(0.5, {0, 4}) == std::vector<double>{0, 1});
  CHECK(slope(HUGE_VAL, {2, 1, -2}) == std::vector<double>{0.5, 0, -0.5});
  CHECK(message_of<ArgumentError>([] { ones({2}, kInt64).norm(3); }) ==
        "norm: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
}

TEST_CASE("vector_norm: normalize") {
  const Tensor x = uniform({3, 5});
  CHECK(normalize(x).norm(2, 1).allclose(ones({3}, kFloat64)));
  CHECK(normalize(x, 1, 0).norm(1, 0).allclose(ones({5}, kFloat64)));
  CHECK(normalize(zeros({2, 2})).equal(zeros({2, 2})));
}
