// Convolution, norms, pooling, padding, linear layers and losses.

#include "tests/tools/golden_runner/check.h"

#include <reel/autograd/ops.h>
#include <reel/nn/batch_norm.h>
#include <reel/nn/conv.h>

namespace golden {

namespace {

using namespace reel;

template <int D>
ConvPadding<D> padding_of(const Arguments& c) {
  if (c.is_text("padding")) return c.text("padding");
  return c.integers("padding");
}

template <int D, class Function>
void add_conv(OperationTable& table, const std::string& name, Function function) {
  table[name] = [function](Call& c) -> TensorList {
    return {function(c["x"], c["weight"], c["bias"], IntArrayRef(c.integers("stride")),
                     padding_of<D>(c), IntArrayRef(c.integers("dilation")), c.integer("groups"))};
  };
}

PaddingMode mode_of(const std::string& name) {
  if (name == "zeros" || name == "constant") return kZeros;
  if (name == "reflect") return kReflect;
  if (name == "replicate") return kReplicate;
  if (name == "circular") return kCircular;
  throw Mismatch("there is no padding mode " + name);
}

// Runs a module on the case's parameters and buffers.
template <class Module>
TensorList run(Call& c, Module module) {
  for (auto& parameter : module->named_parameters()) c.use(parameter.key(), parameter.value());
  for (auto& buffer : module->named_buffers()) buffer.value().set_data(c.state(buffer.key()));
  module->train(c.flag("training", true));
  return {module(c["x"])};
}

template <int D, class Module>
void add_conv_module(OperationTable& table, const std::string& name) {
  table[name] = [](Call& c) {
    const auto options = nn::ConvOptions<D>(c.integer("in_channels"), c.integer("out_channels"),
                                            IntArrayRef(c.integers("kernel_size")))
                             .padding(padding_of<D>(c))
                             .padding_mode(mode_of(c.text("padding_mode")))
                             .groups(c.integer("groups"))
                             .bias(c["bias"].defined());
    return run(c, Module(options));
  };
}

template <class Module>
void add_batch_norm(OperationTable& table, const std::string& name) {
  table[name] = [](Call& c) {
    return run(c, Module(nn::BatchNormOptions(c.integer("num_features"))
                             .eps(c.number("eps"))
                             .momentum(c.maybe("momentum"))
                             .affine(c.flag("affine"))
                             .track_running_stats(c.flag("track_running_stats"))));
  };
}

template <class Function>
void add_max_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {pool(c["x"], c.integers("kernel_size"), c.integers("stride"), c.integers("padding"),
                 c.integers("dilation"), c.flag("ceil_mode"))};
  };
}

template <class Function>
void add_avg_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList {
    return {pool(c["x"], c.integers("kernel_size"), c.integers("stride"), c.integers("padding"),
                 c.flag("ceil_mode"), c.flag("count_include_pad"))};
  };
}

template <class Function>
void add_adaptive_pool(OperationTable& table, const std::string& name, Function pool) {
  table[name] = [pool](Call& c) -> TensorList { return {pool(c["x"], c.integers("output_size"))}; };
}

void add_pools(OperationTable& table) {
  add_max_pool(table, "max_pool1d", max_pool1d);
  add_max_pool(table, "max_pool2d", max_pool2d);
  add_max_pool(table, "max_pool3d", max_pool3d);
  add_avg_pool(table, "avg_pool1d", avg_pool1d);
  add_avg_pool(table, "avg_pool2d", [](auto&&... a) { return avg_pool2d(a...); });
  add_avg_pool(table, "avg_pool3d", [](auto&&... a) { return avg_pool3d(a...); });
  add_adaptive_pool(table, "adaptive_avg_pool1d", adaptive_avg_pool1d);
  add_adaptive_pool(table, "adaptive_avg_pool2d", adaptive_avg_pool2d);
  add_adaptive_pool(table, "adaptive_avg_pool3d", adaptive_avg_pool3d);
}

void add_norms(OperationTable& table) {
  add_batch_norm<nn::BatchNorm1d>(table, "BatchNorm1d");
  add_batch_norm<nn::BatchNorm2d>(table, "BatchNorm2d");
  add_batch_norm<nn::BatchNorm3d>(table, "BatchNorm3d");
  table["layer_norm"] = [](Call& c) -> TensorList {
    return {layer_norm(c["x"], c.integers("normalized_shape"), c["weight"], c["bias"],
                       c.number("eps"))};
  };
  table["group_norm"] = [](Call& c) -> TensorList {
    return {group_norm(c["x"], c.integer("num_groups"), c["weight"], c["bias"], c.number("eps"))};
  };
}

Reduction reduction_of(const Arguments& c) {
  const std::string name = c.text("reduction");
  if (name == "none") return kNone;
  if (name == "mean") return kMean;
  if (name == "sum") return kSum;
  throw Mismatch("there is no reduction " + name);
}

void add_losses(OperationTable& table) {
  table["mse_loss"] = [](Call& c) -> TensorList {
    return {mse_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["l1_loss"] = [](Call& c) -> TensorList {
    return {l1_loss(c["x"], c["target"], reduction_of(c))};
  };
  table["smooth_l1_loss"] = [](Call& c) -> TensorList {
    return {smooth_l1_loss(c["x"], c["target"], reduction_of(c), c.number("beta"))};
  };
  table["huber_loss"] = [](Call& c) -> TensorList {
    return {huber_loss(c["x"], c["target"], reduction_of(c), c.number("delta"))};
  };
  table["binary_cross_entropy_with_logits"] = [](Call& c) -> TensorList {
    return {binary_cross_entropy_with_logits(c["x"], c["target"], c["weight"], c["pos_weight"],
                                             reduction_of(c))};
  };
  table["nll_loss"] = [](Call& c) -> TensorList {
    return {nll_loss(c["x"], c["target"], c["weight"], reduction_of(c), c.integer("ignore_index"))};
  };
  table["cross_entropy"] = [](Call& c) -> TensorList {
    return {cross_entropy(c["x"], c["target"], c["weight"], reduction_of(c),
                          c.integer("ignore_index"), c.number("label_smoothing"))};
  };
}

}  // namespace

void add_layers(OperationTable& table) {
  add_conv<1>(table, "conv1d", conv1d);
  add_conv<2>(table, "conv2d", conv2d);
  add_conv<3>(table, "conv3d", conv3d);
  add_conv_module<1, nn::Conv1d>(table, "Conv1d");
  add_conv_module<2, nn::Conv2d>(table, "Conv2d");
  add_conv_module<3, nn::Conv3d>(table, "Conv3d");
  add_norms(table);
  add_pools(table);
  add_losses(table);
  table["linear"] = [](Call& c) -> TensorList { return {linear(c["x"], c["weight"], c["bias"])}; };
  table["pad"] = [](Call& c) -> TensorList {
    return {pad(c["x"], c.integers("pad"), mode_of(c.text("mode")), c.number("value", 0))};
  };
}

}  // namespace golden
