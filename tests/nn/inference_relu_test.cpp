// Without recording, Sequential applies ReLU in the memory of what it alone holds.

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/dropout.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>

#include "tests/catch.h"

namespace reel {

TEST_CASE("sequential: a ReLU writes over nothing that others see", "[sequential]") {
  const Tensor x = arange(6, kFloat32).reshape({2, 3}) - 3;
  const std::vector<double> before = x.to_vector();
  const NoGradGuard no_grad;
  SECTION("the input, that modules pass on") {
    nn::ReLU first;
    nn::Sequential model(first, nn::Identity(), nn::ReLU());
    nn::Sequential passing(nn::Identity(), nn::Dropout(0.5), nn::ReLU());
    passing->eval();
    CHECK(model(x).equal(x.relu()));
    CHECK(passing(x).equal(x.relu()));
  }
  SECTION("a view of the input") {
    nn::Sequential model(nn::Flatten(nn::FlattenOptions().start_dim(0)), nn::ReLU());
    CHECK(model(x).equal(x.flatten().relu()));
  }
  SECTION("what a module keeps, and what a hook has seen") {
    Tensor kept, seen;
    nn::Functional keeping([&](const Tensor& v) { return kept = v * 2; });
    nn::Functional shown([](const Tensor& v) { return v * 3; });
    shown->register_forward_observer([&](nn::Module&, const TensorList&, Tensor& y) { seen = y; });
    nn::Sequential model(keeping, nn::ReLU()), other(shown, nn::ReLU());
    CHECK(model(x).equal((x * 2).relu()));
    CHECK(kept.equal(x * 2));
    CHECK(other(x).equal((x * 3).relu()));
    CHECK(seen.equal(x * 3));
  }
  SECTION("a hook of the ReLU runs") {
    int calls = 0;
    nn::ReLU relu;
    relu->register_forward_observer([&](nn::Module&, const TensorList&, Tensor&) { ++calls; });
    nn::Sequential model(nn::Linear(3, 2), relu);
    CHECK(model(x).min().item<double>() >= 0);
    CHECK(calls == 1);
  }
  CHECK(x.to_vector() == before);
}

TEST_CASE("sequential: a ReLU in place computes what it did", "[sequential]") {
  nn::Sequential model(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2), nn::ReLU());
  const Tensor x = randn({5, 3});
  const Tensor recorded = model(x);
  const NoGradGuard no_grad;
  CHECK(model(x).equal(recorded));
}

}  // namespace reel
