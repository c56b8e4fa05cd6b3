#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>

namespace reel::tests {

namespace {

Tensor integers(IntArrayRef sizes) { return zeros(sizes, kInt64); }
Tensor doubles(IntArrayRef sizes) { return zeros(sizes, kFloat64); }
// An image, and a weight and bias that fit it.
const auto x = [] { return ones({2, 3, 5, 5}); };
const auto w = [] { return ones({4, 3, 3, 3}); };

const ErrorRows kConvolution{
    {"conv2d: input dtype",
     [] {
       conv2d(integers({2, 3, 5, 5}), w());
     }},
    {"conv2d: weight dtype",
     [] {
       conv2d(x(), doubles({4, 3, 3, 3}));
     }},
    {"conv2d: input dimensions",
     [] {
       conv2d(ones({5, 5}), w());
     }},
    {"conv2d: weight dimensions",
     [] {
       conv2d(x(), ones({4, 3, 3}));
     }},
    {"conv2d: empty weight",
     [] {
       conv2d(x(), ones({0, 3, 3, 3}));
     }},
    {"conv2d: channels",
     [] {
       conv2d(ones({8, 3, 28, 28}), ones({64, 1, 3, 3}));
     }},
    {"conv2d: groups", [] { conv2d(x(), w(), {}, 1, 0, 1, 0); }},
    {"conv2d: output channels",
     [] {
       conv2d(x(), ones({4, 1, 3, 3}), {}, 1, 0, 1, 3);
     }},
    {"conv2d: bias", [] { conv2d(x(), w(), ones({3})); }},
    {"conv2d: bias dtype", [] { conv2d(x(), w(), doubles({4})); }},
    {"conv2d: stride", [] { conv2d(x(), w(), {}, 0); }},
    {"conv2d: padding", [] { conv2d(x(), w(), {}, 1, -1); }},
    {"conv2d: dilation", [] { conv2d(x(), w(), {}, 1, 0, 0); }},
    {"conv2d: same with stride", [] { conv2d(x(), w(), {}, 2, kSame); }},
    {"conv2d: empty image",
     [] {
       conv2d(ones({2, 3, 0, 5}), w());
     }},
    {"conv2d: kernel does not fit",
     [] {
       conv2d(ones({2, 3, 2, 5}), w());
     }},
};

const ErrorRows kLinear{
    {"linear: input dtype",
     [] {
       linear(integers({2, 3}), ones({4, 3}));
     }},
    {"linear: weight dimensions",
     [] {
       linear(ones({2, 3}), ones({3}));
     }},
    {"linear: a number",
     [] {
       linear(ones({}), ones({4, 3}));
     }},
    {"linear: features",
     [] {
       linear(ones({2, 5}), ones({4, 3}));
     }},
    {"linear: weight dtype",
     [] {
       linear(ones({2, 3}), doubles({4, 3}));
     }},
    {"linear: bias",
     [] {
       linear(ones({2, 3}), ones({4, 3}), ones({3}));
     }},
    {"linear: bias dtype",
     [] {
       linear(ones({2, 3}), ones({4, 3}), doubles({4}));
     }},
};

const ErrorRows kNorms{
    {"layer_norm: input dtype",
     [] {
       layer_norm(integers({2, 3}), {3});
     }},
    {"layer_norm: no shape",
     [] {
       layer_norm(ones({2, 3}), {});
     }},
    {"layer_norm: shape",
     [] {
       layer_norm(ones({2, 3}), {4});
     }},
    {"layer_norm: weight",
     [] {
       layer_norm(ones({2, 3}), {3}, ones({2}));
     }},
    {"layer_norm: weight dtype",
     [] {
       layer_norm(ones({2, 3}), {3}, doubles({3}));
     }},
    {"group_norm: input dtype",
     [] {
       group_norm(integers({2, 3}), 1);
     }},
    {"group_norm: dimensions", [] { group_norm(ones({3}), 1); }},
    {"group_norm: groups", [] { group_norm(x(), 2); }},
    {"group_norm: weight", [] { group_norm(x(), 3, ones({2})); }},
    {"group_norm: weight dtype", [] { group_norm(x(), 3, doubles({3})); }},
    {"batch_norm: input dtype",
     [] {
       batch_norm(integers({2, 3}), {}, {}, {}, {}, true);
     }},
    {"batch_norm: dimensions", [] { batch_norm(ones({3}), {}, {}, {}, {}, true); }},
    {"batch_norm: weight", [] { batch_norm(x(), ones({2}), {}, {}, {}, true); }},
    {"batch_norm: one statistic", [] { batch_norm(x(), {}, {}, ones({3}), {}, true); }},
    {"batch_norm: no statistics", [] { batch_norm(x(), {}, {}, {}, {}, false); }},
    {"batch_norm: one value",
     [] {
       batch_norm(ones({1, 3}), {}, {}, {}, {}, true);
     }},
};

const ErrorRows kPools{
    {"max_pool2d: input dtype",
     [] {
       max_pool2d(integers({2, 3, 5, 5}), 2);
     }},
    {"max_pool2d: dimensions",
     [] {
       max_pool2d(ones({5, 5}), 2);
     }},
    {"max_pool2d: kernel_size",
     [] {
       max_pool2d(x(), {2, 2, 2});
     }},
    {"max_pool2d: kernel_size of zero", [] { max_pool2d(x(), 0); }},
    {"max_pool2d: padding", [] { max_pool2d(x(), 2, 2, 2); }},
    {"max_pool2d: input too small", [] { max_pool2d(x(), 7); }},
    {"avg_pool2d: divisor", [] { avg_pool2d(x(), 2, 2, 0, false, true, 0); }},
    {"adaptive_avg_pool2d: output_size",
     [] {
       adaptive_avg_pool2d(x(), {1, 2, 3});
     }},
    {"adaptive_avg_pool2d: empty", [] { adaptive_avg_pool2d(x(), 0); }},
    {"dropout: probability", [] { dropout(x(), 1.5); }},
    {"dropout: dtype", [] { dropout(integers({2})); }},
};

const ErrorRows kLosses{
    {"mse_loss: input dtype", [] { mse_loss(integers({2}), integers({2})); }},
    {"mse_loss: shapes",
     [] {
       mse_loss(ones({2}), ones({2, 1}));
     }},
    {"mse_loss: dtypes", [] { mse_loss(ones({2}), doubles({2})); }},
    {"smooth_l1_loss: beta", [] { smooth_l1_loss(ones({2}), ones({2}), kMean, -1); }},
    {"huber_loss: delta", [] { huber_loss(ones({2}), ones({2}), kMean, 0); }},
    {"binary_cross_entropy_with_logits: weight",
     [] { binary_cross_entropy_with_logits(ones({2}), ones({2}), ones({3})); }},
    {"binary_cross_entropy_with_logits: weight dtype",
     [] { binary_cross_entropy_with_logits(ones({2}), ones({2}), doubles({2})); }},
    {"binary_cross_entropy_with_logits: weight requires grad",
     [] { binary_cross_entropy_with_logits(ones({2}), ones({2}), ones({2}).requires_grad_()); }},
    {"cross_entropy: label",
     [] {
       cross_entropy(ones({2, 3}), full({2}, 3, kInt64));
     }},
    {"cross_entropy: target dtype",
     [] {
       cross_entropy(ones({2, 3}), zeros({2}, kInt32));
     }},
    {"cross_entropy: target shape",
     [] {
       cross_entropy(ones({2, 3}), integers({3}));
     }},
    {"cross_entropy: probabilities' shape",
     [] {
       cross_entropy(ones({2, 3}), ones({2}));
     }},
    {"cross_entropy: probabilities' dtype",
     [] {
       cross_entropy(ones({2, 3}), doubles({2, 3}));
     }},
    {"cross_entropy: smoothing",
     [] {
       cross_entropy(ones({2, 3}), integers({2}), {}, kMean, -100, 2);
     }},
    {"cross_entropy: smoothing of probabilities",
     [] {
       cross_entropy(ones({2, 3}), ones({2, 3}), {}, kMean, -100, 2);
     }},
    {"cross_entropy: weight",
     [] {
       cross_entropy(ones({2, 3}), integers({2}), ones({2}));
     }},
    {"cross_entropy: weight dtype",
     [] {
       cross_entropy(ones({2, 3}), integers({2}), doubles({3}));
     }},
    {"cross_entropy: weight requires grad",
     [] {
       cross_entropy(ones({2, 3}), integers({2}), ones({3}).requires_grad_());
     }},
    {"cross_entropy: input dtype",
     [] {
       cross_entropy(integers({2, 3}), integers({2}));
     }},
    {"cross_entropy: a number", [] { cross_entropy(ones({}), integers({})); }},
    {"nll_loss: label",
     [] {
       nll_loss(ones({2, 3}), full({2}, -1, kInt64));
     }},
};

}  // namespace

}  // namespace reel::tests
