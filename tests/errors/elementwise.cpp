#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/dropout.h>

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

}  // namespace

}  // namespace reel::tests
