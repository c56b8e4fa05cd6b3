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

TEST_CASE("losses of probabilities and likelihoods as modules and functions", "[nn]") {
  const Tensor x = uniform({4, 5}, 1, 0.1, 0.9), t = uniform({4, 5}, 2, 0.1, 0.9);
  const Tensor w = uniform({5}, 3, 0.5, 2);
  const auto same = [](const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); };
  const auto weighted = nn::BCELossOptions().weight(w).reduction(kSum);
  CHECK(same(nn::BCELoss()(x, t), binary_cross_entropy(x, t)));
  CHECK(same(nn::BCELoss(weighted)(x, t), binary_cross_entropy(x, t, w, kSum)));
  CHECK(same(F::binary_cross_entropy(x, t, weighted), binary_cross_entropy(x, t, w, kSum)));
  CHECK(nn::BCELoss(weighted)->named_buffers().size() == 1);
  CHECK(same(nn::KLDivLoss(kBatchMean)(x, t), kl_div(x, t, kBatchMean)));
  CHECK(
      same(F::kl_div(x, t, F::KLDivFuncOptions(kSum).log_target(true)), kl_div(x, t, kSum, true)));
  const auto poisson =
      nn::PoissonNLLLossOptions().log_input(false).full(true).eps(1e-6).reduction(kSum);
  CHECK(same(nn::PoissonNLLLoss(poisson)(x, t), poisson_nll_loss(x, t, false, true, 1e-6, kSum)));
  CHECK(same(F::poisson_nll_loss(x, t), poisson_nll_loss(x, t)));
  const auto gaussian = nn::GaussianNLLLossOptions().full(true).eps(1e-3).reduction(kNone);
  CHECK(
      same(nn::GaussianNLLLoss(gaussian)(x, t, t), gaussian_nll_loss(x, t, t, true, 1e-3, kNone)));
  CHECK(same(F::gaussian_nll_loss(x, t, t), gaussian_nll_loss(x, t, t)));
}

TEST_CASE("losses of margins as modules and functions", "[nn]") {
  const Tensor x = uniform({4, 5}, 1), z = uniform({4, 5}, 2), n = uniform({4, 5}, 3);
  const Tensor sign = integers({4, 5}, 2).to(kFloat64) * 2 - 1, one = sign.select(1, 0);
  const Tensor classes = integers({4}, 5, 4), w = uniform({5}, 5, 0.5, 2);
  const auto same = [](const Tensor& a, const Tensor& b) { return a.to_vector() == b.to_vector(); };
  CHECK(same(nn::HingeEmbeddingLoss(nn::HingeEmbeddingLossOptions().margin(2))(x, sign),
             hinge_embedding_loss(x, sign, 2)));
  CHECK(same(F::hinge_embedding_loss(x, sign), hinge_embedding_loss(x, sign)));
  const auto ranking = nn::MarginRankingLossOptions().margin(0.5).reduction(kSum);
  CHECK(
      same(nn::MarginRankingLoss(ranking)(x, z, sign), margin_ranking_loss(x, z, sign, 0.5, kSum)));
  CHECK(same(F::margin_ranking_loss(x, z, sign), margin_ranking_loss(x, z, sign)));
  CHECK(same(nn::SoftMarginLoss(kSum)(x, sign), soft_margin_loss(x, sign, kSum)));
  CHECK(same(F::soft_margin_loss(x, sign), soft_margin_loss(x, sign)));
  const auto multi = nn::MultiMarginLossOptions().p(2).margin(0.5).weight(w).reduction(kNone);
  const Tensor wanted = multi_margin_loss(x, classes, 2, 0.5, w, kNone);
  CHECK(same(nn::MultiMarginLoss(multi)(x, classes), wanted));
  CHECK(same(F::multi_margin_loss(x, classes, multi), wanted));
  const Tensor labels = full({4, 5}, -1, kInt64);
  labels.select(1, 0).fill_(3);
  CHECK(same(nn::MultiLabelMarginLoss(kSum)(x, labels), multilabel_margin_loss(x, labels, kSum)));
  CHECK(same(F::multilabel_margin_loss(x, labels), multilabel_margin_loss(x, labels)));
  const auto soft = nn::MultiLabelSoftMarginLossOptions().weight(w);
  CHECK(same(nn::MultiLabelSoftMarginLoss(soft)(x, z), multilabel_soft_margin_loss(x, z, w)));
  CHECK(same(F::multilabel_soft_margin_loss(x, z, soft), multilabel_soft_margin_loss(x, z, w)));
  const auto cosine = nn::CosineEmbeddingLossOptions().margin(0.2).reduction(kNone);
  CHECK(same(nn::CosineEmbeddingLoss(cosine)(x, z, one),
             cosine_embedding_loss(x, z, one, 0.2, kNone)));
  CHECK(same(F::cosine_embedding_loss(x, z, one), cosine_embedding_loss(x, z, one)));
  const auto triplet =
      nn::TripletMarginLossOptions().margin(0.5).p(3).eps(1e-4).swap(true).reduction(kSum);
  CHECK(same(nn::TripletMarginLoss(triplet)(x, z, n),
             triplet_margin_loss(x, z, n, 0.5, 3, 1e-4, true, kSum)));
  CHECK(same(F::triplet_margin_loss(x, z, n), triplet_margin_loss(x, z, n)));
  const auto l1 = [](const Tensor& a, const Tensor& b) { return (a - b).abs().sum(1); };
  const auto of_distance =
      nn::TripletMarginWithDistanceLossOptions().distance_function(l1).margin(2).swap(true);
  const Tensor far = triplet_margin_with_distance_loss(x, z, n, l1, 2, true);
  CHECK(same(nn::TripletMarginWithDistanceLoss(of_distance)(x, z, n), far));
  CHECK(same(F::triplet_margin_with_distance_loss(x, z, n, of_distance), far));
}

TEST_CASE("losses print their names, and clones own their weights", "[nn]") {
  const auto printed = [](const nn::Module& module) { return to_string(module); };
  CHECK(printed(*nn::MSELoss()) == "MSELoss()");
  CHECK(printed(*nn::KLDivLoss()) == "KLDivLoss()");
  CHECK(printed(*nn::TripletMarginLoss()) == "TripletMarginLoss()");
  nn::MultiMarginLoss loss(nn::MultiMarginLossOptions().weight(ones({3})));
  const auto copy = loss->clone();
  copy->weight.fill_(0);
  CHECK(loss->weight.to_vector() == std::vector<double>{1, 1, 1});
  loss->to(kFloat64);
  CHECK(loss(uniform({2, 3}), integers({2}, 3)).dtype() == kFloat64);
}
