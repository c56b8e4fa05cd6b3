#include "tests/errors/rows.h"

#include <reel/autograd/grad_mode.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/embedding.h>

namespace reel::tests {

namespace {

using namespace reel::indexing;

Tensor x() { return ones({2, 3}); }
Tensor leaf() { return ones({4}, requires_grad()); }

const ErrorRows kIndexing{
    {"index: too many",
     [] {
       x().index({0, 0, 0});
     }},
    {"index: two ellipses",
     [] {
       x().index({"...", "..."});
     }},
    {"index: text", [] { x().index({":"}); }},
    {"index: undefined", [] { x().index({Tensor()}); }},
    {"index: dtype", [] { x().index({tensor({0.5})}); }},
    {"index: range",
     [] {
       x().index({Slice(), tensor({3})});
     }},
    {"index: mask",
     [] {
       x().index({tensor({true, true, false})});
     }},
    {"index_put_: values", [] { x().index_put_({0}, ones({2})); }},
    {"index_select: list", [] { x().index_select(0, tensor({{0}})); }},
    {"index_add_: source",
     [] {
       x().index_add_(0, tensor({0}), ones({1, 2}));
     }},
    {"index_add_: bool", [] { zeros(2, kBool).index_add_(0, tensor({0}), tensor({true})); }},
    {"index_select: number", [] { tensor(1.0).index_select(0, zeros(2, kInt64)); }},
    {"gather: dimensions", [] { x().gather(0, tensor({0})); }},
    {"gather: sizes",
     [] {
       x().gather(0, zeros({1, 4}, kInt64));
     }},
    {"scatter_: dtype",
     [] {
       x().scatter_(0, zeros({1, 1}, kInt64), zeros({1, 1}, kFloat64));
     }},
    {"scatter_: src",
     [] {
       x().scatter_(0, zeros({1, 2}, kInt64), zeros({1, 1}));
     }},
    {"scatter_add_: bool", [] { zeros(2, kBool).scatter_add_(0, tensor({0}), tensor({true})); }},
    {"take_along_dim: dimensions", [] { x().take_along_dim(tensor({0}), 0); }},
    {"masked_select: mask", [] { x().masked_select(x()); }},
    {"masked_scatter_: shape",
     [] {
       x().masked_scatter_(ones({2, 2, 3}, kBool), ones(12));
     }},
    {"masked_scatter_: dtype", [] { x().masked_scatter_(ones(3, kBool), zeros(6, kFloat64)); }},
    {"masked_scatter_: source", [] { x().masked_scatter_(ones(3, kBool), ones(5)); }},
    {"topk: k", [] { x().topk(4); }},
    {"kthvalue: k", [] { x().kthvalue(0); }},
    {"embedding: weight", [] { embedding(ones(3), tensor({0})); }},
    {"embedding: padding_idx", [] { embedding(x(), tensor({0}), 2); }},
    {"embedding_renorm_: max_norm", [] { embedding_renorm_(x(), tensor({0}), -1, 2); }},
    {"one_hot: dtype", [] { one_hot(x()); }},
    {"one_hot: nothing", [] { one_hot(zeros(0, kInt64)); }},
    {"one_hot: classes",
     [] {
       one_hot(tensor({0, 5}), 3);
     }},
    {"one_hot: num_classes", [] { one_hot(tensor({0}), 0); }},
    {"Embedding: sizes", [] { nn::Embedding(-1, 2); }},
    {"Embedding: padding_idx", [] { nn::Embedding(nn::EmbeddingOptions(3, 2).padding_idx(3)); }},
    {"Embedding.from_pretrained: dimensions", [] { nn::Embedding::from_pretrained(ones(3)); }},
};

const ErrorRows kShapes{
    {"movedim: numbers",
     [] {
       x().movedim({0, 1}, {0});
     }},
    {"movedim: twice",
     [] {
       x().movedim({0, 0}, {0, 1});
     }},
    {"mT: dimensions", [] { ones(3).mT(); }},
    {"unflatten: nothing", [] { x().unflatten(0, IntArrayRef()); }},
    {"unflatten: sizes",
     [] {
       x().unflatten(1, {2, 2});
     }},
    {"unflatten: sizes that overflow",
     [] {
       x().unflatten(1, {int64_t{1} << 62, 4, -1});
     }},
    {"split: size", [] { x().split(0); }},
    {"split: sizes",
     [] {
       x().split({1, 3}, 1);
     }},
    {"split: no dimensions", [] { tensor(1.0).split(1); }},
    {"chunk: chunks", [] { x().chunk(0); }},
    {"diagonal: dimensions", [] { x().diagonal(0, 1, 1); }},
    {"unfold: windows", [] { x().unfold(1, 4, 1); }},
    {"unfold: no dimensions", [] { tensor(1.0).unfold(0, 1, 1); }},
    {"diag: dimensions",
     [] {
       diag(ones({2, 2, 2}));
     }},
    {"diag_embed: no dimensions", [] { diag_embed(tensor(1.0)); }},
    {"diag_embed: dimensions", [] { diag_embed(x(), 0, 1, 1); }},
    {"flip: twice",
     [] {
       x().flip({0, -2});
     }},
    {"roll: numbers",
     [] {
       x().roll({1, 2}, 0);
     }},
    {"repeat: numbers", [] { x().repeat(2); }},
    {"repeat: negative",
     [] {
       x().repeat({1, -1});
     }},
    {"repeat_interleave: negative", [] { x().repeat_interleave(-1); }},
    {"repeat_interleave: repeats",
     [] {
       x().repeat_interleave(tensor({1, 2}), 1);
     }},
    {"tril: dimensions", [] { ones(3).tril(); }},
};

const ErrorRows kViews{
    {"mul_: a view of a leaf",
     [] {
       leaf().view({2, 2})[0].mul_(2);
     }},
    {"mul_: one of several views", [] { (leaf() * 1).split(2)[0].mul_(2); }},
    {"mul_: windows that overlap", [] { (leaf() * 1).unfold(0, 2, 1).mul_(2); }},
    {"copy_: a view that was not recorded",
     [] {
       Tensor view;
       {
         const NoGradGuard no_grad;
         view = zeros(4).narrow(0, 0, 2);
       }
       view.copy_(leaf().narrow(0, 0, 2));
     }},
};

}  // namespace

}  // namespace reel::tests
