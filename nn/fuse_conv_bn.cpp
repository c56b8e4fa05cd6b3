#include <reel/autograd/ops.h>
#include <reel/autograd/trace.h>
#include <reel/autograd/variable.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>
#include <reel/nn/conv_transpose.h>
#include <reel/nn/fuse_conv_bn.h>
#include <reel/nn/linear.h>
#include <reel/nn/module_state.h>

#include <cstring>
#include <map>
#include <ostream>

namespace reel::nn {

namespace {

// --- the layers, whatever their type ---

// What a batch norm computes: x scale + shift a channel, in float64.
struct Affine {
  Tensor scale, shift;
};

Affine affine_of(const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var,
                 double eps) {
  Tensor scale = (var.to(kFloat64) + eps).rsqrt();
  if (weight.defined()) scale = scale * weight.to(kFloat64);
  Tensor shift = -mean.to(kFloat64) * scale;
  if (bias.defined()) shift = shift + bias.to(kFloat64);
  return {scale, shift};
}

// The weight's outputs along its first dimension, or, transposed, along its second in groups.
Tensor scaled(const Tensor& weight, const Tensor& scale, bool transposed, int64_t groups) {
  const Tensor w = weight.to(kFloat64);
  if (!transposed) return w.reshape({w.size(0), -1}).mul(scale.unsqueeze(1)).reshape(w.sizes());
  return w.reshape({groups, w.size(0) / groups, w.size(1), -1})
      .mul(scale.reshape({groups, 1, w.size(1), 1}))
      .reshape(w.sizes());
}

template <class Layer>
void take_over(Layer& layer, const Affine& a, bool transposed, int64_t groups) {
  const Dtype dtype = layer.weight.dtype();
  layer.weight.set_data(scaled(layer.weight, a.scale, transposed, groups).to(dtype));
  const Tensor before = layer.bias.defined() ? layer.bias.to(kFloat64) * a.scale : Tensor();
  const Tensor bias = (before.defined() ? before + a.shift : a.shift).to(dtype);
  if (layer.bias.defined())
    layer.bias.set_data(bias);
  else
    layer.bias = layer.register_parameter("bias", bias, layer.weight.requires_grad());
  layer.options.bias(true);
}

// Calls f(layer, transposed, groups) if the module is a layer that can take a norm over.
template <class F>
bool visit_layer(Module& m, const F& f) {
  const auto conv = [&](auto* layer, bool transposed) {
    if (layer) f(*layer, transposed, layer->options.groups());
    return layer != nullptr;
  };
  if (auto* linear = m.as<Linear>()) {
    f(*linear, false, 1);
    return true;
  }
  return conv(m.as<Conv1d>(), false) || conv(m.as<Conv2d>(), false) ||
         conv(m.as<Conv3d>(), false) || conv(m.as<ConvTranspose1d>(), true) ||
         conv(m.as<ConvTranspose2d>(), true) || conv(m.as<ConvTranspose3d>(), true);
}

template <class F>
bool visit_norm(Module& m, const F& f) {
  const auto norm = [&](auto* layer) {
    if (layer) f(*layer);
    return layer != nullptr;
  };
  return norm(m.as<BatchNorm1d>()) || norm(m.as<BatchNorm2d>()) || norm(m.as<BatchNorm3d>());
}

// --- what the call showed ---

using Place = std::pair<const Node*, uint32_t>;

struct Seen {
  std::vector<TracedOperation> operations;
  std::map<const Node*, const TracedOperation*> made_by;
  std::map<Place, int64_t> uses;  // of what operations made, and of leaves
};

Place place_of(const Edge& edge) { return {edge.node.get(), edge.output_nr}; }

Seen look(Module& module, TensorForward forward, const TensorList& examples) {
  Seen seen;
  Trace trace;
  const TensorList outputs = forward(module, examples);
  for (const Tensor& y : outputs)
    if (y.defined()) ++seen.uses[place_of(gradient_edge(y))];
  seen.operations = trace.take();
  for (const TracedOperation& op : seen.operations) {
    seen.made_by[op.node.get()] = &op;
    for (size_t i = 0; i < op.node->num_inputs(); ++i) ++seen.uses[place_of(op.node->edge(i))];
  }
  return seen;
}

bool is_path(const Module& m, const char* path) {
  const char* own = m.path();
  return own && path ? std::strcmp(own, path) == 0 : own == path;
}

bool is_leaf_of(const Edge& edge, const Tensor& parameter) {
  return parameter.defined() && gradient_edge(parameter).node.get() == edge.node.get();
}

struct Pair {
  Module* layer = nullptr;
  std::string path;
};

// The layer that can take the norm over, or why there is none.
std::string find_layer(const Seen& seen,
                       const OrderedDict<std::string, std::shared_ptr<Module>>& all, Module& norm,
                       Pair& found) {
  const TracedOperation* op = nullptr;
  int64_t calls = 0;
  for (const TracedOperation& each : seen.operations)
    if (std::strcmp(each.node->name(), "batch_norm") == 0 &&
        is_path(norm, each.node->module_path)) {
      op = &each;
      ++calls;
    }
  if (calls != 1) return calls == 0 ? "it was not called" : "it is called more than once";
  if (op->find("batch_statistics")->integers[0]) return "it normalizes by the batch's statistics";
  if (ModuleCall::has_hooks(norm)) return "it has hooks";
  const Edge& input = op->node->edge(0);
  const auto maker = seen.made_by.find(input.node.get());
  if (maker == seen.made_by.end()) return "its input comes from no layer";
  const TracedOperation& before = *maker->second;
  for (const auto& item : all)
    if (is_path(**item, before.node->module_path)) found = {item->get(), item.key()};
  std::string reason = as_text("its input comes from ", before.node->name());
  if (!found.layer) return reason;
  visit_layer(*found.layer, [&](auto& layer, bool, int64_t) {
    const Edge& weight = before.node->edge(1);
    if (before.node->num_inputs() != 3 || !is_leaf_of(weight, layer.weight) ||
        (layer.bias.defined() && !is_leaf_of(before.node->edge(2), layer.bias)))
      return;
    reason.clear();
    if (seen.uses.at(place_of(input)) > 1)
      reason = as_text("the output of ", found.path, " is used elsewhere too");
    else if (seen.uses.at(place_of(weight)) > 1)
      reason = as_text(found.path, " is called more than once, or shares its weight");
    else if (layer.bias.defined() && seen.uses.at(place_of(before.node->edge(2))) > 1)
      reason = as_text(found.path, " shares its bias");
    else if (ModuleCall::has_hooks(*found.layer))
      reason = as_text(found.path, " has hooks");
    else if (before.outputs[0].dim() != op->inputs[0].dim() ||
             (found.layer->template as<Linear>() && op->inputs[0].dim() != 2))
      reason = "its channels are not the outputs of the layer";
  });
  return reason;
}

}  // namespace

FusionReport fuse_conv_bn(Module& module, TensorForward forward, const TensorList& examples) {
  FusionReport report;
  const auto all = module.named_modules();
  std::vector<std::pair<Module*, Pair>> pairs;
  {
    const RequireGradGuard recorded(module);
    const Seen seen = look(module, forward, examples);
    for (const auto& item : all) {
      bool folded = true;
      if (!visit_norm(**item, [&](auto& norm) { folded = norm.options.folded(); }) || folded)
        continue;
      Pair found;
      const std::string reason =
          (*item)->is_training() ? "it is in training mode" : find_layer(seen, all, **item, found);
      if (!reason.empty()) {
        report.left.push_back({item.key(), reason});
        continue;
      }
      report.fused.push_back({item.key(), found.path});
      pairs.emplace_back(item->get(), found);
    }
  }
  const NoGradGuard no_grad;
  for (const auto& [norm_module, found] : pairs)
    visit_norm(*norm_module, [&, layer = found.layer](auto& norm) {
      const Affine a = affine_of(norm.weight, norm.bias, norm.running_mean, norm.running_var,
                                 norm.options.eps());
      visit_layer(*layer, [&](auto& l, bool transposed, int64_t groups) {
        take_over(l, a, transposed, groups);
      });
      norm.fold();
    });
  return report;
}

std::string to_string(const FusionReport& report) {
  std::string text;
  for (const auto& [norm, layer] : report.fused)
    text += as_text(norm, ": folded into ", layer, "\n");
  for (const auto& [norm, reason] : report.left) text += as_text(norm, ": left, ", reason, "\n");
  return text;
}

std::ostream& operator<<(std::ostream& out, const FusionReport& report) {
  return out << to_string(report);
}

}  // namespace reel::nn
