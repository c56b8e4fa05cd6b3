#pragma once
// Single operations: the cases with a name, and any layer from the command line.

#include <reel/reel.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What a layer on the command line, or a case below, says about itself.
struct LayerOptions {
  std::string op;
  std::vector<int64_t> input;
  int64_t out = 0;  // channels or features
  int64_t kernel = 3, stride = 1, padding = 0, dilation = 1, groups = 1;
};

/// An operation on given tensors, ready to run.
struct Operation {
  std::function<reel::Tensor()> forward;
  reel::Tensor input, grad_output;
  reel::TensorList parameters;
  double flops = 0;  // of forward; input and weight gradient cost as many each
  double forward_bytes = 0, backward_bytes = 0;  // that must move, of operations bound by memory

  bool is_product() const { return flops > 0; }

  void run_both() const {
    drop_grads();
    forward().backward(grad_output);
  }
  void drop_grads() const {
    input.mutable_grad() = reel::Tensor();
    for (const reel::Tensor& p : parameters) p.mutable_grad() = reel::Tensor();
  }
};

// Images as a network passes them on: channels side by side.
inline reel::Tensor activation(reel::IntArrayRef sizes) {
  const reel::Tensor x = reel::randn(sizes);
  return sizes.size() < 3 ? x : x.movedim(1, -1).contiguous().movedim(-1, 1);
}

inline Operation make_convolution(const LayerOptions& o, size_t dims) {
  using namespace reel;
  REEL_CHECK(o.input.size() == dims + 2, o.op, ": --input ", IntArrayRef(o.input), " has ",
             o.input.size(), " sizes; it must have ", dims + 2, ".");
  REEL_CHECK(o.groups >= 1 && o.out >= 1 && o.kernel >= 1, o.op, ": groups ", o.groups,
             ", out-channels ", o.out, ", kernel ", o.kernel, "; each must be at least 1.");
  std::vector<int64_t> sizes{o.out, o.input[1] / o.groups};
  sizes.insert(sizes.end(), dims, o.kernel);
  Operation op;
  op.input = activation(o.input).set_requires_grad(true);
  const Tensor w = (randn(sizes) * 0.1).set_requires_grad(true);
  const Tensor b = randn({o.out}).set_requires_grad(true);
  op.parameters = {w, b};
  op.forward = [=, x = op.input] {
    if (dims == 1) return conv1d(x, w, b, o.stride, o.padding, o.dilation, o.groups);
    if (dims == 2) return conv2d(x, w, b, o.stride, o.padding, o.dilation, o.groups);
    return conv3d(x, w, b, o.stride, o.padding, o.dilation, o.groups);
  };
  const Tensor y = op.forward();
  op.flops = 2.0 * static_cast<double>(y.numel()) * static_cast<double>(w.numel() / o.out);
  return op;
}

inline Operation make_linear(const LayerOptions& o) {
  using namespace reel;
  Operation op;
  op.input = randn(o.input).set_requires_grad(true);
  const Tensor w = (randn({o.out, o.input.back()}) * 0.1).set_requires_grad(true);
  const Tensor b = randn({o.out}).set_requires_grad(true);
  op.parameters = {w, b};
  op.forward = [=, x = op.input] { return linear(x, w, b); };
  op.flops = 2.0 * static_cast<double>(op.input.numel()) * static_cast<double>(o.out);
  return op;
}

inline Operation make_norm(const LayerOptions& o) {
  using namespace reel;
  Operation op;
  op.input = activation(o.input).set_requires_grad(true);
  const bool layer = o.op == "layer_norm";
  const int64_t C = layer ? o.input.back() : o.input[1];
  const Tensor w = ones({C}).set_requires_grad(true), b = zeros({C}).set_requires_grad(true);
  const Tensor mean = zeros({C}), var = ones({C});
  op.parameters = {w, b};
  op.forward = [=, x = op.input] {
    if (layer) return layer_norm(x, {C}, w, b);
    if (o.op == "group_norm") return group_norm(x, o.groups, w, b);
    return batch_norm(x, w, b, mean, var, true);
  };
  // Read x, write y; read x and dy, write dx: a sample or the whole fits a cache or is read again.
  const double bytes = 4.0 * static_cast<double>(op.input.numel());
  const bool again = o.op == "batch_norm";
  op.forward_bytes = (again ? 3 : 2) * bytes;
  op.backward_bytes = (again ? 5 : 3) * bytes;
  return op;
}

