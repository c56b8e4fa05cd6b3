#include "tests/catch.h"
#include "tests/harness.h"

#include <reel/core/creation.h>
#include <reel/nn/functional/loss.h>
#include <reel/nn/loss.h>

using namespace reel;
using namespace reel::tests;
namespace F = reel::nn::functional;

TEST_CASE("class losses as modules and functions", "[nn]") {
  const Tensor x = uniform({6, 5}, 1), target = integers({6}, 5, 2), w = uniform({5}, 3, 0.5, 2);
  CHECK(nn::CrossEntropyLoss()(x, target).item<double>() ==
        cross_entropy(x, target).item<double>());
  CHECK(F::cross_entropy(x, target).item<double>() == cross_entropy(x, target).item<double>());
  const auto options =
      nn::CrossEntropyLossOptions().weight(w).ignore_index(2).reduction(kSum).label_smoothing(0.1);
  const double wanted = cross_entropy(x, target, w, kSum, 2, 0.1).item<double>();
  nn::CrossEntropyLoss loss(options);
  CHECK(loss(x, target).item<double>() == wanted);
  CHECK(F::cross_entropy(x, target, options).item<double>() == wanted);
  CHECK(loss->named_buffers().size() == 1);
  const auto copy = loss->clone();
  copy->weight.fill_(0);
  CHECK(loss(x, target).item<double>() == wanted);
  const auto nll = nn::NLLLossOptions().weight(w).ignore_index(1).reduction(kNone);
  CHECK(nn::NLLLoss(nll)(x, target).to_vector() == nll_loss(x, target, w, kNone, 1).to_vector());
  CHECK(F::nll_loss(x, target, nll).to_vector() == nll_loss(x, target, w, kNone, 1).to_vector());
}

TEST_CASE("elementwise losses as modules and functions", "[nn]") {
  const Tensor x = uniform({4, 5}, 1, -2, 2), t = uniform({4, 5}, 2, 0, 1);
  const auto same = [](const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); };
  CHECK(same(nn::MSELoss()(x, t), mse_loss(x, t)));
  CHECK(same(nn::MSELoss(kSum)(x, t), mse_loss(x, t, kSum)));
  CHECK(same(nn::L1Loss(nn::L1LossOptions().reduction(kNone))(x, t), l1_loss(x, t, kNone)));
  CHECK(same(nn::SmoothL1Loss(nn::SmoothL1LossOptions(kSum).beta(0.5))(x, t),
             smooth_l1_loss(x, t, kSum, 0.5)));
  CHECK(same(nn::HuberLoss(nn::HuberLossOptions().delta(0.5))(x, t), huber_loss(x, t, kMean, 0.5)));
  CHECK(same(F::mse_loss(x, t), mse_loss(x, t)));
  CHECK(same(F::l1_loss(x, t, F::L1LossFuncOptions(kNone)), l1_loss(x, t, kNone)));
  CHECK(same(F::smooth_l1_loss(x, t), smooth_l1_loss(x, t)));
  CHECK(same(F::huber_loss(x, t), huber_loss(x, t)));
  const Tensor w = uniform({5}, 3, 0.5, 2), p = uniform({5}, 4, 0.5, 2);
  const auto options = nn::BCEWithLogitsLossOptions().weight(w).pos_weight(p).reduction(kSum);
  const Tensor wanted = binary_cross_entropy_with_logits(x, t, w, p, kSum);
  CHECK(same(nn::BCEWithLogitsLoss(options)(x, t), wanted));
  CHECK(same(F::binary_cross_entropy_with_logits(x, t, options), wanted));
  CHECK(nn::BCEWithLogitsLoss(options)->named_buffers().size() == 2);
}
