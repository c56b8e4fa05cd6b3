#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/ops/channel_norm_reference.h"

#include <reel/autograd/ops/activations.h>
#include <reel/autograd/ops/norm.h>
#include <reel/autograd/ops/norms.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>

using namespace reel;
using namespace reel::tests;

namespace {

Tensor input_or_none(const TensorList& in, size_t i) { return in.size() > i ? in[i] : Tensor(); }

OpCase training_case(std::string name, std::initializer_list<Shape> shapes, double eps = 1e-5) {
  OpCase c;
  c.name = std::move(name);
  c.op = [=](const TensorList& in) {
    return batch_norm(in[0], input_or_none(in, 1), input_or_none(in, 2), {}, {}, true, 0.1, eps);
  };
  c.inputs = CaseInputs(shapes);
  c.reference = [=](const TensorList& in) {
    return tensor_of(in[0].sizes(), normalize_sets(
                                        in[0], eps, [](size_t, size_t channel) { return channel; },
                                        static_cast<size_t>(in[0].size(1)), input_or_none(in, 1),
                                        input_or_none(in, 2)));
  };
  c.second_order = true;
  return c;
}

// The same, and the ReLU behind it in the same pass.
OpCase relu_case(std::string name, std::initializer_list<Shape> shapes) {
  OpCase c = training_case(std::move(name), shapes);
  const CaseFunction plain = c.reference;
  c.op = [](const TensorList& in) {
    return batch_norm_relu(in[0], input_or_none(in, 1), input_or_none(in, 2), {}, {}, true, 0.1,
                           1e-5);
  };
  c.reference = [plain](const TensorList& in) { return relu(plain(in)[0]); };
  return c;
}

}  // namespace

TEST_CASE("batch_norm_relu") {
  check_op(relu_case("2-d", {{5, 3}, {3}, {3}}));
  check_op(relu_case("without weight and bias", {{6, 3}}));
  check_op(relu_case("without bias", {{4, 3}, {3}}));
  check_op(relu_case("2 spatial dimensions", {{2, 3, 4, 3}, {3}, {3}}));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(relu_case("channels " + std::to_string(C), {{2, C, 3}, {C}, {C}}));
}

TEST_CASE("batch_norm: training") {
  check_op(training_case("2-d", {{5, 3}, {3}, {3}}));
  check_op(training_case("without weight and bias", {{5, 3}}));
  check_op(training_case("without bias", {{4, 3}, {3}}));
  check_op(training_case("1 spatial dimension", {{3, 2, 7}, {2}, {2}}));
  check_op(training_case("2 spatial dimensions", {{2, 3, 4, 3}, {3}, {3}}));
  check_op(training_case("3 spatial dimensions", {{2, 3, 2, 3, 2}, {3}, {3}}, 1e-3));
  check_op(training_case("one sample", {{1, 3, 5}, {3}, {3}}));
  check_op(training_case("one channel", {{4, 1, 3}, {1}, {1}}));
  for (int64_t C : {7, 8, 9, 15, 16, 17, 31, 33})
    check_op(training_case("channels " + std::to_string(C), {{2, C, 3}, {C}, {C}}));
  // More rows than one chunk, and than one float chain.
  check_op(training_case("many rows", {{150, 2}, {2}, {2}}));
}

// Rows are taken together until they fill vectors, with some left over; 1, 2, 3, 4 or more vectors.
TEST_CASE("batch_norm: few and many channels") {
  for (int64_t C : {1, 2, 3, 4, 5, 6, 10, 12, 20, 24, 32, 40, 48, 64, 65, 80, 96, 128, 140}) {
    OpCase c = training_case("channels " + std::to_string(C), {{37, C}, {C}, {C}});
    c.second_order = false;
    check_op(c);
    c = relu_case("ReLU, channels " + std::to_string(C), {{3, C, 7}, {C}, {C}});
    c.second_order = false;
    check_op(c);
  }
  // Wider than one table of factors, in float and in double.
  for (int64_t C : {513, 1024, 1030, 2100}) {
    OpCase c = training_case("channels " + std::to_string(C), {{5, C}, {C}, {C}});
    c.second_order = false;
    check_op(c);
  }
  // Several chunks.
  for (int64_t C : {3, 16, 33, 64}) {
    OpCase c = training_case("chunks, channels " + std::to_string(C), {{30000 / C, C}, {C}, {C}});
    c.second_order = false;
    check_op(c);
  }
}

