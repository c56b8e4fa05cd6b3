#include "tests/errors/rows.h"

#include <reel/core/creation.h>
#include <reel/nn/activation.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/dropout.h>
#include <reel/nn/group_norm.h>
#include <reel/nn/init.h>
#include <reel/nn/layer_norm.h>
#include <reel/nn/linear.h>
#include <reel/nn/module_list.h>
#include <reel/nn/pool.h>
#include <reel/nn/sequential.h>

namespace reel::tests {

namespace {

struct Net : nn::Module {};

const ErrorRows kModules{
    {"register_parameter: empty name", [] { Net().register_parameter("", ones({2})); }},
    {"register_buffer: dot", [] { Net().register_buffer("a.b", ones({2})); }},
    {"register_module: name taken",
     [] {
       Net net;
       net.register_buffer("a", ones({2}));
       net.register_module("a", nn::Linear(2, 2));
     }},
    {"register_module: empty", [] { Net().register_module("a", nn::Linear(nullptr)); }},
    {"replace_module: empty",
     [] {
       Net net;
       net.register_module("a", nn::Linear(2, 2));
       net.replace_module("a", nn::Linear(nullptr));
     }},
    {"replace_module: no such child", [] { Net().replace_module("a", nn::Linear(2, 2)); }},
    {"replace_module: a type that is forgotten",
     [] {
       nn::Sequential sequence{nn::Tanh()};
       static_cast<nn::Module&>(*sequence).replace_module("0", nn::Linear(2, 2));
     }},
    {"unregister_module: no such child", [] { Net().unregister_module("a"); }},
    {"register_module: cycle",
     [] {
       const auto outer = std::make_shared<Net>(), inner = std::make_shared<Net>();
       outer->register_module("inner", inner);
       inner->register_module("outer", outer);
     }},
    {"to: dtype", [] { Net().to(kInt64); }},
    {"clone: not cloneable", [] { Net().clone(); }},
    {"holder: empty", [] { nn::Linear(nullptr)->options; }},
    {"sequential: index", [] { nn::Sequential()->ptr(0); }},
    {"any module: empty", [] { nn::AnyModule().forward(ones({1})); }},
    {"any module: empty holder", [] { nn::AnyModule(nn::Linear(nullptr)); }},
    {"any module: another type", [] { nn::AnyModule(nn::Linear(2, 2)).get<nn::Conv2dImpl>(); }},
    {"module list: index", [] { nn::ModuleList(nn::Linear(2, 2))->ptr(1); }},
    {"module list: another type", [] { nn::ModuleList(nn::Linear(2, 2))->at<nn::Conv2dImpl>(0); }},
};

const ErrorRows kLayers{
    {"Linear: features", [] { nn::Linear(-1, 2); }},
    {"Conv2d: channels", [] { nn::Conv2d(0, 2, 3); }},
    {"Conv2d: groups", [] { nn::Conv2d(nn::Conv2dOptions(4, 6, 3).groups(3)); }},
    {"Conv2d: kernel_size", [] { nn::Conv2d(1, 2, 0); }},
    {"Conv2d: same with stride",
     [] { nn::Conv2d(nn::Conv2dOptions(1, 2, 3).stride(2).padding(kSame)); }},
    {"BatchNorm2d: num_features", [] { nn::BatchNorm2d(0); }},
    {"BatchNorm2d: eps", [] { nn::BatchNorm2d(nn::BatchNormOptions(2).eps(-1)); }},
    {"BatchNorm2d: dimensions",
     [] {
       nn::BatchNorm2d(2)(ones({2, 2}));
     }},
    {"GroupNorm: groups", [] { nn::GroupNorm(3, 4); }},
    {"GroupNorm: channels",
     [] {
       nn::GroupNorm(2, 4)(ones({2, 6}));
     }},
    {"LayerNorm: shape", [] { nn::LayerNorm(nn::LayerNormOptions({})); }},
    {"Dropout: p", [] { nn::Dropout(1.5); }},
};

const ErrorRows kInitialization{
    {"init: fans", [] { nn::init::xavier_uniform_(ones({3})); }},
    {"eye_: dimensions", [] { nn::init::eye_(ones({3})); }},
    {"dirac_: dimensions",
     [] {
       nn::init::dirac_(ones({3, 3}));
     }},
    {"dirac_: groups",
     [] {
       nn::init::dirac_(ones({4, 2, 3}), 3);
     }},
    {"trunc_normal_: limits", [] { nn::init::trunc_normal_(ones({3}), 0, 1, 2, -2); }},
    {"trunc_normal_: std", [] { nn::init::trunc_normal_(ones({3}), 0, 0); }},
    {"sparse_: dimensions", [] { nn::init::sparse_(ones({3}), 0.5); }},
    {"sparse_: sparsity",
     [] {
       nn::init::sparse_(ones({3, 3}), 2);
     }},
    {"orthogonal_: dimensions", [] { nn::init::orthogonal_(ones({3})); }},
};

}  // namespace

}  // namespace reel::tests
