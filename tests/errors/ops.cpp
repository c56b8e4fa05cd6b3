#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>

namespace reel::tests {

namespace {

Tensor integers(IntArrayRef sizes) { return zeros(sizes, kInt64); }
Tensor doubles(IntArrayRef sizes) { return zeros(sizes, kFloat64); }

const ErrorRows kElementwise{
    {"broadcast: shapes",
     [] {
       ones({2, 3}) + ones({2});
     }},
    {"add: alpha", [] { integers({2}).add(integers({2}), 0.5); }},
    {"add_: dtype", [] { integers({2}).add_(ones({2})); }},
    {"add_: dtype of a number", [] { integers({2}).add_(0.5); }},
    {"add_: shape",
     [] {
       ones({2}).add_(ones({3, 2}));
     }},
    {"sub: bool", [] { zeros({2}, kBool) - zeros({2}, kBool); }},
    {"neg: bool", [] { zeros({2}, kBool).neg(); }},
    {"exp_: dtype", [] { integers({2}).exp_(); }},
    {"clamp: no bound", [] { ones({2}).clamp({}); }},
    {"softshrink: lambda", [] { softshrink(ones({2}), -1); }},
    {"celu: alpha", [] { celu(ones({2}), 0); }},
    {"gelu: approximate", [] { gelu(ones({2}), "sigmoid"); }},
    {"softplus: beta", [] { softplus(ones({2}), 0); }},
    {"hardtanh: bounds", [] { hardtanh(ones({2}), 1, 0); }},
    {"where: condition", [] { where(ones({2}), ones({2}), ones({2})); }},
    {"masked_fill: value", [] { integers({2}).masked_fill(zeros({2}, kBool), 0.5); }},
    {"masked_fill_: value", [] { integers({2}).masked_fill_(zeros({2}, kBool), 0.5); }},
    {"masked_fill_: shape",
     [] {
       ones({2}).masked_fill_(zeros({3, 2}, kBool), 1);
     }},
};

const ErrorRows kViews{
    {"view: number of elements",
     [] {
       ones({2, 3}).view({4});
     }},
    {"view: two unknown sizes",
     [] {
       ones({2, 3}).view({-1, -1});
     }},
    {"view: unknown size of nothing",
     [] {
       ones({0, 3}).view({0, -1});
     }},
    {"view: memory",
     [] {
       ones({2, 3}).t().view({6});
     }},
    {"permute: number of dimensions",
     [] {
       ones({2, 3}).permute({0});
     }},
    {"permute: twice",
     [] {
       ones({2, 3}).permute({0, 0});
     }},
    {"expand: fewer dimensions",
     [] {
       ones({2, 3}).expand({3});
     }},
    {"expand: size",
     [] {
       ones({2, 3}).expand({4, 3});
     }},
    {"flatten: order",
     [] {
       ones({2, 3}).flatten(1, 0);
     }},
    {"t: dimensions",
     [] {
       ones({2, 3, 4}).t();
     }},
    {"select: index", [] { ones({2}).select(0, 2); }},
    {"select: no dimension", [] { ones({}).select(0, 0); }},
    {"slice: step", [] { ones({2}).slice(0, 0, 2, 0); }},
    {"narrow: part", [] { ones({2}).narrow(0, 1, 2); }},
    {"transpose: dimension", [] { ones({2}).transpose(0, 1); }},
    {"as_strided: lengths",
     [] {
       ones({2}).as_strided({2}, {1, 1});
     }},
    {"as_strided: offset", [] { ones({2}).as_strided({2}, {1}, -1); }},
    {"as_strided: stride", [] { ones({2}).as_strided({2}, {-1}); }},
    {"as_strided: beyond the memory", [] { ones({2}).as_strided({3}, {1}); }},
    {"as_strided: expanded", [] { ones({1}).requires_grad_().expand({2}).as_strided({1}, {1}); }},
    {"cat: nothing", [] { cat({}); }},
    {"cat: no dimension", [] { cat({ones({})}); }},
    {"cat: too long",
     [] {
       const Tensor x = zeros({0, int64_t{1} << 62});
       cat({x, x}, 1);
     }},
    {"cat: shapes",
     [] {
       cat({ones({2, 3}), ones({2, 4})});
     }},
    {"stack: nothing", [] { stack({}); }},
    {"stack: shapes",
     [] {
       stack({ones({2}), ones({3})});
     }},
};

const ErrorRows kReductions{
    {"sum: dimension twice",
     [] {
       ones({2, 3}).sum({0, 0});
     }},
    {"mean: dtype", [] { integers({2}).mean(); }},
    {"var: dtype", [] { integers({2}).var(); }},
    {"max: no element", [] { ones({0}).max(); }},
    {"vector_norm: dtype", [] { vector_norm(integers({2})); }},
    {"logsumexp: dtype", [] { logsumexp(integers({2}), {0}); }},
    {"softmax: dtype", [] { integers({2}).softmax(0); }},
    {"sum_to_size: shape",
     [] {
       sum_to_size(ones({2, 3}), {2});
     }},
    {"matmul: dtype",
     [] {
       integers({2, 2}).matmul(integers({2, 2}));
     }},
    {"matmul: dtypes",
     [] {
       ones({2, 2}).matmul(doubles({2, 2}));
     }},
    {"matmul: inner sizes",
     [] {
       ones({2, 3}).matmul(ones({2, 3}));
     }},
    {"matmul: a number", [] { ones({2}).matmul(ones({})); }},
    {"mm: dimensions",
     [] {
       mm(ones({2}), ones({2, 2}));
     }},
    {"bmm: numbers of matrices",
     [] {
       bmm(ones({2, 3, 4}), ones({3, 4, 5}));
     }},
};

const ErrorRows kPads{
    {"pad: odd number", [] { pad(ones({2}), {1}); }},
    {"pad: too many",
     [] {
       pad(ones({2}), {1, 1, 1, 1});
     }},
    {"pad: too much",
     [] {
       pad(ones({2}), {int64_t{1} << 40, 0});
     }},
    {"pad: nothing left",
     [] {
       pad(ones({2}), {-2, -1});
     }},
    {"pad: dimensions",
     [] {
       pad(ones({2}), {1, 1}, kReflect);
     }},
    {"pad: reflect",
     [] {
       pad(ones({1, 2}), {2, 0}, kReflect);
     }},
    {"pad: circular",
     [] {
       pad(ones({1, 2}), {3, 0}, kCircular);
     }},
    {"pad: empty",
     [] {
       pad(ones({1, 0}), {1, 0}, kReplicate);
     }},
    {"padding: rule",
     [] {
       conv1d(ones({1, 1, 3}), ones({1, 1, 1}), {}, 1, "full");
     }},
};

}  // namespace

}  // namespace reel::tests