inline Operation make_elementwise(const LayerOptions& o) {
  using namespace reel;
  Operation op;
  op.input = activation(o.input).set_requires_grad(true);
  op.forward = [=, x = op.input] {
    if (o.op == "sigmoid") return sigmoid(x);
    if (o.op == "gelu") return gelu(x);
    if (o.op == "max_pool") return max_pool2d(x, o.kernel, o.stride, o.padding);
    return relu(x);
  };
  const double in = 4.0 * static_cast<double>(op.input.numel()),
               out = 4.0 * static_cast<double>(op.forward().numel());
  op.forward_bytes = in + out;
  op.backward_bytes = in + (o.op == "max_pool" ? out : 2 * out);
  return op;
}

/// The operation that the options name. Throws: reel::ArgumentError when they fit none.
inline Operation make_operation(const LayerOptions& o) {
  using namespace reel;
  REEL_CHECK(!o.input.empty(), o.op, ": no --input; give its sizes, as in --input 16,64,56,56.");
  Operation op;
  if (o.op == "conv1d" || o.op == "conv2d" || o.op == "conv3d")
    op = make_convolution(o, static_cast<size_t>(o.op[4] - '0'));
  else if (o.op == "linear")
    op = make_linear(o);
  else if (o.op == "batch_norm" || o.op == "group_norm" || o.op == "layer_norm")
    op = make_norm(o);
  else if (o.op == "relu" || o.op == "sigmoid" || o.op == "gelu" || o.op == "max_pool")
    op = make_elementwise(o);
  else
    REEL_CHECK(false, "--op: there is no '", o.op,
               "'; it must be conv1d, conv2d, conv3d, linear, batch_norm, group_norm, layer_norm, "
               "relu, sigmoid, gelu or max_pool.");
  op.grad_output = activation(op.forward().sizes());
  return op;
}

struct OperationCase {
  std::string name;
  LayerOptions layer;
};

inline const std::vector<OperationCase>& operation_cases() {
  const auto conv = [](std::string op, std::vector<int64_t> input, int64_t out, int64_t kernel,
                       int64_t padding, int64_t stride = 1, int64_t groups = 1) {
    return LayerOptions{op, input, out, kernel, stride, padding, 1, groups};
  };
  const auto plain = [](std::string op, std::vector<int64_t> input, int64_t out = 0) {
    return LayerOptions{op, input, out};
  };
  static const std::vector<OperationCase> cases = {
      {"conv2d_64_64_k3_56_b16", conv("conv2d", {16, 64, 56, 56}, 64, 3, 1)},
      {"conv2d_16_16_k3_32_b128", conv("conv2d", {128, 16, 32, 32}, 16, 3, 1)},
      {"conv2d_3_64_k7s2_224_b8", conv("conv2d", {8, 3, 224, 224}, 64, 7, 3, 2)},
      {"conv2d_256_64_k1_56_b16", conv("conv2d", {16, 256, 56, 56}, 64, 1, 0)},
      {"conv2d_128_128_k3s2_28_b32", conv("conv2d", {32, 128, 28, 28}, 128, 3, 1, 2)},
      {"conv2d_dw64_k3_56_b16", conv("conv2d", {16, 64, 56, 56}, 64, 3, 1, 1, 64)},
      {"conv2d_1_32_k3_28_b64", conv("conv2d", {64, 1, 28, 28}, 32, 3, 0)},
      {"conv2d_256_256_k3_8_b32", conv("conv2d", {32, 256, 8, 8}, 256, 3, 1)},
      {"conv1d_64_64_k3_1024_b16", conv("conv1d", {16, 64, 1024}, 64, 3, 1)},
      {"conv3d_16_32_k3_16_b8", conv("conv3d", {8, 16, 16, 16, 16}, 32, 3, 1)},
      {"linear_1024_1024_b256", plain("linear", {256, 1024}, 1024)},
      {"linear_128_10_b64", plain("linear", {64, 128}, 10)},
      {"batchnorm2d_64_56_b32", plain("batch_norm", {32, 64, 56, 56})},
      {"groupnorm8_64_56_b32", {"group_norm", {32, 64, 56, 56}, 0, 0, 1, 0, 1, 8}},
      {"layernorm_768_4096", plain("layer_norm", {4096, 768})},
      {"relu_6M", plain("relu", {6400000})},
      {"sigmoid_6M", plain("sigmoid", {6400000})},
      {"maxpool2_64_56_b32", {"max_pool", {32, 64, 56, 56}, 0, 2, 2}},
      {"relu_tiny", plain("relu", {4, 4})},
      {"linear_tiny", plain("linear", {4, 4}, 4)},
      {"conv2d_tiny", conv("conv2d", {1, 2, 5, 5}, 2, 3, 0)},
      {"batchnorm_tiny", plain("batch_norm", {2, 2, 3, 3})},
  };
  return cases;
}

}  // namespace bench
