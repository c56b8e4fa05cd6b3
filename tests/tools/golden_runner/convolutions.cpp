// Convolutions and padding.

#include "tests/tools/golden_runner/layer_case.h"

#include <reel/autograd/ops/convolutions.h>
#include <reel/autograd/ops/shapes.h>
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

template <class Function>
void add_conv_transpose(OperationTable& table, const std::string& name, Function function) {
  table[name] = [function](Call& c) -> TensorList {
    return {function(c["x"], c["weight"], c["bias"], IntArrayRef(c.integers("stride")),
                     IntArrayRef(c.integers("padding")), IntArrayRef(c.integers("output_padding")),
                     c.integer("groups"), IntArrayRef(c.integers("dilation")))};
  };
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

}  // namespace

void add_convolutions(OperationTable& table) {
  add_conv<1>(table, "conv1d", conv1d);
  add_conv<2>(table, "conv2d", conv2d);
  add_conv<3>(table, "conv3d", conv3d);
  add_conv_transpose(table, "conv_transpose1d", conv_transpose1d);
  add_conv_transpose(table, "conv_transpose2d", conv_transpose2d);
  add_conv_transpose(table, "conv_transpose3d", conv_transpose3d);
  add_conv_module<1, nn::Conv1d>(table, "Conv1d");
  add_conv_module<2, nn::Conv2d>(table, "Conv2d");
  add_conv_module<3, nn::Conv3d>(table, "Conv3d");
  table["pad"] = [](Call& c) -> TensorList {
    return {pad(c["x"], c.integers("pad"), mode_of(c.text("mode")), c.number("value", 0))};
  };
}

}  // namespace golden
