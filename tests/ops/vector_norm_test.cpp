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
