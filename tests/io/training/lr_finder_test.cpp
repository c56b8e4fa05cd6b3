#include <reel/autograd/ops/losses.h>
#include <reel/core/creation.h>
#include <reel/core/error.h>
#include <reel/io/training/lr_finder.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/dropout.h>
#include <reel/nn/linear.h>
#include <reel/nn/sequential.h>
#include <reel/optim/adam.h>
#include <reel/optim/sgd.h>

#include "tests/catch.h"
#include "tests/temporary_folder.h"

#include <cmath>

namespace reel {

namespace {

using State = OrderedDict<std::string, Tensor>;

std::vector<std::vector<double>> values_of(const State& state) {
  std::vector<std::vector<double>> values;
  for (const auto& item : state) values.push_back(item->detach().to(kFloat64).to_vector());
  return values;
}

nn::Sequential make_net() {
  return nn::Sequential(nn::Linear(4, 8), nn::BatchNorm1d(8), nn::Dropout(0.5), nn::Linear(8, 1));
}

}  // namespace

TEST_CASE("lr finder: all is as it was before", "[lr_finder]") {
  manual_seed(7);
  nn::Sequential net = make_net();
  net->eval();
  net->train();
  optim::Adam adam(net->parameters(), optim::AdamOptions(0.003));
  const Tensor x = randn({16, 4}), y = randn({16, 1});
  const auto loss = [&] { return mse_loss(net(x), y); };
  for (const bool fresh : {true, false}) {
    if (!fresh) {
      loss().backward();
      adam.step();
      loss().backward();  // and gradients that are left over
    }
    const auto model = values_of(net->state_dict()), optimizer = values_of(adam.state_dict());
    const Tensor gradient = net->parameters()[0].grad();
    const auto before = gradient.defined() ? gradient.to_vector() : std::vector<double>();
    const uint64_t offset = default_generator().offset();
    const io::LRCurve curve = io::find_lr(net, adam, [&] {
      net->train();
      return loss();
    });
    CHECK(curve.rates.size() > 50);
    CHECK(values_of(net->state_dict()) == model);
    CHECK(values_of(adam.state_dict()) == optimizer);
    CHECK(default_generator().offset() == offset);
    const Tensor after = net->parameters()[0].grad();
    CHECK(after.defined() == gradient.defined());
    if (after.defined()) CHECK(after.to_vector() == before);
  }
  // Also if the loss throws, and modes.
  net->eval();
  const auto model = values_of(net->state_dict());
  int calls = 0;
  CHECK_THROWS_AS(io::find_lr(net, adam,
                              [&] {
                                net->train();
                                if (++calls > 3) throw IoError("no batch");
                                return loss();
                              }),
                  IoError);
  CHECK(values_of(net->state_dict()) == model);
  CHECK_FALSE(net->is_training());
}

TEST_CASE("lr finder: rates grow by one factor, groups keep their ratio", "[lr_finder]") {
  nn::Linear a(2, 1), b(2, 1);
  optim::SGD sgd({optim::OptimizerParamGroup(a->parameters(), optim::SGDOptions(0.1)),
                  optim::OptimizerParamGroup(b->parameters(), optim::SGDOptions(0.05))},
                 optim::SGDOptions(0.1));
  std::vector<double> first, second;
  const io::LRCurve curve =
      io::find_lr(a, sgd,
                  [&] {
                    first.push_back(sgd.param_groups()[0].options().get_lr());
                    second.push_back(sgd.param_groups()[1].options().get_lr());
                    return mse_loss(a(ones({1, 2})) + b(ones({1, 2})), zeros({1, 1}));
                  },
                  {.start = 1e-5, .end = 1e-1, .steps = 5});
  REQUIRE(curve.rates.size() == 5);
  for (size_t i = 0; i < 5; ++i) {
    CHECK(curve.rates[i] == Catch::Approx(std::pow(10.0, static_cast<double>(i) - 5)));
    CHECK(first[i] == curve.rates[i]);
    CHECK(second[i] == Catch::Approx(curve.rates[i] / 2));
  }
  CHECK(sgd.param_groups()[0].options().get_lr() == 0.1);
  CHECK(sgd.param_groups()[1].options().get_lr() == 0.05);
}

TEST_CASE("lr finder: stops when the loss runs away", "[lr_finder]") {
  // For a quadratic of curvature 2, gradient descent diverges from a rate of 1 on.
  nn::Linear net(nn::LinearOptions(1, 1).bias(false));
  net->weight.data().fill_(1);
  optim::SGD sgd(net->parameters(), optim::SGDOptions(0.1));
  const auto loss = [&] { return mse_loss(net(ones({1, 1})), zeros({1, 1})); };
  const io::LRCurve curve =
      io::find_lr(net, sgd, loss, {.start = 1e-4, .end = 1e4, .smoothing = 0});
  CHECK(curve.diverged);
  CHECK(curve.rates.back() > 1);
  CHECK(curve.rates.back() < 100);
  REQUIRE(curve.suggestion());
  CHECK(*curve.suggestion() > 0.01);
  CHECK(*curve.suggestion() < 1);
  const TemporaryFolder folder;
  curve.save_plot(folder.file("lr.png"));
  CHECK(folder.read("lr.png").starts_with("\x89PNG"));

  int calls = 0;
  const io::LRCurve nan = io::find_lr(net, sgd, [&] { return loss() * (++calls > 2 ? NAN : 1); });
  CHECK(nan.diverged);
  CHECK(nan.rates.size() == 3);
  CHECK(net->weight.item<double>() == 1);
  nan.save_plot(folder.file("nan.png"));
}

TEST_CASE("lr finder: no suggestion where the loss falls nowhere", "[lr_finder]") {
  io::LRCurve curve;
  CHECK_FALSE(curve.suggestion());
  curve.rates = {1, 2, 3, 4};
  curve.smoothed = {1, 1, 1, 2};
  CHECK_FALSE(curve.suggestion());
  curve.smoothed = {4, 3, 1, 1};
  CHECK(*curve.suggestion() == 3);  // (1 - 3) / log(4 / 2) against (1 - 4) / log(3 / 1)
}

}  // namespace reel
