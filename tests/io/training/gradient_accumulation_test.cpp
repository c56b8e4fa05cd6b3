#include <reel/autograd/ops/losses.h>
#include <reel/core/creation.h>
#include <reel/io/training/gradient_accumulation.h>
#include <reel/nn/linear.h>

#include "tests/catch.h"

namespace reel {

TEST_CASE("gradient accumulation: windows give the gradients of large batches", "[accumulation]") {
  manual_seed(4);
  // Ten batches of two by windows of four: the last has two.
  nn::Linear net(3, 2);
  const Tensor x = randn({20, 3}), y = randn({20, 2});
  io::GradientAccumulation accumulation(4, 10);
  CHECK(accumulation.steps() == 3);
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::vector<int64_t> ends;
    int64_t begin = 0;
    for (int64_t i = 0; i < 10; ++i) {
      const Tensor loss = mse_loss(net(x.slice(0, 2 * i, 2 * i + 2)), y.slice(0, 2 * i, 2 * i + 2));
      accumulation.scaled(loss).backward();
      if (!accumulation.is_complete()) continue;
      const Tensor gradient = net->weight.grad().clone();
      net->zero_grad();
      mse_loss(net(x.slice(0, begin, 2 * i + 2)), y.slice(0, begin, 2 * i + 2)).backward();
      CHECK(gradient.allclose(net->weight.grad(), 1e-4, 1e-6));
      net->zero_grad();
      begin = 2 * i + 2;
      ends.push_back(i);
    }
    CHECK(ends == std::vector<int64_t>{3, 7, 9});
  }
}

TEST_CASE("gradient accumulation: a window of one, of more than all, and an epoch left early",
          "[accumulation]") {
  const Tensor loss = full({}, 6, kFloat64);
  io::GradientAccumulation one(1, 3), all(8, 3), left(2, 3);
  CHECK(one.scaled(loss).item<double>() == 6);
  CHECK(one.is_complete());
  CHECK_FALSE(all.is_complete());
  CHECK(all.scaled(loss).item<double>() == 2);
  CHECK_FALSE(all.is_complete());
  all.scaled(loss);
  all.scaled(loss);
  CHECK(all.is_complete());
  left.scaled(loss);
  left.reset();
  CHECK(left.scaled(loss).item<double>() == 3);
  CHECK_FALSE(left.is_complete());
}

}  // namespace reel
