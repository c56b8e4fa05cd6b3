// The code in docs/optim.md.

#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/sgd.h>

#include "tests/catch.h"

using namespace reel;

TEST_CASE("parameters are put in groups by what they are", "[optim]") {
  nn::Sequential net(nn::Linear(4, 3), nn::Linear(3, 2));
  // [groups]
  TensorList decayed, others;
  for (const auto& p : net->named_parameters())
    (p->dim() > 1 ? decayed : others).push_back(p.value());
  optim::SGD optimizer(
      {optim::OptimizerParamGroup(decayed, optim::SGDOptions(0.1).weight_decay(1e-4)),
       optim::OptimizerParamGroup(others)},
      optim::SGDOptions(0.1).momentum(0.9));
  // [/groups]
  CHECK(optimizer.param_groups()[0].params().size() == 2);
  CHECK(optimizer.param_groups()[1].params().size() == 2);
}
