#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/dropout.h>

#include <cmath>

namespace reel::tests {

namespace {

Tensor integers(IntArrayRef sizes) { return zeros(sizes, kInt64); }

const ErrorRows kActivations{
    {"celu_: alpha", [] { celu_(ones({2}), 0); }},
    {"gelu_: approximate", [] { gelu_(ones({2}), "sigmoid"); }},
    {"hardtanh_: bounds", [] { hardtanh_(ones({2}), 1, 0); }},
    {"glu: an odd size",
     [] {
       glu(ones({2, 3}));
     }},
    {"glu: dimension",
     [] {
       glu(ones({2, 4, 2}), 3);
     }},
    {"glu: no dimensions", [] { glu(ones({})); }},
    {"gumbel_softmax: dtype", [] { gumbel_softmax(integers({2})); }},
    {"gumbel_softmax: tau", [] { gumbel_softmax(ones({2}), -1); }},
    {"prelu: dtype", [] { prelu(integers({2}), ones({1})); }},
    {"prelu: dtype of weight", [] { prelu(ones({2}), ones({1}, kFloat64)); }},
    {"prelu: weight",
     [] {
       prelu(ones({2, 3}), ones({2}));
     }},
    {"rrelu: bounds", [] { rrelu(ones({2}), 0.5, 0.1); }},
    {"rrelu: dtype", [] { rrelu(integers({2})); }},
    {"rrelu_: leaf", [] { rrelu_(ones({2}).requires_grad_()); }},
    {"alpha_dropout: probability", [] { alpha_dropout(ones({2}), 1.5); }},
    {"feature_dropout: dimensions", [] { feature_dropout(ones({2})); }},
    {"feature_alpha_dropout: dtype",
     [] {
       feature_alpha_dropout(integers({2, 2}));
     }},
    {"Dropout2d: probability", [] { nn::Dropout2d(-1); }},
    {"PReLU: num_parameters", [] { nn::PReLU(0); }},
    {"RReLU: bounds", [] { nn::RReLU(nn::RReLUOptions().lower(1)); }},
    {"Softmax2d: dimensions",
     [] {
       nn::Softmax2d()->forward(ones({2, 3}));
     }},
};

const ErrorRows kArithmetic{
    {"floor_divide: zero", [] { floor_divide(integers({2}), 0); }},
    {"remainder: bool", [] { ones({2}, kBool) % ones({2}, kBool); }},
    {"div: rounding_mode", [] { ones({2}).div(2, "up"); }},
    {"fmod_: dtype", [] { ones({2}, kInt64).fmod_(0.5); }},
    {"bitwise_and: dtype", [] { ones({2}) & ones({2}); }},
    {"bitwise_not: dtype", [] { ~ones({2}); }},
    {"lerp: dtype", [] { lerp(integers({2}), integers({2}), 0.5); }},
    {"lerp: dtype of weight", [] { lerp(ones({2}), ones({2}), ones({2}, kFloat64)); }},
    {"lt_: shape",
     [] {
       ones({2}).lt_(ones({3, 2}));
     }},
    {"pow: negative exponent", [] { integers({2}).pow(-1); }},
    {"dtype: no kernel", [] { visit(kInt8, [](auto) {}); }},
    {"atan_: dtype", [] { integers({2}).atan_(); }},
};

const ErrorRows kReductions{
    {"median: nothing", [] { median(ones({0})); }},
    {"median: nothing along a dimension",
     [] {
       median(ones({2, 0}), 1);
     }},
    {"norm: dtype", [] { norm(integers({2}), 3); }},
    {"norm: p", [] { norm(ones({2}), NAN); }},
};

const ErrorRows kProducts{
    {"addmm_: shape",
     [] {
       ones({3}).addmm_(ones({2, 3}), ones({3, 3}));
     }},
    {"einsum: a character", [] { einsum("i1->i", {ones({2})}); }},
    {"einsum: dtypes",
     [] {
       einsum("i,i->", {ones({2}), ones({2}, kFloat64)});
     }},
    {"einsum: labels of an operand", [] { einsum("ij->i", {ones({2})}); }},
    {"einsum: number of operands", [] { einsum("i,i->", {ones({2})}); }},
    {"einsum: sizes",
     [] {
       einsum("i,i->", {ones({2}), ones({3})});
     }},
    {"einsum: sizes of a diagonal",
     [] {
       einsum("ii->i", {ones({2, 3})});
     }},
    {"einsum: too many dimensions",
     [] {
       einsum("abcde,fghij->", {ones({1, 1, 1, 1, 1}), ones({1, 1, 1, 1, 1})});
     }},
    {"einsum: twice in the result", [] { einsum("i->ii", {ones({2})}); }},
    {"einsum: two ellipses", [] { einsum("......->", {ones({2})}); }},
    {"einsum: unknown label", [] { einsum("i->j", {ones({2})}); }},
    {"mv: dimensions", [] { mv(ones({2}), ones({2})); }},
    {"outer: dimensions",
     [] {
       outer(ones({2, 2}), ones({2}));
     }},
    {"tensordot: numbers of dimensions", [] { tensordot(ones({2}), ones({2}), {0}, {}); }},
    {"tensordot: sizes", [] { tensordot(ones({2}), ones({3}), {0}, {0}); }},
    {"tensordot: twice",
     [] {
       tensordot(ones({2, 2}), ones({2, 2}), {0, 0}, {0, 1});
     }},
    {"trace: dimensions", [] { trace(ones({2})); }},
};

const ErrorRows kCreation{
    {"bernoulli: dtype", [] { bernoulli(integers({2})); }},
    {"bernoulli: probabilities", [] { bernoulli(full({2}, 1.5)); }},
    {"exponential_: lambda", [] { ones({2}).exponential_(0); }},
    {"multinomial: dimensions", [] { multinomial(ones({}), 1); }},
    {"multinomial: samples", [] { multinomial(ones({2}), 0); }},
    {"multinomial: too many", [] { multinomial(ones({2}), 3); }},
    {"fill_: range", [] { full({2}, 300, kUInt8); }},
    {"masked_fill: range", [] { zeros({1}, kInt16).masked_fill(ones({1}, kBool), -40000); }},
    {"item: range", [] { full({}, 3e9).item<int>(); }},
    {"multinomial: weight", [] { multinomial(full({2}, -1.0), 1); }},
    {"multinomial: zeros", [] { multinomial(zeros({2}), 1); }},
    {"normal: dtypes", [] { normal(ones({2}), ones({2}, kFloat64)); }},
    {"normal: deviation", [] { normal(ones({2}), full({2}, -1.0)); }},
    {"tril_indices: sizes", [] { tril_indices(-1, 2); }},
};

}  // namespace

}  // namespace reel::tests
