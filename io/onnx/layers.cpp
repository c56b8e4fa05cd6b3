// Convolutions, products and norms.

#include <reel/autograd/grad_mode.h>
#include <reel/core/creation.h>
#include <reel/io/onnx/operation.h>

namespace reel::io::onnx {

namespace {

// Padding as ONNX has it: all that lies before, then all that lies behind.
std::vector<int64_t> pads(std::vector<int64_t> before, const std::vector<int64_t>& behind) {
  before.insert(before.end(), behind.begin(), behind.end());
  return before;
}

std::vector<std::string> tensors(Operation& o) {
  std::vector<std::string> inputs{o.input(0), o.input(1)};
  if (o.has(2)) inputs.push_back(o.input(2));
  return inputs;
}

std::vector<int64_t> kernel_of(const Tensor& weight) {
  const Shape& sizes = weight.sizes();
  return {sizes.begin() + 2, sizes.end()};
}

std::vector<Attribute> window(Operation& o) {
  return {integers("kernel_shape", kernel_of(o.in(1))), integers("strides", o.integers("stride")),
          integers("dilations", o.integers("dilation")), integer("group", o.integer("groups"))};
}

void conv(Operation& o) {
  std::vector<Attribute> attributes = window(o);
  attributes.push_back(integers("pads", pads(o.integers("begin"), o.integers("end"))));
  o.result(o.add("Conv", tensors(o), attributes));
}

void conv_transpose(Operation& o) {
  std::vector<Attribute> attributes = window(o);
  attributes.push_back(integers("pads", pads(o.integers("begin"), o.integers("end"))));
  attributes.push_back(integers("output_padding", o.integers("output_padding")));
  o.result(o.add("ConvTranspose", tensors(o), attributes));
}

void linear(Operation& o) {
  const std::string x = o.input(0), w = o.input(1);
  if (o.in(0).dim() == 2) {
    std::vector<std::string> inputs{x, w};
    if (o.has(2)) inputs.push_back(o.input(2));
    return o.result(o.add("Gemm", inputs, {integer("transB", 1)}));
  }
  const std::string y = o.add("MatMul", {x, o.add("Transpose", {w}, {integers("perm", {1, 0})})});
  o.result(o.has(2) ? o.add("Add", {y, o.input(2)}) : y);
}

void matmul(Operation& o) { o.result(o.add("MatMul", {o.input(0), o.input(1)})); }

// (C) as it broadcasts against (N, C, spatial...).
std::string by_channel(Operation& o, const std::string& v) {
  if (o.out().dim() == 2) return v;
  std::vector<int64_t> shape(static_cast<size_t>(o.out().dim() - 1), 1);
  shape[0] = o.out().size(1);
  return o.add("Reshape", {v, o.integers(shape)});
}

std::string scaled(Operation& o, std::string y) {
  if (o.has(1)) y = o.add("Mul", {y, by_channel(o, o.input(1))});
  return o.has(2) ? o.add("Add", {y, by_channel(o, o.input(2))}) : y;
}

// Numbers for each of n channels.
std::string filled(Operation& o, int64_t n, double v) {
  return o.graph().constant(full({n}, v, o.out().dtype()));
}

void finish(Operation& o, const std::string& y) {
  o.result(o.integer("relu") ? o.add("Relu", {y}) : y);
}

// By the batch's own statistics.
std::string by_batch(Operation& o) {
  std::vector<int64_t> dims{0};
  for (int64_t d = 2; d < o.in(0).dim(); ++d) dims.push_back(d);
  const std::string x = o.input(0), axes = o.integers(dims);
  const std::string centred = o.add("Sub", {x, o.add("ReduceMean", {x, axes})});
  const std::string var = o.add("ReduceMean", {o.add("Mul", {centred, centred}), axes});
  const std::string std = o.add("Sqrt", {o.add("Add", {var, o.scalar(o.number("eps"))})});
  return scaled(o, o.add("Div", {centred, std}));
}

void batch_norm(Operation& o) {
  if (o.integer("batch_statistics")) return finish(o, by_batch(o));
  const int64_t C = o.in(0).size(1);
  finish(o, o.add("BatchNormalization",
                  {o.input(0), o.has(1) ? o.input(1) : filled(o, C, 1),
                   o.has(2) ? o.input(2) : filled(o, C, 0), o.tensor("mean"), o.tensor("var")},
                  {real("epsilon", o.number("eps"))}));
}

void group_norm(Operation& o) {
  const int64_t C = o.in(0).size(1), G = o.integer("groups");
  const Attribute eps = real("epsilon", o.number("eps"));
  if (G == C && o.in(0).dim() > 2)
    return finish(o, o.add("InstanceNormalization",
                           {o.input(0), o.has(1) ? o.input(1) : filled(o, C, 1),
                            o.has(2) ? o.input(2) : filled(o, C, 0)},
                           {eps}));
  // A group is one channel of another shape.
  const std::string groups = o.add("Reshape", {o.input(0), o.integers({0, G, -1})});
  const std::string y =
      o.add("InstanceNormalization", {groups, filled(o, G, 1), filled(o, G, 0)}, {eps});
  finish(o, scaled(o, o.reshape(y, o.output_dims())));
}

void layer_norm(Operation& o) {
  const int64_t dims = o.integer("dims");
  const Shape& sizes = o.in(0).sizes();
  const Shape normalized = IntArrayRef(sizes.end() - dims, static_cast<size_t>(dims));
  std::vector<std::string> inputs{
      o.input(0), o.has(1) ? o.input(1) : o.graph().constant(ones(normalized, o.out().dtype()))};
  if (o.has(2)) inputs.push_back(o.input(2));
  o.result(o.add("LayerNormalization", inputs,
                 {integer("axis", -dims), real("epsilon", o.number("eps"))}));
}

void dropout(Operation& o) {
  const std::string training = o.graph().constant(full({}, true, kBool));
  o.result(o.add("Dropout", {o.input(0), o.scalar(o.number("p")), training}));
}

}  // namespace

Rules layer_rules() {
  return {{"conv1d", "Conv", conv},
          {"conv2d", "Conv", conv},
          {"conv3d", "Conv", conv},
          {"conv_transpose1d", "ConvTranspose", conv_transpose},
          {"conv_transpose2d", "ConvTranspose", conv_transpose},
          {"conv_transpose3d", "ConvTranspose", conv_transpose},
          {"linear", "Gemm, or MatMul and Add", linear},
          {"matmul", "MatMul", matmul},
          {"batch_norm", "BatchNormalization; by the batch's statistics ReduceMean and arithmetic",
           batch_norm},
          {"group_norm", "InstanceNormalization, between Reshapes", group_norm},
          {"layer_norm", "LayerNormalization", layer_norm},
          {"dropout", "Dropout", dropout}};
}

}  // namespace reel::io::onnx
