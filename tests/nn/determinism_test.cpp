// A network trained twice with one seed has the same bits, with 1, 2 and 3 threads.

#include <reel/autograd/ops/losses.h>
#include <reel/core/creation.h>
#include <reel/core/parallel.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/dropout.h>
#include <reel/nn/group_norm.h>
#include <reel/nn/linear.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>
#include <reel/optim/adam.h>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;

namespace {

// The parameters after a few steps, one after the other.
std::vector<double> trained(int threads) {
  set_num_threads(threads);
  manual_seed(11);
  nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::BatchNorm2d(6),
                     nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(6, 16, 5), nn::GroupNorm(4, 16),
                     nn::ReLU(true), nn::AvgPool2d(2), nn::Flatten(), nn::Dropout(0.3),
                     nn::Linear(400, 60), nn::Sigmoid(), nn::Linear(60, 10));
  optim::AdamW optimizer(net->parameters(), optim::AdamWOptions(1e-2));
  const Tensor x = randn({33, 1, 28, 28}), target = randint(10, {33});
  for (int step = 0; step < 5; ++step) {
    optimizer.zero_grad();
    cross_entropy(net(x), target).backward();
    optimizer.step();
  }
  std::vector<double> values;
  for (const Tensor& p : net->parameters())
    for (double v : p.to_vector()) values.push_back(v);
  return values;
}

}  // namespace

TEST_CASE("training repeats bit for bit, whatever the number of threads") {
  const tests::ExecutionScope restore;
  const std::vector<double> once = trained(1);
  CHECK(once == trained(1));
  CHECK(once == trained(2));
  CHECK(once == trained(3));
}
