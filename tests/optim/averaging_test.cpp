#include <reel/nn/batch_norm.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/averaged_weights.h>
#include <reel/optim/lookahead.h>

#include "tests/catch.h"
#include "tests/harness.h"
#include "tests/message_of.h"
#include "tests/optim/reference.h"

using namespace reel;
using namespace reel::tests;
using namespace reel::optim;

namespace {

// A parameter that takes the values 1, 2, 3, ... times `unit`.
struct Moving {
  Tensor unit = uniform({3, 2}, 1, -1, 1, kFloat64), x = unit.clone().requires_grad_();
  double at = 1;
  void move() { x.set_data(unit * ++at); }
};

bool is_near(const Tensor& x, const Tensor& expected) {
  return x.detach().allclose(expected, 1e-13, 1e-13);
}

}  // namespace

TEST_CASE("an exponential average follows its formula", "[optim]") {
  Moving m;
  EMA ema({m.x}, 0.9);
  double expected = 1;
  ema.update();
  for (int i = 0; i < 20; ++i) {
    m.move();
    ema.update();
    expected = 0.9 * expected + 0.1 * m.at;
    CHECK(is_near(ema.averages()[0], m.unit * expected));
  }
  CHECK(ema.n_averaged() == 21);
}

TEST_CASE("a warm-up shortens the memory of the first weights", "[optim]") {
  Moving m;
  EMA ema({m.x}, 0.5, true);
  CHECK(ema.decay(1) == Catch::Approx(2.0 / 11));
  CHECK(ema.decay(7) == Catch::Approx(8.0 / 17));
  CHECK(ema.decay(8) == 0.5);
  ema.update();
  m.move();
  ema.update();
  CHECK(is_near(ema.averages()[0], m.unit * (1 * 2.0 / 11 + 2 * 9.0 / 11)));
}

TEST_CASE("a stochastic average is the mean of all weights", "[optim]") {
  Moving m;
  SWA swa({m.x});
  m.move();
  for (int i = 0; i < 5; ++i) {
    m.move();
    swa.update();
  }
  CHECK(is_near(swa.averages()[0], m.unit * 5.0));  // of 3, 4, 5, 6, 7
}

TEST_CASE("equal weights average to themselves, bit for bit", "[optim]") {
  const Tensor x = uniform({1001}, 1, -1, 1, kFloat32), y = uniform({7}, 2, -1, 1, kFloat64);
  EMA ema({x, y}, 0.937);
  SWA swa({x, y});
  for (int i = 0; i < 10; ++i) {
    ema.update();
    swa.update();
  }
  for (const AveragedWeights* average :
       {static_cast<AveragedWeights*>(&ema), static_cast<AveragedWeights*>(&swa)}) {
    CHECK(average->averages()[0].equal(x));
    CHECK(average->averages()[1].equal(y));
  }
}

TEST_CASE("averages are evaluated by swapping", "[optim]") {
  nn::Sequential net(nn::Linear(3, 4), nn::BatchNorm1d(4));
  SWA swa(net->parameters(), net->buffers());
  SGD sgd(net->parameters(), SGDOptions(0.1).momentum(0.9));
  const Tensor x = uniform({8, 3}, 1).to(kFloat32);
  const auto train = [&] {
    sgd.zero_grad();
    net(x).square().sum().backward();
    sgd.step();
    swa.update();
  };
  train();
  const Tensor first = net->parameters()[0].detach().clone();
  train();
  const Tensor second = net->parameters()[0].detach().clone();
  const Tensor handle = net->parameters()[0];
  {
    const AverageScope scope(swa);
    CHECK(swa.is_swapped());
    CHECK(net->parameters()[0].is_same(handle));
    CHECK(net->parameters()[0].detach().allclose((first + second) / 2.0, 1e-6, 1e-7));
    CHECK(net->parameters()[0].requires_grad());
    // A count of batches is copied, not averaged.
    CHECK(net->named_buffers()["1.num_batches_tracked"].item<int64_t>() == 2);
    CHECK(message_of<ArgumentError>([&] { swa.update(); }) ==
          "SWA: update while the model has the averages; call swap() before. [an AverageScope ends "
          "it]");
  }
  CHECK(net->parameters()[0].detach().equal(second));
  train();
  CHECK_FALSE(net->parameters()[0].detach().equal(second));
  swa.copy_to_parameters();
  CHECK(net->parameters()[0].detach().equal(swa.averages()[0]));
  train();
}

TEST_CASE("an average goes on from its state with the same bits", "[optim]") {
  Moving first, second;
  EMA whole({first.x}, 0.9, true), resumed({second.x}, 0.9, true);
  for (int i = 0; i < 5; ++i) {
    first.move();
    second.move();
    whole.update();
  }
  resumed.load_state_dict(whole.state_dict());
  for (int i = 0; i < 5; ++i) {
    first.move();
    second.move();
    whole.update();
    resumed.update();
  }
  CHECK(resumed.averages()[0].equal(whole.averages()[0]));
  CHECK(resumed.n_averaged() == 10);
  SWA other({ones({2})});
  CHECK(message_of<ArgumentError>([&] { other.load_state_dict(whole.state_dict()); }) ==
        "SWA: 'average.0' is [3, 2], but tensor 0 is [2]; the shapes must be equal.");
}

