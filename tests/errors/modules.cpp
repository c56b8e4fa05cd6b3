#include "tests/errors/rows.h"

#include <reel/autograd/anomaly.h>
#include <reel/autograd/function.h>
#include <reel/autograd/ops.h>
#include <reel/core/creation.h>
#include <reel/core/device.h>
#include <reel/data/data_loader.h>
#include <reel/nn/linear.h>
#include <reel/nn/loss.h>
#include <reel/nn/module_dict.h>
#include <reel/nn/module_list.h>
#include <reel/nn/parameter_dict.h>
#include <reel/nn/sequential.h>

namespace reel::tests {

namespace {

void with_backward_hook(const nn::BackwardHook& hook) {
  nn::Linear linear(2, 1);
  linear->register_full_backward_hook(hook);
  linear(ones({1, 2}, requires_grad())).sum().backward();
}

const ErrorRows kContainers{
    {"any value: type", [] { nn::AnyValue(1.5).get<Tensor>(); }},
    {"any module: input type", [] { nn::AnyModule(nn::MSELoss()).forward(ones({1}), 2.0); }},
    {"any module: number of inputs",
     [] {
       nn::AnyModule(nn::Linear(2, 1)).forward(ones({1, 2}), ones({1}));
     }},
    {"sequential: inputs of an empty one", [] { nn::Sequential()->forward(ones({1}), ones({1})); }},
    {"module list: insert", [] { nn::ModuleList()->insert(1, nn::Identity()); }},
    {"module dict: name",
     [] {
       nn::ModuleDict dict;
       dict->insert("a", nn::Identity());
       dict->ptr("b");
     }},
    {"module dict: type",
     [] {
       nn::ModuleDict dict;
       dict->insert("a", nn::Identity());
       dict->at<nn::LinearImpl>("a");
     }},
    {"parameter dict: computed",
     [] { nn::ParameterDict()->insert("p", ones({1}, requires_grad()) * 2); }},
    {"replace_parameter: computed",
     [] { nn::Linear(1, 1)->replace_parameter("weight", ones({1}, requires_grad()) * 2); }},
    {"Unflatten: sizes",
     [] {
       nn::Unflatten(nn::UnflattenOptions(1, {2, 2}))->forward(ones({2, 6}));
     }},
    {"unflatten: negative size",
     [] {
       nn::Unflatten(nn::UnflattenOptions(1, {-2, 3}))->forward(ones({2, 6}));
     }},
};

const ErrorRows kHooks{
    {"hook: empty", [] { nn::Linear(1, 1)->register_forward_hook(nullptr); }},
    {"backward hook: number",
     [] { with_backward_hook([](nn::Module&, TensorList& g, const TensorList&) { g.clear(); }); }},
    {"backward hook: shape",
     [] {
       with_backward_hook([](nn::Module&, TensorList& g, const TensorList&) { g[0] = ones({3}); });
     }},
    {"backward hook: input without gradient",
     [] {
       nn::Linear linear(2, 1);
       linear->register_full_backward_hook([](nn::Module&, TensorList& g, const TensorList&) {
         g[0] = ones({1, 2});
       });
       linear(ones({1, 2})).sum().backward();
     }},
};

const ErrorRows kAnomaly{
    {"anomaly: forward",
     [] {
       const autograd::DetectAnomalyGuard guard;
       zeros({2}).log();
     }},
    {"anomaly: backward",
     [] {
       const autograd::DetectAnomalyGuard guard;
       zeros({2}, requires_grad()).sqrt().sum().backward();
     }},
    {"anomaly: brought by an input",
     [] {
       const Tensor x = zeros({2}) / zeros({2});
       const autograd::DetectAnomalyGuard guard;
       x + 1;
     }},
    {"anomaly: brought by a gradient",
     [] {
       const autograd::DetectAnomalyGuard guard;
       const Tensor x = ones({1}, requires_grad());
       (x * 2).backward(full({1}, __builtin_nan("")));
     }},
};

struct Kept : autograd::Function<Kept> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x) {
    ctx->saved_data["factor"] = 2;
    return x * ctx->saved_data["factor"].toTensor();
  }
  static autograd::variable_list backward(autograd::AutogradContext*, autograd::variable_list dy) {
    return dy;
  }
};

const ErrorRows kData{
    {"saved_data: kind", [] { Kept::apply(ones({1})); }},
    {"data loader: batch size",
     [] {
       data::make_data_loader(data::datasets::TensorDataset(ones({3, 2})), 0);
     }},
    {"data loader: unknown size",
     [] {
       struct Endless : data::datasets::Dataset<Endless> {
         data::Example<> get(size_t) override { return {}; }
         std::optional<size_t> size() const override { return std::nullopt; }
       };
       data::make_data_loader(Endless());
     }},
    {"data loader: at the end",
     [] {
       auto loader = data::make_data_loader(data::datasets::TensorDataset(ones({3, 2})), 4);
       *loader->end();
     }},
    {"tensor dataset: index",
     [] {
       data::datasets::TensorDataset(ones({3, 2})).get(3);
     }},
    {"normalize: channels",
     [] {
       data::transforms::Normalize<>({0.1, 0.2}, {0.3, 0.4})(ones({3, 2, 2}));
     }},
};

const ErrorRows kDevice{
    {"device: cuda", [] { Device device(DeviceType::CUDA); }},
    {"device: index", [] { Device device(kCPU, 3); }},
    {"device: name", [] { Device device("mps"); }},
};

}  // namespace

}  // namespace reel::tests