TEST_CASE("batch_norm: evaluation") {
  const Tensor mean = uniform({3}, 7), var = uniform({3}, 8, 0.5, 2);
  OpCase c;
  c.name = "running statistics";
  c.op = [=](const TensorList& in) {
    const Dtype d = in[0].dtype();
    return batch_norm(in[0], in[1], in[2], mean.to(d), var.to(d), false, 0.1, 1e-5);
  };
  c.inputs = CaseInputs{{2, 3, 4}, {3}, {3}};
  c.reference = [=](const TensorList& in) {
    const auto along = [](const Tensor& v) { return v.reshape({1, 3, 1}); };
    return (in[0] - along(mean)) / (along(var) + 1e-5).sqrt() * along(in[1]) + along(in[2]);
  };
  c.second_order = true;
  check_op(c);
}

TEST_CASE("batch_norm_relu: evaluation") {
  const Tensor mean = uniform({3}, 7), var = uniform({3}, 8, 0.5, 2);
  OpCase c;
  c.name = "running statistics";
  c.op = [=](const TensorList& in) {
    const Dtype d = in[0].dtype();
    return batch_norm_relu(in[0], in[1], in[2], mean.to(d), var.to(d), false, 0.1, 1e-5);
  };
  c.inputs = CaseInputs{{2, 3, 4}, {3}, {3}};
  c.reference = [=](const TensorList& in) {
    const auto along = [](const Tensor& v) { return v.reshape({1, 3, 1}); };
    return relu((in[0] - along(mean)) / (along(var) + 1e-5).sqrt() * along(in[1]) + along(in[2]));
  };
  c.second_order = true;
  check_op(c);
}

TEST_CASE("batch_norm: running statistics move towards the batch's, the variance unbiased") {
  const Tensor x = tensor_of({4, 1}, {1, 2, 3, 6});
  const Tensor mean = zeros({1}, kFloat64), var = ones({1}, kFloat64);
  batch_norm(x, {}, {}, mean, var, true, 0.25);
  CHECK(mean.item<double>() == Catch::Approx(0.25 * 3));
  CHECK(var.item<double>() == Catch::Approx(0.75 * 1 + 0.25 * 14.0 / 3));
  batch_norm(x, {}, {}, mean, var, false);
  CHECK(mean.item<double>() == Catch::Approx(0.75));
}

TEST_CASE("batch_norm: running statistics count as written and may lie anywhere") {
  const Tensor x = uniform({6, 3}), all = uniform({3, 4}, 5, 0.5, 2);
  const Tensor mean = all.select(1, 1), var = all.select(1, 2), before = all.clone();
  const Tensor dense_mean = mean.clone(), dense_var = var.clone();
  const uint32_t version = all.version(), dense_version = dense_mean.version();
  batch_norm(x, {}, {}, mean, var, true, 0.3);
  batch_norm(x, {}, {}, dense_mean, dense_var, true, 0.3);
  CHECK(all.version() > version);
  CHECK(dense_mean.version() > dense_version);
  CHECK(mean.equal(dense_mean));
  CHECK(var.equal(dense_var));
  CHECK(all.select(1, 0).equal(before.select(1, 0)));
  CHECK_FALSE(mean.equal(before.select(1, 1)));
  const Tensor one = zeros({1}, kFloat64).expand({3});
  CHECK_THROWS_AS(batch_norm(x, {}, {}, one, dense_var, true), ArgumentError);

  const uint32_t kept = dense_mean.version();
  const Tensor y = batch_norm(x, {}, {}, dense_mean, dense_var, false);
  CHECK(dense_mean.version() == kept);
  CHECK(y.equal(batch_norm(x, {}, {}, mean, var, false)));
}

