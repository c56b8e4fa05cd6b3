// The code in docs/optim.md.

#include <reel/autograd/ops.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/adam.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/combined_lr.h>
#include <reel/optim/lbfgs.h>

#include "tests/catch.h"
#include "tests/harness.h"

using namespace reel;
using namespace reel::tests;

TEST_CASE("the examples of docs/optim.md run", "[optim]") {
  manual_seed(1);
  nn::Sequential net(nn::Linear(3, 4), nn::Linear(4, 1));
  const Tensor x = uniform({32, 3}, 1).to(kFloat32), y = x.sum({1}, true);
  SECTION("lbfgs") {
    // [lbfgs]
    optim::LBFGS optimizer(net->parameters(),
                           optim::LBFGSOptions().max_iter(50).line_search_fn("strong_wolfe"));
    optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor loss = mse_loss(net(x), y);
      loss.backward();
      return loss;
    });
    // [/lbfgs]
    CHECK(mse_loss(net(x), y).item<double>() < 1e-5);
  }
  SECTION("schedules") {
    optim::AdamW optimizer(net->parameters(), 1e-3);
    // [sequential]
    optim::LinearLR warmup(optimizer, 0.01, 1, 5);
    optim::CosineAnnealingLR cosine(optimizer, 95);
    optim::SequentialLR schedule(optimizer, {&warmup, &cosine}, {5});
    // [/sequential]
    for (int i = 0; i < 5; ++i) schedule.step();
    CHECK(schedule.get_last_lr()[0] == Catch::Approx(1e-3));
    for (int i = 0; i < 95; ++i) schedule.step();
    CHECK(schedule.get_last_lr()[0] == Catch::Approx(0).margin(1e-12));
  }
  SECTION("averages") {
    optim::AdamW optimizer(net->parameters(), 1e-2);
    double loss_of_average = 0;
    // [average]
    optim::EMA average(net->parameters(), net->buffers(), 0.99, /*warmup=*/true);
    for (int step = 0; step < 300; ++step) {
      optimizer.zero_grad();
      mse_loss(net(x), y).backward();
      optimizer.step();
      average.update();
    }
    {
      const optim::AverageScope averaged(average);  // the net has the averages until the brace
      loss_of_average = mse_loss(net(x), y).item<double>();
    }
    // [/average]
    CHECK(loss_of_average < 0.01);
    CHECK(loss_of_average != mse_loss(net(x), y).item<double>());
  }
}
