#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/reduction_reference.h"

#include <reel/autograd/ops/reductions.h>
#include <reel/core/creation.h>

#include <cmath>

using namespace reel;
using namespace reel::tests;

namespace {

double log_sum_exp(const Group& group) {
  double sum = 0;
  for (double v : group) sum += std::exp(v);
  return std::log(sum);
}

}  // namespace

TEST_CASE("logsumexp") {
  for (const ReductionShape& s : reduction_shapes())
    check_op(reduction_case(
        "logsumexp of " + name_of(s), s.sizes,
        [=](const TensorList& in) { return logsumexp(in[0], s.dims, s.keepdim); },
        [=](const TensorList& in) {
          return reduce_reference(in[0], s.dims, s.keepdim, log_sum_exp);
        }));
}

TEST_CASE("logsumexp: large, infinite and no values") {
  for (Dtype dtype : {kFloat32, kFloat64}) {
    const auto of = [&](std::vector<double> v) {
      const auto n = static_cast<int64_t>(v.size());
      return logsumexp(tensor_of({n}, v).to(dtype), 0).item<double>();
    };
    CHECK(of({1000, 1000}) == Catch::Approx(1000 + std::log(2.0)));
    CHECK(of({-1000, -1000}) == Catch::Approx(-1000 + std::log(2.0)));
    CHECK(of({-HUGE_VAL, 1}) == Catch::Approx(1));
    CHECK(of({-HUGE_VAL, -HUGE_VAL}) == -HUGE_VAL);
    CHECK(of({HUGE_VAL, 1}) == HUGE_VAL);
    CHECK(std::isnan(of({std::nan(""), 1})));
    CHECK(of({}) == -HUGE_VAL);
  }
}

TEST_CASE("logsumexp: what is wrong with a call") {
  CHECK(message_of<ArgumentError>([&] { logsumexp(ones({2}, kInt64), 0); }) ==
        "logsumexp: the input is int64; it must be float32 or float64. [use to(kFloat32)]");
}