TEST_CASE("averages take parameters of any layout and follow a change of dtype", "[optim]") {
  const Tensor x = uniform({2, 3}, 1, -1, 1, kFloat64).t().detach().requires_grad_();
  SWA swa({x});
  swa.update();
  const Tensor before = x.detach().clone();
  x.set_data(before * 3.0);
  swa.update();
  CHECK(is_near(swa.averages()[0], before * 2.0));
  x.set_data(before.to(kFloat32));
  swa.update();
  CHECK(swa.averages()[0].dtype() == kFloat32);
  CHECK(message_of<ArgumentError>([] { EMA({ones({2})}, 1.5); }) ==
        "EMA: decay is 1.5; it must be from 0 to 1.");
  CHECK(message_of<ArgumentError>([] { SWA({}); }) ==
        "SWA: it was given no parameters; there is nothing to average.");
  x.set_data(ones({2}));
  CHECK(message_of<ArgumentError>([&] { swa.update(); }) ==
        "SWA: tensor 0 is now [2], its average [3, 2]; the shapes must be equal. [make a new "
        "average]");
}

TEST_CASE("an average scope inside another leaves the averages in place", "[optim]") {
  Moving m;
  SWA swa({m.x});
  swa.update();
  m.move();
  {
    const AverageScope outer(swa);
    {
      const AverageScope inner(swa);
      CHECK(m.x.detach().equal(m.unit));
    }
    CHECK(m.x.detach().equal(m.unit));
  }
  CHECK(m.x.detach().equal(m.unit * 2));
}

TEST_CASE("averages are swapped into a model that was converted, and out of it", "[optim]") {
  nn::Linear net(3, 2);
  EMA ema(net->parameters());
  const Tensor weight = net->weight.detach().clone();
  net->to(kFloat64);
  {
    const AverageScope averaged(ema);
    CHECK(net->weight.detach().equal(weight.to(kFloat64)));
    CHECK(net(ones({1, 3}, kFloat64)).dtype() == kFloat64);
    net->to(kFloat32);
  }
  CHECK(net->weight.dtype() == kFloat32);
  CHECK(net(ones({1, 3})).dtype() == kFloat32);
}

TEST_CASE("lerp_ of lists checks them before it writes", "[optim]") {
  const Tensor a = full({2, 2}, 1.0, kFloat64);
  const TensorList targets{a, full({2}, 1.0)};
  const auto refuses = [&](const TensorList& to, const TensorList& from) {
    CHECK_THROWS_AS(optim::lerp_(to, from, 0.5), ArgumentError);
    CHECK(a.to_vector() == std::vector<double>(4, 1));
  };
  refuses(targets, {a});
  refuses(targets, {a * 2.0, full({3}, 1.0)});
  refuses(targets, {a * 2.0, Tensor()});
  refuses({a, zeros({2}, kInt64)}, {a * 2.0, zeros({2}, kInt64)});
  refuses({a, full({2, 3}, 1.0).t()}, {a * 2.0, full({3, 2}, 1.0)});
  optim::lerp_(targets, {a * 3.0, full({2}, 5.0)}, 0.5);
  CHECK(a.to_vector() == std::vector<double>(4, 2));
  CHECK(targets[1].to_vector() == std::vector<double>(2, 3));
}

TEST_CASE("lookahead goes half the way of every five steps", "[optim]") {
  const Tensor x = start(3, kFloat64), plain = start(3, kFloat64);
  SGD inner({x}, SGDOptions(0.1).momentum(0.5)), reference({plain}, SGDOptions(0.1).momentum(0.5));
  Lookahead lookahead(inner, 5, 0.5);
  Tensor slow = plain.detach().clone();
  for (int64_t step = 1; step <= 12; ++step) {
    set_gradient(x, gradient(3, step));
    set_gradient(plain, gradient(3, step));
    lookahead.step();
    reference.step();
    if (step % 5 == 0) {
      slow = (slow + plain.detach()) / 2.0;
      plain.set_data(slow.clone());
    }
    CHECK(is_near(x, plain.detach()));
  }
  CHECK(is_near(lookahead.slow_weights()[0], slow));
}

TEST_CASE("lookahead goes on from its state with the same bits", "[optim]") {
  const Tensor x = start(3, kFloat64), y = start(3, kFloat64);
  Adam a({x}, 0.1), b({y}, 0.1);
  Lookahead whole(a, 3), resumed(b, 3);
  const auto step = [](Lookahead& lookahead, const Tensor& p, int64_t at) {
    lookahead.step([&] {
      set_gradient(p, gradient(3, at));
      return ones({1});
    });
  };
  for (int64_t i = 0; i < 5; ++i) step(whole, x, i);
  y.set_data(x.detach().clone());
  resumed.load_state_dict(whole.state_dict());
  for (int64_t i = 5; i < 10; ++i) {
    step(whole, x, i);
    step(resumed, y, i);
  }
  CHECK(x.detach().equal(y.detach()));
  CHECK(message_of<ArgumentError>([&] { Lookahead(a, 0); }) ==
        "Lookahead: k is 0; it must be at least 1.");
  CHECK(message_of<ArgumentError>([&] { Lookahead(a, 5, 2); }) ==
        "Lookahead: alpha is 2; it must be from 0 to 1.");
}