TEST_CASE("batch_norm: a large mean does not cancel the variance") {
  const Tensor x = uniform({256, 4}).to(kFloat32), shifted = x + 1000.0;
  const auto norm = [](const Tensor& v) { return batch_norm(v, {}, {}, {}, {}, true); };
  CHECK(norm(x).allclose(norm(shifted), 1e-3, 1e-3));
}

TEST_CASE("batch_norm: no samples") {
  const Tensor x = zeros({0, 3, 2}, kFloat64).requires_grad_(),
               w = ones({3}, kFloat64).requires_grad_();
  const Tensor y = batch_norm(x, w, {}, {}, {}, true);
  CHECK(y.sizes() == Shape{0, 3, 2});
  y.backward(y.detach());
  CHECK(w.grad().equal(zeros({3}, kFloat64)));
}

TEST_CASE("norms over channels: dx over a gradient that nobody else holds has the same bits") {
  for (int64_t C : {3, 16, 48, 64})
    for (const Shape& sizes : {Shape{35, C}, Shape{3, C, 7}, Shape{2, C, 33, 40}})
      for (const bool batch : {true, false}) {
        INFO(C << " channels, " << sizes.size() << " dimensions, batch " << batch);
        const Tensor w = uniform({C}, 1), b = uniform({C}, 2), dy = uniform(sizes, 3);
        const Tensor kept = dy.clone();
        Tensor dx[2], dw[2];
        for (const bool alone : {false, true}) {
          const Tensor x = uniform(sizes, 4).requires_grad_(), v = w.clone().requires_grad_();
          const Tensor y = batch ? batch_norm(x, v, b, {}, {}, true) : group_norm(x, 1, v, b);
          // Behind a product by a number, the norm's gradient is a tensor of the tape's own.
          if (alone)
            (y * 2).backward(dy * 0.5);
          else
            y.backward(dy);
          dx[alone] = x.grad();
          dw[alone] = v.grad();
        }
        CHECK(dx[1].equal(dx[0]));
        CHECK(dw[1].equal(dw[0]));
        CHECK(dx[1].is_contiguous());
        CHECK(dy.equal(kept));
      }
}

TEST_CASE("batch_norm: backward of a large input takes no memory but its gradient's") {
  const Tensor x = uniform({32768, 16}).requires_grad_();
  const Tensor y = batch_norm(x, {}, {}, {}, {}, true) * 2;
  const Tensor dy = ones_like(y);
  reset_peak_memory();
  const int64_t before = memory_stats().live;
  y.backward(dy);
  const int64_t bytes = x.numel() * 8;
  CHECK(memory_stats().peak - before < bytes + bytes / 4);
}

TEST_CASE("batch_norm: what is wrong with a call") {
  const Tensor x = uniform({1, 3});
  CHECK(
      message_of<ArgumentError>([&] { batch_norm(x, {}, {}, {}, {}, true); }) ==
      "batch_norm: input [1, 3] has one value per channel; in training there must be more than "
      "one, or the "
      "variance is zero. [use a larger batch, drop_last for the last batch, eval(), or GroupNorm]");
  CHECK(message_of<ArgumentError>([&] { batch_norm(x, {}, {}, {}, {}, false); }) ==
        "batch_norm: no running statistics in evaluation; it normalizes by them. [train first, or "
        "pass "
        "training = true to use the batch's]");
  CHECK(message_of<ArgumentError>([&] { batch_norm(x, ones({2}, kFloat64), {}, {}, {}, true); }) ==
        "batch_norm: weight [2] does not match input [1, 3]; it must have one value for each of "
        "the 3 channels.");
  CHECK(message_of<ArgumentError>([&] { batch_norm(x, {}, {}, ones({3}, kFloat64), {}, false); }) ==
        "batch_norm: only one of running_mean and running_var is given; give both or none.");
  CHECK(message_of<ArgumentError>([&] { batch_norm(uniform({3}), {}, {}, {}, {}, true); }) ==
        "batch_norm: input [3] has 1 dimensions; it must be (N, C) or (N, C, 1 to 3 spatial "
        "dimensions).");
}
