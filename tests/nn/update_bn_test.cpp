#include <reel/core/creation.h>
#include <reel/data/batches.h>
#include <reel/data/dataset.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/nn/utils/convert_parameters.h>
#include <reel/nn/utils/update_bn.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"

using namespace reel;
using namespace reel::tests;

TEST_CASE("batch-norm statistics are those of all batches", "[nn]") {
  manual_seed(1);
  nn::BatchNorm1d norm(nn::BatchNormOptions(4).momentum(0.3));
  nn::Sequential net(nn::Linear(3, 4), norm);
  const Tensor x = uniform({12, 3}, 1).to(kFloat32);
  const TensorList batches{x.slice(0, 0, 4), x.slice(0, 4, 8), x.slice(0, 8, 12)};
  net(x * 5.0);  // leaves statistics behind
  net->eval();
  norm->train();
  nn::utils::update_bn(batches, net);
  CHECK(*norm->options.momentum() == 0.3);
  CHECK_FALSE(net->is_training());
  CHECK(norm->is_training());

  const NoGradGuard no_grad;
  auto& linear = *net->ptr(0)->as<nn::Linear>();
  Tensor mean = zeros({4}), var = zeros({4});
  for (const Tensor& batch : batches) {
    const Tensor y = linear.forward(batch);
    mean.add_(y.mean({0}) / 3.0);
    var.add_(y.var({0}) / 3.0);
  }
  CHECK(norm->running_mean.allclose(mean, 1e-5, 1e-6));
  CHECK(norm->running_var.allclose(var, 1e-5, 1e-6));
  CHECK(norm->num_batches_tracked.item<int64_t>() == 3);
}

TEST_CASE("statistics are gathered from batches of a data set too", "[nn]") {
  nn::BatchNorm1d norm(3);
  const Tensor x = uniform({12, 3}, 1).to(kFloat32);
  const data::Batches batches(data::TensorDataset(x, zeros({12}, kInt64)),
                              data::BatchOptions(4).shuffle(false));
  nn::utils::update_bn(batches.epoch(0), norm);
  CHECK(norm->running_mean.allclose(x.mean({0}), 1e-5, 1e-6));
  // Without a batch norm nothing is called.
  nn::Linear linear(3, 2);
  nn::utils::update_bn(TensorList{zeros({2, 7})}, linear);
}

TEST_CASE("parameters go to a vector and back", "[nn]") {
  const Tensor a = uniform({2, 3}, 1).requires_grad_(), b = uniform({4}, 2).requires_grad_();
  const Tensor vec = nn::utils::parameters_to_vector({a, b});
  CHECK(vec.sizes() == Shape{10});
  CHECK(vec.slice(0, 6, 10).equal(b));
  (vec * arange(10, kFloat64)).sum().backward();
  CHECK(a.grad().to_vector() == std::vector<double>{0, 1, 2, 3, 4, 5});
  nn::utils::vector_to_parameters(vec.detach() * 2.0, {a, b});
  CHECK(nn::utils::parameters_to_vector({a, b}).equal(vec.detach() * 2.0));
  CHECK(a.is_leaf());
  CHECK(message_of<ArgumentError>([&] {
          nn::utils::vector_to_parameters(ones({9}), {a, b});
        }) ==
        "vector_to_parameters: the vector is [9], the parameters have 10 elements; it must be a "
        "vector of as many.");
  CHECK(message_of<ArgumentError>([] { nn::utils::parameters_to_vector({}); }) ==
        "parameters_to_vector: it was given no parameters; it needs one or more.");
}
