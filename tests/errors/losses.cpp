#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/bilinear.h>
#include <reel/nn/functional/pool.h>

namespace reel::tests {

namespace {

Tensor integers(IntArrayRef sizes) { return zeros(sizes, kInt64); }
Tensor doubles(IntArrayRef sizes) { return zeros(sizes, kFloat64); }

const ErrorRows kMoreLosses{
    {"mse_loss: reduction", [] { mse_loss(ones({2}), ones({2}), kBatchMean); }},
    {"cross_entropy: reduction",
     [] {
       cross_entropy(ones({2, 3}), integers({2}), {}, kBatchMean);
     }},
    {"binary_cross_entropy: input",
     [] {
       binary_cross_entropy(full({2, 3}, 1.5), ones({2, 3}));
     }},
    {"binary_cross_entropy: target", [] { binary_cross_entropy(ones({}), full({}, -1.0)); }},
    {"binary_cross_entropy: shapes",
     [] {
       binary_cross_entropy(ones({2}), ones({2, 1}));
     }},
    {"binary_cross_entropy: weight requires grad",
     [] { binary_cross_entropy(ones({2}), ones({2}), ones({2}).requires_grad_()); }},
    {"kl_div: shapes", [] { kl_div(ones({2}), ones({3})); }},
    {"poisson_nll_loss: eps", [] { poisson_nll_loss(ones({2}), ones({2}), true, false, -1); }},
    {"poisson_nll_loss: shapes", [] { poisson_nll_loss(ones({2}), ones({3})); }},
    {"gaussian_nll_loss: variance",
     [] { gaussian_nll_loss(ones({2}), ones({2}), full({2}, -1.0)); }},
    {"gaussian_nll_loss: variance shape",
     [] {
       gaussian_nll_loss(ones({2, 3}), ones({2, 3}), ones({3}));
     }},
    {"gaussian_nll_loss: variance dtype",
     [] { gaussian_nll_loss(ones({2}), ones({2}), doubles({2})); }},
    {"gaussian_nll_loss: eps",
     [] { gaussian_nll_loss(ones({2}), ones({2}), ones({2}), false, 0); }},
    {"multi_margin_loss: input",
     [] {
       multi_margin_loss(ones({2, 3, 4}), integers({2}));
     }},
    {"multi_margin_loss: p",
     [] {
       multi_margin_loss(ones({2, 3}), integers({2}), 3);
     }},
    {"multi_margin_loss: target",
     [] {
       multi_margin_loss(ones({2, 3}), integers({3}));
     }},
    {"multi_margin_loss: target dtype",
     [] {
       multi_margin_loss(ones({2, 3}), ones({2}));
     }},
    {"multi_margin_loss: class",
     [] {
       multi_margin_loss(ones({2, 3}), full({2}, 3, kInt64));
     }},
    {"multi_margin_loss: weight",
     [] {
       multi_margin_loss(ones({2, 3}), integers({2}), 1, 1, ones({2}));
     }},
    {"multilabel_margin_loss: target",
     [] {
       multilabel_margin_loss(ones({2, 3}), integers({2}));
     }},
    {"multilabel_margin_loss: class",
     [] {
       multilabel_margin_loss(ones({2, 3}), full({2, 3}, -2, kInt64));
     }},
    {"multilabel_soft_margin_loss: a number",
     [] { multilabel_soft_margin_loss(ones({}), ones({})); }},
    {"cosine_embedding_loss: shapes",
     [] {
       cosine_embedding_loss(ones({2, 3}), ones({2, 3}), ones({3}));
     }},
    {"triplet_margin_loss: margin",
     [] {
       triplet_margin_loss(ones({2, 3}), ones({2, 3}), ones({2, 3}), 0);
     }},
    {"triplet_margin_loss: dimensions",
     [] {
       triplet_margin_loss(ones({2, 3}), ones({2, 3}), ones({3}));
     }},
};

const ErrorRows kDistances{
    {"pairwise_distance: p",
     [] {
       pairwise_distance(ones({2, 3}), ones({2, 3}), -1);
     }},
    {"pairwise_distance: numbers", [] { pairwise_distance(ones({}), ones({})); }},
    {"pairwise_distance: dtypes",
     [] {
       pairwise_distance(ones({2, 3}), doubles({2, 3}));
     }},
    {"cosine_similarity: input dtype",
     [] {
       cosine_similarity(integers({2, 3}), integers({2, 3}));
     }},
    {"cdist: shapes",
     [] {
       cdist(ones({2, 3}), ones({2, 4}));
     }},
    {"bilinear: input dtype",
     [] {
       bilinear(integers({2, 3}), integers({2, 3}), ones({1, 3, 3}));
     }},
    {"bilinear: dtypes",
     [] {
       bilinear(ones({2, 3}), ones({2, 3}), doubles({1, 3, 3}));
     }},
    {"bilinear: rows",
     [] {
       bilinear(ones({2, 3}), ones({4, 3}), ones({1, 3, 3}));
     }},
    {"bilinear: weight",
     [] {
       bilinear(ones({2, 3}), ones({2, 5}), ones({1, 5, 3}));
     }},
    {"bilinear: bias",
     [] {
       bilinear(ones({2, 3}), ones({2, 5}), ones({1, 3, 5}), ones({2}));
     }},
    {"Bilinear: features", [] { nn::Bilinear(0, 2, 3); }},
};

const ErrorRows kPools{
    {"adaptive_max_pool2d: output_size",
     [] {
       adaptive_max_pool2d(ones({2, 3, 5, 5}), {1, 2, 3});
     }},
    {"adaptive_max_pool2d: empty",
     [] {
       adaptive_max_pool2d(ones({2, 3, 5, 5}), 0);
     }},
    {"max_unpool2d: indices dtype",
     [] {
       max_unpool2d(ones({1, 1, 2, 2}), ones({1, 1, 2, 2}), {4, 4});
     }},
    {"max_unpool2d: indices shape",
     [] {
       max_unpool2d(ones({1, 1, 2, 2}), integers({1, 1, 2, 3}), {4, 4});
     }},
    {"max_unpool2d: output_size",
     [] {
       max_unpool2d(ones({1, 1, 2, 2}), integers({1, 1, 2, 2}), 4);
     }},
    {"max_unpool2d: index",
     [] {
       max_unpool2d(ones({1, 1, 1, 1}), full({1, 1, 1, 1}, 16, kInt64), {4, 4});
     }},
    {"max_unpool2d function: output_size",
     [] {
       using namespace nn::functional;
       const auto options = MaxUnpool2dFuncOptions(2).output_size(std::vector<int64_t>{6, 4});
       nn::functional::max_unpool2d(ones({1, 1, 2, 2}), integers({1, 1, 2, 2}), options);
     }},
    {"max_unpool2d function: dimensions",
     [] {
       using namespace nn::functional;
       nn::functional::max_unpool2d(ones({2}), integers({2}), MaxUnpool2dFuncOptions(2));
     }},
    {"lp_pool2d: input too small",
     [] {
       lp_pool2d(ones({1, 1, 2, 2}), 2, 3);
     }},
    {"lp_pool2d: norm_type",
     [] {
       lp_pool2d(ones({1, 1, 4, 4}), 0, 2);
     }},
};

}  // namespace

}  // namespace reel::tests
