#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/ops/channel_norm_reference.h"

#include <reel/autograd/ops/norms.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor input_or_none(const TensorList& in, size_t i) { return in.size() > i ? in[i] : Tensor(); }

OpCase instance_case(std::string name, std::initializer_list<Shape> shapes, double eps = 1e-5) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    return instance_norm(in[0], input_or_none(in, 1), input_or_none(in, 2), {}, {}, true, 0.1, eps);
  };
  c.inputs = CaseInputs(shapes);
  c.reference = [=](const TensorList& in) {
    const auto C = static_cast<size_t>(in[0].size(1));
    return tensor_of(
        in[0].sizes(),
        normalize_sets(
            in[0], eps, [=](size_t n, size_t channel) { return n * C + channel; },
            static_cast<size_t>(in[0].size(0)) * C, input_or_none(in, 1), input_or_none(in, 2)));
  };
  c.second_order = true;
  return c;
}

}  // namespace

TEST_CASE("instance_norm") {
  check_op(instance_case("one dimension", {{2, 4, 5}, {4}, {4}}));
  check_op(instance_case("without weight and bias", {{2, 3, 4}}));
  check_op(instance_case("without bias", {{2, 3, 4}, {3}}));
  check_op(instance_case("2 spatial dimensions", {{2, 4, 3, 3}, {4}, {4}}, 1e-3));
  check_op(instance_case("3 spatial dimensions", {{1, 3, 2, 1, 3}, {3}, {3}}));
  for (int64_t C : {1, 7, 8, 9, 15, 16, 17, 31, 33})
    check_op(instance_case("channels " + std::to_string(C), {{2, C, 5}, {C}, {C}}));
  OpCase large = instance_case("parts of a sample", {{2, 5, 90, 91}, {5}, {5}});
  large.second_order = false;
  check_op(large);
  OpCase none = instance_case("no samples", {{0, 4, 3}, {4}, {4}});
  none.zero_gradient = true;
  check_op(none);
}

TEST_CASE("instance_norm: by running statistics") {
  const Tensor mean = uniform({4}, 7), var = uniform({4}, 8, 0.5, 2);
  OpCase c = instance_case("evaluation", {{2, 4, 5}, {4}, {4}});
  c.op = [=](const TensorList& in) {
    const Tensor m = mean.to(in[0].dtype()), v = var.to(in[0].dtype());
    return instance_norm(in[0], in[1], in[2], m, v, false);
  };
  c.reference = [=](const TensorList& in) {
    const Tensor m = mean.reshape({4, 1}), v = var.reshape({4, 1});
    return (in[0] - m) / (v + 1e-5).sqrt() * in[1].reshape({4, 1}) + in[2].reshape({4, 1});
  };
  check_op(c);
}

TEST_CASE("instance_norm: running statistics move by the mean over samples") {
  const Tensor x = uniform({3, 2, 4, 5}), mean = uniform({2}, 1), var = uniform({2}, 2, 1, 2);
  const Tensor new_mean = mean.clone(), new_var = var.clone();
  const Tensor y = instance_norm(x, {}, {}, new_mean, new_var, true, 0.3);
  CHECK(y.equal(instance_norm(x)));
  const Tensor rows = x.reshape({3, 2, 20});
  CHECK(new_mean.allclose(mean * 0.7 + rows.mean(2).mean(0) * 0.3));
  CHECK(new_var.allclose(var * 0.7 + rows.var({2}).mean(0) * 0.3));
}
